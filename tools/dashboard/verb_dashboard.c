#include "beside.h"
#include "control.h"
#include "dashboard.h"

#include "../cli/http_address.h"
#include "../cli/say.h"
#include "../cli/stopping.h"
#include "../verbs.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define URL_SIZE    256
#define FAREWELL_MS 400 /* for the last events to reach the screens */

enum { OWN_HTTP = OPTION_OWN, OWN_CONTROL, OWN_KEY };

struct own_dashboard {
    struct http_address http;
    int control;
    char key[GATE_TOKEN_SIZE];
};

static int take(void *storage, int key, const char *value, struct failure *failure)
{
    struct own_dashboard *own = storage;
    double number = -1;
    if (key == OWN_HTTP)
        return http_address_parse(&own->http, value, failure);
    if (key == OWN_KEY) {
        if (strlen(value) >= sizeof own->key)
            return failure_set(failure, STATUS_ARGUMENT, "--key: longer than %zu letters",
                               sizeof own->key - 1);
        snprintf(own->key, sizeof own->key, "%s", value);
        return STATUS_OK;
    }
    int status = option_number(&number, "--control", value, 3, 1e6, failure);
    own->control = (int)number;
    return status;
}

/* What the page may be called by from other machines: this machine's names, or its address. */
static void names_allow(struct gate *gate, const char *address)
{
    size_t size = sizeof gate->names[0];
    char name[200] = "";
    snprintf(gate->names[gate->name_count++], size, "%s", address);
    if (gethostname(name, sizeof name - 1) || !*name)
        return;
    snprintf(gate->names[gate->name_count++], size, "%s", name);
    snprintf(gate->names[gate->name_count++], size, "%s.local", name);
}

static int serve(struct dashboard *dashboard, const struct own_dashboard *own,
                 struct failure *failure)
{
    struct server_options options = {.address = own->http.address,
                                     .gate.port = own->http.port,
                                     .shelf = &dashboard->shelf,
                                     .context = dashboard,
                                     .state = dashboard_state,
                                     .message = dashboard_message,
                                     .tick = dashboard_tick};
    struct gate *gate = &options.gate;
    names_allow(gate, own->http.address);
    if (!gate_is_loopback(own->http.address)) {
        const char *key = *own->key ? own->key : getenv(BESIDE_KEY);
        snprintf(gate->token, sizeof gate->token, "%s", key ? key : "");
        if (!*gate->token)
            gate_token_make(gate->token);
    }
    int status = server_open(&dashboard->server, &options, failure);
    if (status == STATUS_BUSY && !own->http.asked) {
        gate->port = 0;
        status = server_open(&dashboard->server, &options, failure);
    }
    if (status)
        return status;
    char url[URL_SIZE];
    bool ipv6 = strchr(own->http.address, ':') != NULL;
    snprintf(url, sizeof url, "http://%s%s%s:%d/%s%s", ipv6 ? "[" : "", own->http.address,
             ipv6 ? "]" : "", server_port(dashboard->server), *gate->token ? "#key=" : "",
             gate->token);
    if (dashboard->control < 0)
        say("the page is at %s", url);
    else
        control_say(dashboard->control, json_pack("{s:s}", "at", url));
    return STATUS_OK;
}

static int dashboard_open(struct dashboard *dashboard, const struct options *options,
                          struct failure *failure)
{
    const struct own_dashboard *own = options->own;
    int status = bus_folder(dashboard->folder, options->bus, failure);
    if (!status)
        status = shelf_fill(&dashboard->shelf, failure);
    if (!status)
        status = watcher_open(&dashboard->watcher, dashboard->folder, WATCHER_ALL, failure);
    if (status)
        return status;
    dashboard->story = story_create();
    if (!dashboard->story)
        return failure_set(failure, STATUS_MEMORY, "dashboard: out of memory");
    return serve(dashboard, own, failure);
}

/* Until a stop; the last events are still shown. */
static int dashboard_run(struct dashboard *dashboard)
{
    int status = STATUS_OK;
    int64_t until_ms = 0;
    while (!status && (!until_ms || monotonic_ms() < until_ms)) {
        status = server_turn(dashboard->server);
        if (!until_ms && (stopping_count() || dashboard->over))
            until_ms = monotonic_ms() + (dashboard->control < 0 ? 0 : FAREWELL_MS);
        if (stopping_count() > 1)
            until_ms = 1;
    }
    return status;
}

static int run(const struct options *options)
{
    const struct own_dashboard *own = options->own;
    struct dashboard dashboard = {
        .control = own->control, .phase = "alone", .parameters = &options->parameters};
    struct failure failure = {0};
    stopping_catch();
    int status = dashboard_open(&dashboard, options, &failure);
    if (!status)
        dashboard_run(&dashboard);
    server_close(dashboard.server);
    watcher_close(dashboard.watcher);
    notes_end(&dashboard.notes);
    json_decref(dashboard.texts);
    replay_close(dashboard.replay);
    story_destroy(dashboard.story);
    view_destroy(dashboard.view);
    shelf_clear(&dashboard.shelf);
    return status ? say_failure(&failure) : EXIT_DONE;
}

static struct own_dashboard own = {.http = {.address = "127.0.0.1", .port = 8080}, .control = -1};

static const struct argp_option own_options[] = {
    {.name = "http",
     .key = OWN_HTTP,
     .arg = "ADDRESS[:PORT]",
     .doc = "where the page is served (default 127.0.0.1:8080, or a free port)"},
    {.name = "key",
     .key = OWN_KEY,
     .arg = "TEXT",
     .doc = "what screens of other machines must know (default: made anew)"},
    {.name = "control", .key = OWN_CONTROL, .arg = "N", .flags = OPTION_HIDDEN, .doc = "of live"},
    {0},
};

const struct verb verb_dashboard = {
    .name = "dashboard",
    .arguments = "",
    .text = "serve the page that shows what is on the bus",
    .options = {.shared = OPTION_BUS | OPTION_SET,
                .own = own_options,
                .take = take,
                .storage = &own},
    .run = run,
};
