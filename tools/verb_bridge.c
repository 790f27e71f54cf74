#include "bridge/broker.h"
#include "bus/bus.h"
#include "cli/say.h"
#include "cli/stopping.h"
#include "sources/session_json.h"
#include "sources/watcher.h"
#include "verbs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TURN_MS     20
#define DRAIN_MS    2000 /* after a stop, for what is on its way */
#define PORT        1883
#define PORT_TLS    8883
#define PORT_MOST   65535
#define PASSWORD    "ROLLSCOPE_MQTT_PASSWORD"
#define STREAMS     (1U << BUS_EVENTS | 1U << BUS_METRICS | 1U << BUS_NOTES)
#define NAME_SIZE   64
#define EVENTS_NAME "events/%s"

enum { OWN_HOST = OPTION_OWN, OWN_PORT, OWN_TOPIC, OWN_USER, OWN_TLS };

struct bridge {
    struct broker *broker;
    struct watcher *watcher;
    uint64_t connects;              /* at which the session was told */
    uint64_t next[2];               /* number of the next event, of the next note */
    uint64_t events, metrics;       /* passed on */
    uint64_t missed_events, behind; /* overrun in the ring; metrics that were not taken */
    uint64_t refused;               /* events that could not be sent */
};

/* Again where the broker may have forgotten it. */
static void session_tell(struct bridge *bridge)
{
    struct broker_health health;
    const struct bus_session *session = watcher_session(bridge->watcher);
    broker_health(bridge->broker, &health);
    if (!session || health.connects == bridge->connects ||
        !broker_takes(bridge->broker, BROKER_STATE))
        return;
    json_t *json = session_json(session);
    char *text = json_dumps(json, JSON_COMPACT);
    if (text && !broker_send(bridge->broker, "session", text, strlen(text), BROKER_STATE))
        bridge->connects = health.connects;
    free(text);
    json_decref(json);
}

static void event_pass(struct bridge *bridge, const struct event *event, uint64_t *next)
{
    char name[NAME_SIZE], text[EVENT_JSON_SIZE];
    int length = event_encode(event, text, sizeof text);
    snprintf(name, sizeof name, EVENTS_NAME, event_kind(event->type)->name);
    bridge->missed_events += event->number > *next ? event->number - *next : 0;
    *next = event->number + 1;
    bool sent =
        length > 0 && !broker_send(bridge->broker, name, text, (size_t)length,
                                   event->type == EVENT_SUMMARY ? BROKER_STATE : BROKER_EACH);
    bridge->events += sent;
    bridge->refused += !sent;
}

static bool stream_pass(struct bridge *bridge, int (*take)(struct watcher *, struct event *),
                        uint64_t *next)
{
    struct event event;
    bool any = false;
    while (broker_takes(bridge->broker, BROKER_EACH) && take(bridge->watcher, &event) == 1) {
        event_pass(bridge, &event, next);
        any = true;
    }
    return any;
}

/* They wait in their rings until the broker takes them. @return whether there were any */
static bool events_pass(struct bridge *bridge)
{
    bool notes = stream_pass(bridge, watcher_note, &bridge->next[1]);
    return stream_pass(bridge, watcher_event, &bridge->next[0]) || notes;
}

static void metrics_pass(struct bridge *bridge)
{
    struct metrics metrics;
    char text[METRICS_JSON_SIZE];
    while (watcher_metrics(bridge->watcher, &metrics) == 1) {
        int length = metrics_encode(&metrics, text, sizeof text);
        bool sent = length > 0 &&
                    !broker_send(bridge->broker, "metrics", text, (size_t)length, BROKER_NEWEST);
        bridge->metrics += sent;
        bridge->behind += !sent;
    }
}

static int turn(struct bridge *bridge, struct failure *failure)
{
    int status = watcher_look(bridge->watcher, failure);
    if (status == 1) {
        memset(bridge->next, 0, sizeof bridge->next);
        bridge->connects = 0;
    }
    session_tell(bridge);
    metrics_pass(bridge);
    events_pass(bridge);
    broker_tend(bridge->broker, TURN_MS);
    return status < 0 ? status : STATUS_OK;
}

static int bridge_run(struct bridge *bridge, struct failure *failure)
{
    int status = STATUS_OK;
    while (!status && !stopping_count())
        status = turn(bridge, failure);
    int64_t until_ms = monotonic_ms() + DRAIN_MS;
    while (stopping_count() < 2 && monotonic_ms() < until_ms &&
           (events_pass(bridge) || !broker_settled(bridge->broker)))
        broker_tend(bridge->broker, TURN_MS);
    return status;
}

static int take(void *storage, int key, const char *value, struct failure *failure)
{
    struct broker_options *own = storage;
    double number = 0;
    switch (key) {
    case OWN_HOST:
        own->host = value;
        return STATUS_OK;
    case OWN_TOPIC:
        own->topic = value;
        return STATUS_OK;
    case OWN_USER:
        own->user = value;
        return STATUS_OK;
    case OWN_TLS:
        own->tls = true;
        own->authorities = value;
        return STATUS_OK;
    default:;
    }
    int status = option_number(&number, "--port", value, 1, PORT_MOST, failure);
    own->port = (int)number;
    return status;
}

static int run(const struct options *options)
{
    struct broker_options own = *(const struct broker_options *)options->own;
    struct bridge bridge = {0};
    struct failure failure = {0};
    char folder[BUS_FOLDER_SIZE];
    own.port = own.port ? own.port : own.tls ? PORT_TLS : PORT;
    own.password = getenv(PASSWORD);
    stopping_catch();
    int status = bus_folder(folder, options->bus, &failure);
    if (!status)
        status = watcher_open(&bridge.watcher, folder, STREAMS, &failure);
    if (!status)
        status = broker_open(&bridge.broker, &own, &failure);
    if (!status)
        status = bridge_run(&bridge, &failure);
    broker_close(bridge.broker);
    watcher_close(bridge.watcher);
    if (status)
        return say_failure(&failure);
    say("passed on %llu events and %llu metrics; %llu events were overrun, %llu refused, %llu "
        "metrics "
        "left out",
        (unsigned long long)bridge.events, (unsigned long long)bridge.metrics,
        (unsigned long long)bridge.missed_events, (unsigned long long)bridge.refused,
        (unsigned long long)bridge.behind);
    return EXIT_DONE;
}

static struct broker_options own = {.host = "127.0.0.1", .topic = "rollscope"};

static const struct argp_option own_options[] = {
    {"host", OWN_HOST, "NAME", 0, "of the broker (default 127.0.0.1)", 0},
    {"port", OWN_PORT, "N", 0, "of the broker (default 1883, with TLS 8883)", 0},
    {"topic", OWN_TOPIC, "PREFIX", 0, "of all topics (default rollscope)", 0},
    {"user", OWN_USER, "NAME", 0, "to log in with, and the password in " PASSWORD, 0},
    {"tls", OWN_TLS, "FILE", OPTION_ARG_OPTIONAL,
     "encrypt; the broker shows a certificate of an authority in FILE (default: the system's)", 0},
    {0}};

const struct verb verb_bridge = {
    .name = "bridge",
    .arguments = "",
    .text = "pass events and metrics on to an MQTT broker",
    .options = {.shared = OPTION_BUS, .own = own_options, .take = take, .storage = &own},
    .run = run,
};
