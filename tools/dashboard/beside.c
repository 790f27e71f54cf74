#include "beside.h"

#include "../cli/say.h"
#include "../cli/stopping.h"
#include "control.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BROWSER     "xdg-open"
#define FAREWELL_MS 3000 /* until a dashboard that does not leave is killed */
#define LOOK_MS     20
#define KEY_MARK    "#key="

static void arguments_set(struct beside *beside, const char *http)
{
    struct child *child = &beside->child;
    const struct beside_options *options = &beside->options;
    children_free(child, 1);
    child->count = 0;
    child_argument(child, "rollscope");
    child_argument(child, "dashboard");
    child_argument(child, "--quiet");
    child_argument(child, "--bus=%s", options->folder);
    child_argument(child, "--control=%d", beside->ends[1]);
    child_parameters(child, options->parameters);
    if (http)
        child_argument(child, "--http=%s", http);
    child->arguments[child->count] = NULL;
}

void beside_begin(struct beside *beside, const struct beside_options *options)
{
    struct failure failure;
    *beside = (struct beside){.options = *options, .ends = {-1, -1}};
    if (control_pair(beside->ends, &failure)) {
        say_failure(&failure);
        return;
    }
    if (options->key)
        setenv(BESIDE_KEY, options->key, 1);
    child_prepare(&beside->child, "dashboard");
    beside->child.keep = beside->ends[1];
    beside->news = json_object();
    arguments_set(beside, options->http);
    children_tend(&beside->child, 1);
}

static void browser_open(const char *url)
{
    struct child browser;
    child_prepare(&browser, "dashboard");
    children_free(&browser, 1);
    browser.count = 0;
    browser.program = BROWSER;
    child_argument(&browser, BROWSER);
    child_argument(&browser, "%s", url);
    browser.arguments[browser.count] = NULL;
    children_tend(&browser, 1);
    children_free(&browser, 1);
}

/* The next process listens where this one did, with the same key: screens find it again. */
static void address_keep(struct beside *beside, const char *url)
{
    char http[128];
    const char *address = strstr(url, "://"), *mark = strstr(url, KEY_MARK);
    address = address ? address + 3 : url;
    snprintf(http, sizeof http, "%.*s", (int)strcspn(address, "/"), address);
    if (mark)
        setenv(BESIDE_KEY, mark + strlen(KEY_MARK), 1);
    arguments_set(beside, http);
    if (beside->told)
        return;
    beside->told = true;
    say("the page is at  %s", url);
    if (beside->options.open)
        browser_open(url);
}

void beside_say(struct beside *beside, const char *phase, const char *session, const char *file)
{
    if (beside->ends[0] < 0)
        return;
    json_object_set_new(beside->news, "phase", json_string(phase));
    json_object_set_new(beside->news, "session", json_string(session));
    json_object_set_new(beside->news, "file", json_string(file));
    json_object_set_new(beside->news, "stays", json_boolean(beside->options.stays));
    control_say(beside->ends[0], json_incref(beside->news));
}

json_t *beside_tend(struct beside *beside)
{
    if (beside->ends[0] < 0)
        return NULL;
    children_tend(&beside->child, 1);
    json_t *said = control_hear(beside->ends[0]);
    const char *url = control_text(said, "at");
    if (!*url)
        return said;
    address_keep(beside, url);
    json_decref(said);
    control_say(beside->ends[0], json_incref(beside->news));
    return NULL;
}

void beside_end(struct beside *beside)
{
    if (beside->ends[0] < 0)
        return;
    int64_t until_ms = monotonic_ms() + FAREWELL_MS;
    beside->child.needless = true;
    children_signal(&beside->child, 1, SIGTERM);
    while (children_tend(&beside->child, 1)) {
        if (monotonic_ms() > until_ms)
            children_signal(&beside->child, 1, SIGKILL);
        usleep(LOOK_MS * 1000);
    }
    children_free(&beside->child, 1);
    close(beside->ends[0]);
    close(beside->ends[1]);
    json_decref(beside->news);
}
