#include "bus/bus.h"
#include "cli/children.h"
#include "cli/output.h"
#include "cli/own.h"
#include "cli/report.h"
#include "cli/say.h"
#include "cli/session_name.h"
#include "cli/stopping.h"
#include "dashboard/beside.h"
#include "dashboard/control.h"
#include "dashboard/preview.h"
#include "recording/recording.h"
#include "sources/sources.h"
#include "verbs.h"

#include <errno.h>
#include <libgen.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define EVENT_MS    100
#define METRICS_MS  20
#define PATIENCE_MS 5000  /* from being told to leave at once to being killed */
#define LEAVE_MS    15000 /* from the end of the recording to the end of all */
#define HURRY       3     /* so many signals tell everybody to leave at once */
#define SPOTS_MAX   256

enum { ACQUIRE, DETECT, RECORD, CHILD_COUNT };

/* What belongs to one session; begins as zeros. */
struct live_session {
    char output[OPTION_TEXT_SIZE], id[BUS_SESSION_ID_SIZE];
    struct child children[CHILD_COUNT];
    struct bus_reader *events;
    struct bus_reader *metrics; /* NULL: not wanted */
    bool events_over;
    struct findings found;              /* hot spots and the summary */
    uint64_t spots_said;                /* the highest spot id that was shown */
    unsigned stops;                     /* passed on to the children */
    bool hurried;                       /* everybody was told to leave at once */
    int64_t kill_ms;                    /* when patience ends; 0: it has not begun */
    bool begun;                         /* and not only asked for */
    bool stop;                          /* was pressed on the page */
    struct annotation texts[OWN_TEXTS]; /* said on the page before, in a JSON object that is kept */
    size_t text_count;
};

struct live {
    const struct options *options;
    char folder[BUS_FOLDER_SIZE];
    struct output printed;
    struct beside beside;
    struct live_session now;
};

static void texts_pass_on(struct child *record, const struct annotation *texts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        child_argument(record, "--about=%s=%s", texts[i].name, texts[i].value);
}

static void children_prepare(struct live *live)
{
    const struct options *options = live->options;
    static const char *const verbs[CHILD_COUNT] = {"acquire", "detect", "record"};
    for (int i = 0; i < CHILD_COUNT; i++) {
        struct child *child = &live->now.children[i];
        child_prepare(child, verbs[i]);
        child_argument(child, "--quiet");
        child_argument(child, "--bus=%s", live->folder);
        child_argument(child, "--session=%s", live->now.id);
        if (i != RECORD)
            child_argument(child, "--readers=2");
        if (i != RECORD && *options->listen)
            child_argument(child, "--listen=%s", options->listen);
        if (i != RECORD && options->curve)
            child_argument(child, "--curve");
        if (i != ACQUIRE)
            child_parameters(child, &options->parameters);
    }
    if (*options->config)
        child_argument(&live->now.children[ACQUIRE], "--config=%s", options->config);
    if (*options->source)
        child_argument(&live->now.children[ACQUIRE], "--source=%s", options->source);
    if (!isinf(options->for_s))
        child_argument(&live->now.children[ACQUIRE], "--for=%.17g", options->for_s);
    const struct own *own = options->own;
    if (own->ring_s > 0)
        child_argument(&live->now.children[ACQUIRE], "--ring=%.17g", own->ring_s);
    if (own->sync_s > 0)
        child_argument(&live->now.children[RECORD], "--sync=%.17g", own->sync_s);
    if (split_is(&own->split))
        child_argument(&live->now.children[RECORD], "--split=%s", own->split_text);
    double planned_s = isinf(options->for_s) ? own->planned_s : options->for_s;
    if (planned_s > 0)
        child_argument(&live->now.children[RECORD], "--planned=%.17g", planned_s);
    child_argument(&live->now.children[RECORD], "--output=%s", live->now.output);
    texts_pass_on(&live->now.children[RECORD], own->texts, own->text_count);
    texts_pass_on(&live->now.children[RECORD], live->now.texts, live->now.text_count);
}

/* A hot spot is shown when it is found, not each time it grows. */
static bool shown(struct live *live, const struct event *event)
{
    if (event->type != EVENT_SPOT)
        return event->type == EVENT_STROKE || event->type == EVENT_HOLD;
    bool fresh = event->spot.id > live->now.spots_said;
    live->now.spots_said = fresh ? event->spot.id : live->now.spots_said;
    return fresh;
}

static int event_print(struct live *live, const struct event *event)
{
    struct failure failure;
    if ((event->type == EVENT_SPOT || event->type == EVENT_SUMMARY) &&
        findings_take(&live->now.found, event))
        return STATUS_MEMORY;
    if (!output_takes_stdout(live->options) && shown(live, event))
        report_event(stdout, event);
    return fflush(stdout) ? STATUS_SYSTEM : output_event(&live->printed, event, &failure);
}

static void metrics_print(struct live *live)
{
    struct metrics metrics;
    struct failure failure;
    int status = live->now.metrics ? 1 : 0;
    while (status == 1) {
        status = bus_read_metrics(live->now.metrics, &metrics, 0, &failure);
        if (status == 1 && output_metrics(&live->printed, &metrics, &failure))
            status = STATUS_LOST;
    }
    if (status < 0) {
        bus_reader_close(live->now.metrics);
        live->now.metrics = NULL;
    }
}

static void events_print(struct live *live)
{
    struct event event;
    struct failure failure;
    int status = 1, timeout_ms = live->now.metrics ? METRICS_MS : EVENT_MS;
    if (live->now.events_over) {
        usleep(EVENT_MS * 1000);
        return;
    }
    while (status == 1) {
        status = bus_read_event(live->now.events, &event, timeout_ms, &failure);
        if (status == 1 && event_print(live, &event))
            status = STATUS_LOST;
        timeout_ms = 0;
    }
    live->now.events_over = status < 0;
    if (live->now.events_over) {
        bus_reader_close(live->now.events);
        live->now.events = NULL;
    }
}

/* The first signal ends the source, and the end flows through; further ones hurry everybody. One
 * at a time: two that wait together would be one. Once record is done, all is; once
 * acquire has left, who was started again too late to know is told so. */
static void stops_pass_on(struct live *live)
{
    bool failed = false;
    for (int i = 0; i < CHILD_COUNT; i++)
        failed |= live->now.children[i].done && live->now.children[i].exit_code;
    if (live->now.stops < stopping_count() + live->now.stop + (failed ? HURRY : 0)) {
        children_signal(live->now.children, live->now.stops ? CHILD_COUNT : 1, SIGTERM);
        live->now.stops++;
    }
    if (live->now.children[RECORD].done && !live->now.children[DETECT].needless) {
        live->now.children[ACQUIRE].needless = live->now.children[DETECT].needless = true;
        live->now.kill_ms = monotonic_ms() + LEAVE_MS;
    }
    if (live->now.children[ACQUIRE].done && !live->now.children[DETECT].told)
        children_signal(live->now.children + DETECT, CHILD_COUNT - DETECT, SIGTERM);
    if (live->now.stops >= HURRY && !live->now.hurried) {
        live->now.hurried = true;
        live->now.kill_ms = monotonic_ms() + PATIENCE_MS;
    }
    if (live->now.kill_ms && monotonic_ms() > live->now.kill_ms)
        children_signal(live->now.children, CHILD_COUNT, SIGKILL);
}

static int exit_code_of(const struct live *live)
{
    int code = EXIT_DONE;
    for (int i = 0; i < CHILD_COUNT; i++)
        if (live->now.children[i].exit_code > code)
            code = live->now.children[i].exit_code;
    return code;
}

static void summary_say(const struct live *live)
{
    FILE *to = output_takes_stdout(live->options) ? stderr : stdout;
    char first[PATH_MAX], last[PATH_MAX];
    const struct own *own = live->options->own;
    unsigned count =
        live->options->quiet ? 0 : recording_files(first, last, live->now.output, &own->split);
    if (!count)
        return;
    fputc('\n', to);
    report_end(to, &live->now.found);
    fprintf(to, "recorded  %s%s%s\n", first, count > 1 ? " to " : "", count > 1 ? last : "");
    fprintf(to,
            "next      %s info %s\n"
            "          %s analyze --json %s\n",
            program_invocation_name, first, program_invocation_name, first);
}

static int output_check(const char *path, struct failure *failure)
{
    char folder[PATH_MAX];
    if (!access(path, F_OK))
        return failure_set(failure, STATUS_BUSY, "%s: exists already; it is not overwritten", path);
    snprintf(folder, sizeof folder, "%s", path);
    if (access(dirname(folder), W_OK | X_OK))
        return failure_system(failure, errno, "%s: cannot be created", path);
    return STATUS_OK;
}

static int live_begin(struct live *live, struct failure *failure)
{
    const struct options *options = live->options;
    if (*options->output)
        snprintf(live->now.output, sizeof live->now.output, "%s", options->output);
    else
        session_name(live->now.output, sizeof live->now.output);
    own_session(options->own, live->now.id);
    const struct own *own = live->options->own;
    char first[PATH_MAX];
    recording_part(first, live->now.output, 1);
    int status = output_check(split_is(&own->split) ? first : live->now.output, failure);
    struct bus_reader_options reading = {.name = "live", .session = live->now.id};
    struct bus_reader_options watching = {.name = "live", .session = live->now.id};
    if (!status)
        status = bus_reader_open(&live->now.events, live->folder, BUS_EVENTS, &reading, failure);
    if (!status && live->printed.rows.kinds >> ROW_METRICS & 1)
        status = bus_reader_open(&live->now.metrics, live->folder, BUS_METRICS, &watching, failure);
    return status;
}

/* What a screen asks for while a session goes on. */
static void page_tend(struct live *live)
{
    json_t *said = beside_tend(&live->beside);
    live->now.stop |= !strcmp(control_text(said, "do"), "stop");
    json_decref(said);
}

static int session_run(struct live *live)
{
    struct failure failure = {0};
    if (live_begin(live, &failure))
        return say_failure(&failure);
    live->now.begun = true;
    children_prepare(live);
    beside_say(&live->beside, "recording", live->now.id, live->now.output);
    while (children_tend(live->now.children, CHILD_COUNT)) {
        events_print(live);
        metrics_print(live);
        page_tend(live);
        stops_pass_on(live);
    }
    metrics_print(live);
    bus_reader_close(live->now.metrics);
    bus_reader_close(live->now.events);
    children_free(live->now.children, CHILD_COUNT);
    summary_say(live);
    findings_clear(&live->now.found);
    beside_say(&live->beside, "over", live->now.id, live->now.output);
    return exit_code_of(live);
}

static void texts_take(struct live *live, json_t *said)
{
    static const char *const names[] = {"body_part", "side", "tool", "notes"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *text = control_text(said, names[i]);
        if (*text && strlen(text) < SESSION_TEXT_SIZE)
            live->now.texts[live->now.text_count++] = (struct annotation){names[i], text};
    }
}

/* Shows the mat until somebody presses Start. @return what was said with it; NULL: a signal came */
static json_t *start_await(struct live *live)
{
    struct preview preview;
    json_t *said = NULL;
    preview_begin(&preview, live->options->source, live->folder);
    beside_say(&live->beside, "ready", preview.session, "");
    while (!said && !stopping_count()) {
        preview_tend(&preview);
        json_t *heard = beside_tend(&live->beside);
        if (!strcmp(control_text(heard, "do"), "start"))
            said = heard;
        else
            json_decref(heard);
        usleep(EVENT_MS * 1000);
    }
    preview_end(&preview);
    return said;
}

/* The result stays on the screens until somebody goes on. */
static void next_await(struct live *live)
{
    for (bool next = false; !next && !stopping_count();) {
        json_t *heard = beside_tend(&live->beside);
        next = !strcmp(control_text(heard, "do"), "next");
        json_decref(heard);
        usleep(EVENT_MS * 1000);
    }
}

/* One after the other, each with nothing left of the one before. */
static int sessions_run(struct live *live)
{
    int code = EXIT_DONE;
    json_t *said;
    while ((said = start_await(live))) {
        live->now = (struct live_session){0};
        texts_take(live, said);
        int worse = session_run(live);
        code = worse > code ? worse : code;
        json_decref(said);
        if (live->now.begun)
            next_await(live);
    }
    return code;
}

static int run(const struct options *options)
{
    static struct live live;
    const struct own *own = options->own;
    struct failure failure = {0};
    struct address address;
    live.options = options;
    if (source_address(&address, options->source, &failure)) {
        say_failure(&failure);
        return EXIT_USAGE;
    }
    if (output_open(&live.printed, options, ROWS_ALL, NULL, &failure)) {
        int code = say_failure(&failure);
        return failure.status == STATUS_ARGUMENT ? EXIT_USAGE : code;
    }
    if (own->stay && (options->no_dashboard || *options->output)) {
        say_error("--stay needs the page, and names its files itself");
        return EXIT_USAGE;
    }
    stopping_catch();
    if (bus_folder(live.folder, options->bus, &failure))
        return say_failure(&failure);
    struct beside_options page = {.folder = live.folder,
                                  .parameters = &options->parameters,
                                  .http = own->http,
                                  .key = own->key,
                                  .stays = own->stay,
                                  .open = own->open};
    live.beside.ends[0] = -1;
    if (!options->no_dashboard)
        beside_begin(&live.beside, &page);
    say("%s; Ctrl-C ends it", *options->source ? options->source : "the first mat found");
    int code = own->stay ? sessions_run(&live) : session_run(&live);
    beside_end(&live.beside);
    if (output_close(&live.printed, &failure))
        code = say_failure(&failure);
    return code;
}

static struct own own;

const struct verb verb_live = {
    .name = "live",
    .arguments = "",
    .text = "acquire, detect and record a session, and show it",
    .options = {.shared = OPTION_SOURCE | OPTION_MAT | OPTION_OUTPUT | OPTION_FOR | OPTION_FORMS |
                          OPTION_SET | OPTION_BUS | OPTION_LISTEN | OPTION_NO_DASHBOARD,
                .own = own_live,
                .take = own_take,
                .storage = &own},
    .run = run,
};
