#include "analysis/analysis.h"
#include "analysis/resumption.h"
#include "bus/bus.h"
#include "cli/output.h"
#include "cli/own.h"
#include "cli/say.h"
#include "cli/stopping.h"
#include "recording/past.h"
#include "sources/calibrations.h"
#include "sources/health_say.h"
#include "verbs.h"

#include <string.h>

#define FRAME_MS  20
#define ASK_MS    1000
#define ASK_LEAST 2 /* so often a session is asked for, also when a stop came first */
#define SERVE_MS  5
#define GREET_MS  5000 /* how long the end waits for readers that never came */

struct detection {
    const struct options *options;
    const struct own *own;
    char folder[BUS_FOLDER_SIZE];
    struct bus_reader *frames;
    struct bus_publisher *events, *metrics;
    struct analysis *analysis;
    struct output printed;
    struct resumption resumption;
    bool paced;
    int64_t said_ms[2]; /* health was, of events and metrics */
};

/* Whether as many readers came as were announced. */
static bool readers_came(const struct detection *detection)
{
    struct bus_publisher_health health;
    bus_publisher_health(detection->events, &health);
    return health.readers_most >= detection->own->readers;
}

/* What a detector before this one published is not waited for. */
static bool room(const struct detection *detection, const struct event *event)
{
    return !detection->paced || event->number < bus_publisher_next(detection->events) ||
           (readers_came(detection) && bus_publisher_room(detection->events));
}

static void readers_serve(struct detection *detection, int timeout_ms)
{
    bus_publisher_serve(detection->metrics, 0);
    bus_publisher_serve(detection->events, timeout_ms);
}

static int events_publish(struct detection *detection, struct failure *failure)
{
    struct event event;
    while (analysis_next(detection->analysis, &event)) {
        if (!resumption_event(&detection->resumption, detection->events, &event))
            continue;
        while (!room(detection, &event) && stopping_count() < 2)
            readers_serve(detection, SERVE_MS);
        int status = bus_publish_event(detection->events, &event, failure);
        if (status == 1)
            status = output_event(&detection->printed, &event, failure);
        if (status < 0)
            return status;
    }
    return STATUS_OK;
}

static int metrics_publish(struct detection *detection, struct failure *failure)
{
    struct metrics metrics;
    if (!analysis_metrics(detection->analysis, &metrics) ||
        !resumption_metrics(&detection->resumption, detection->metrics, &metrics))
        return STATUS_OK;
    while (!bus_publisher_room(detection->metrics) && stopping_count() < 2)
        readers_serve(detection, SERVE_MS);
    int status = bus_publish_metrics(detection->metrics, &metrics, failure);
    return status == 1 ? output_metrics(&detection->printed, &metrics, failure) : status;
}

static int frame_detect(void *context, const struct frame *frame, struct failure *failure)
{
    struct detection *detection = context;
    analysis_push(detection->analysis, frame);
    int status = metrics_publish(detection, failure);
    if (!status)
        status = events_publish(detection, failure);
    analysis_catch_up(detection->analysis);
    return status;
}

/* The frames before the first one that the ring still holds are in the session file. */
static int past_detect(struct detection *detection, struct frame *frame, struct failure *failure)
{
    const struct bus_session *session = bus_reader_session(detection->frames, 0);
    uint64_t first, last;
    uint64_t lost = bus_reader_lost(detection->frames, &first, &last);
    if (!lost)
        return STATUS_OK;
    struct past past = {.folder = detection->folder,
                        .session = session->id,
                        .first = first,
                        .count = lost,
                        .context = detection,
                        .take = frame_detect};
    struct failure reason = {0};
    uint64_t found = past_read(&past, &reason);
    if (reason.status == STATUS_MEMORY || found == lost)
        return found == lost ? STATUS_OK : failure_set(failure, reason.status, "%s", reason.text);
    frame->flags |= FRAME_GAP_BEFORE;
    int64_t origin_us = bus_reader_origin(detection->frames);
    const struct resumption_gap gap = {
        .first = first + found,
        .shift_s = origin_us ? (double)(frame->time_us - origin_us) * 1e-6 : 0};
    resumption_begin(&detection->resumption, detection->events, detection->metrics, &gap);
    say_error("frames %llu to %llu are gone: the ring was overrun",
              (unsigned long long)(first + found), (unsigned long long)last);
    return STATUS_OK;
}

static int publishers_open(struct detection *detection, const struct bus_session *session,
                           struct failure *failure)
{
    struct bus_publisher_options events = {.stream = BUS_EVENTS,
                                           .listen = detection->options->listen,
                                           .curve = detection->options->curve};
    struct bus_publisher_options metrics = events;
    metrics.stream = BUS_METRICS;
    int status =
        bus_publisher_open(&detection->events, detection->folder, session, &events, failure);
    return status ? status
                  : bus_publisher_open(&detection->metrics, detection->folder, session, &metrics,
                                       failure);
}

static int detect_begin(struct detection *detection, struct failure *failure)
{
    struct bus_reader_options reading = {.name = "detect"};
    if (*detection->own->session)
        reading.session = detection->own->session;
    int status = bus_folder(detection->folder, detection->options->bus, failure);
    if (!status)
        status =
            bus_reader_open(&detection->frames, detection->folder, BUS_FRAMES, &reading, failure);
    if (status)
        return status;
    const struct bus_session *session = NULL;
    for (unsigned asked = 0; !session && (asked < ASK_LEAST || !stopping_count()); asked++) {
        session = bus_reader_session(detection->frames, ASK_MS);
        if (!session && !asked)
            say("waiting for frames on bus %s", detection->folder);
    }
    if (!session)
        return STATUS_END;
    detection->paced = session->paced;
    struct calibration *calibration;
    status = calibration_on_bus(&calibration, detection->folder, &session->mat, failure);
    if (status)
        return status;
    detection->analysis = analysis_create_calibrated(&session->mat.geometry, calibration,
                                                     &detection->options->parameters);
    if (!detection->analysis || analysis_split(detection->analysis))
        return failure_set(failure, STATUS_MEMORY, "detect: out of memory");
    return publishers_open(detection, session, failure);
}

/* @return 1 go on, STATUS_END, or negative */
static int detect_turn(struct detection *detection, struct failure *failure)
{
    struct frame frame;
    if (stopping_count())
        bus_reader_finish(detection->frames);
    int status = bus_read_frame(detection->frames, &frame, FRAME_MS, failure);
    readers_serve(detection, 0);
    if (status < 0)
        return status;
    int said = health_say(detection->events, NULL, &detection->said_ms[0], failure);
    if (!said)
        said = health_say(detection->metrics, NULL, &detection->said_ms[1], failure);
    if (said)
        return said;
    if (status == 1) {
        status = past_detect(detection, &frame, failure);
        if (!status)
            status = frame_detect(detection, &frame, failure);
    }
    return status < 0 ? status : 1;
}

/* Whether the readers have everything; one that vanished is waited for unless a stop was asked for.
 */
static bool readers_left(const struct detection *detection, int64_t until_ms)
{
    struct bus_publisher_health health;
    bus_publisher_health(detection->events, &health);
    unsigned awaited = health.readers - (stopping_count() ? health.vanished : 0);
    bool left = !awaited && (stopping_count() || bus_publisher_left(detection->metrics));
    return left && (readers_came(detection) || monotonic_ms() >= until_ms);
}

/* Says the end and stays until the readers have everything. */
static int detect_end(struct detection *detection, struct failure *failure)
{
    analysis_finish(detection->analysis);
    int status = events_publish(detection, failure);
    if (!status)
        status = metrics_publish(detection, failure);
    bus_publisher_end(detection->events);
    bus_publisher_end(detection->metrics);
    int64_t until_ms = monotonic_ms() + GREET_MS;
    while (stopping_count() < 2 && !readers_left(detection, until_ms))
        readers_serve(detection, SERVE_MS);
    say("%llu events", (unsigned long long)bus_publisher_next(detection->events));
    return status;
}

static int detect(struct detection *detection, struct failure *failure)
{
    int status = detect_begin(detection, failure);
    if (status)
        return status == STATUS_END ? STATUS_OK : status;
    while ((status = detect_turn(detection, failure)) == 1)
        ;
    if (status != STATUS_END && status != STATUS_LOST)
        return status;
    int ended = detect_end(detection, failure);
    return status == STATUS_END ? ended : status;
}

static int run(const struct options *options)
{
    struct detection detection = {.options = options, .own = options->own};
    struct failure failure = {0};
    stopping_catch();
    if (output_open(&detection.printed, options, ROWS_ALL, NULL, &failure)) {
        int code = say_failure(&failure);
        return failure.status == STATUS_ARGUMENT ? EXIT_USAGE : code;
    }
    int status = detect(&detection, &failure);
    if (output_close(&detection.printed, status ? NULL : &failure) && !status)
        status = failure.status;
    bus_reader_close(detection.frames);
    bus_publisher_close(detection.events);
    bus_publisher_close(detection.metrics);
    analysis_destroy(detection.analysis);
    return status ? say_failure(&failure) : EXIT_DONE;
}

static struct own own;

const struct verb verb_detect = {
    .name = "detect",
    .arguments = "",
    .text = "read frames from the bus, put events on it",
    .options = {.shared = OPTION_SET | OPTION_BUS | OPTION_LISTEN | OPTION_FORMS,
                .own = own_detect,
                .take = own_take,
                .storage = &own},
    .run = run,
};
