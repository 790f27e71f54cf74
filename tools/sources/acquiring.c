#include "acquiring.h"

#include "../cli/say.h"
#include "../cli/stopping.h"
#include "bus/bus.h"
#include "calibrations.h"
#include "health_say.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define READ_MS       20    /* how long a reader's question waits at most */
#define PACED_MS      5     /* where readers set the pace */
#define GREET_MS      5000  /* how long the end waits for readers that never came */
#define ADOPT_S       300.0 /* how long an orphaned session can be continued */
#define REOPEN_MS     500   /* between two attempts */
#define STEP_US       1000 /* from the last frame before a restart to the first after it, at least */
#define SEQUENCE_STEP 2

struct acquisition {
    const struct acquiring *plan;
    const struct options *options;
    const struct own *own;
    char folder[BUS_FOLDER_SIZE];
    struct source_traits traits;
    struct source *source;
    struct bus_publisher *publisher;
    bool continued;      /* the session was begun by a process before this one */
    uint64_t skip;       /* frames that it published already */
    struct frame before; /* its last frame */
    int64_t shift_us;    /* added to times, so that they go on rising */
    uint64_t shift_sequence;
    int64_t first_us;    /* time of the first frame */
    int64_t deadline_ms; /* of --for */
    bool lost;
    int64_t said_ms; /* health was */
};

/* Gives the mat its calibration and leaves it where the readers of the bus find it. */
static int mat_calibrate(struct acquisition *acquisition, struct mat_info *mat,
                         struct failure *failure)
{
    struct calibration *calibration;
    int status = calibration_choose(&calibration, acquisition->source,
                                    acquisition->plan->calibration, failure);
    if (status || !calibration)
        return status;
    const struct calibration_about *about = calibration_about(calibration);
    memcpy(mat->calibration, about->id, sizeof mat->calibration);
    calibration_nominal(calibration, &mat->geometry);
    status = calibration_keep(calibration, acquisition->folder, failure);
    calibration_destroy(calibration);
    return status;
}

/* @param mat NULL: not known yet; then a session can only be continued */
static int publisher_begin(struct acquisition *acquisition, const struct mat_info *mat,
                           struct failure *failure)
{
    const struct options *options = acquisition->options;
    struct bus_session session = {.paced = acquisition->traits.paced};
    if (mat)
        session.mat = *mat;
    int status = mat ? mat_calibrate(acquisition, &session.mat, failure) : STATUS_OK;
    if (status)
        return status;
    snprintf(session.source, sizeof session.source, "%.255s", acquisition->plan->name);
    own_session(acquisition->own, session.id);
    struct bus_publisher_options ring = {
        .ring_s = acquisition->own->ring_s,
        .listen = options->listen,
        .curve = options->curve,
        .adopt_s = *acquisition->own->session ? 0 : ADOPT_S,
    };
    status =
        bus_publisher_open(&acquisition->publisher, acquisition->folder, &session, &ring, failure);
    if (status)
        return status;
    acquisition->continued = bus_publisher_last(acquisition->publisher, &acquisition->before);
    if (acquisition->continued && acquisition->traits.again)
        acquisition->skip = acquisition->before.number + 1;
    mat = &bus_publisher_session(acquisition->publisher)->mat;
    say("%s%s%s, %u x %u, on bus %s%s", *mat->device ? mat->device : "a mat",
        *mat->serial ? " " : "", mat->serial, mat->geometry.rows, mat->geometry.cols,
        acquisition->folder, acquisition->continued ? ", going on with its session" : "");
    say("%s%s", *mat->calibration ? "calibration " : calibration_words(mat), mat->calibration);
    return STATUS_OK;
}

/* Whether as many readers came as were announced. */
static bool readers_came(const struct acquisition *acquisition)
{
    struct bus_publisher_health health;
    bus_publisher_health(acquisition->publisher, &health);
    return health.readers_most >= acquisition->own->readers;
}

static bool room(const struct acquisition *acquisition)
{
    return !acquisition->traits.paced ||
           (readers_came(acquisition) && bus_publisher_room(acquisition->publisher));
}

/* After a restart the mat's clock or numbers may have begun again: they go on rising, and unless
 * its numbers show that none is missing, the first frame says that some are. */
static void frame_continue(struct acquisition *acquisition, struct frame *frame)
{
    if (acquisition->continued) {
        const struct frame *before = &acquisition->before;
        acquisition->continued = false;
        if (frame->sequence != before->sequence + 1)
            frame->flags |= FRAME_GAP_BEFORE;
        if (frame->time_us <= before->time_us)
            acquisition->shift_us = before->time_us + STEP_US - frame->time_us;
        if (frame->sequence <= before->sequence)
            acquisition->shift_sequence = before->sequence + SEQUENCE_STEP - frame->sequence;
    }
    frame->time_us += acquisition->shift_us;
    frame->sequence += acquisition->shift_sequence;
}

static bool time_is_over(struct acquisition *acquisition, const struct frame *frame)
{
    double for_s = acquisition->options->for_s;
    if (isinf(for_s))
        return false;
    if (!frame)
        return monotonic_ms() >= acquisition->deadline_ms;
    if (!acquisition->first_us) {
        acquisition->first_us = frame->time_us;
        acquisition->deadline_ms = monotonic_ms() + (int64_t)(for_s * 1e3);
    }
    return (double)(frame->time_us - acquisition->first_us) >= for_s * 1e6;
}

static int frame_publish(struct acquisition *acquisition, struct frame *frame,
                         struct failure *failure)
{
    if (acquisition->skip) {
        acquisition->skip--;
        acquisition->continued = false;
        return STATUS_OK;
    }
    while (!room(acquisition) && !stopping_count())
        bus_publisher_serve(acquisition->publisher, PACED_MS);
    if (stopping_count() && !room(acquisition))
        return STATUS_OK;
    frame_continue(acquisition, frame);
    int status = bus_publish_frame(acquisition->publisher, frame, failure);
    return status < 0 ? status : STATUS_OK;
}

static void lost_say(struct acquisition *acquisition, int status, const struct failure *failure)
{
    bool lost = status == STATUS_LOST;
    if (lost && !acquisition->lost)
        say_error("%s; waiting for it", failure->text);
    else if (status == 1 && acquisition->lost)
        say("the mat is back");
    if (lost || status == 1)
        acquisition->lost = lost;
}

/* @return 1 go on, 0 it is over, or negative */
static int acquire_turn(struct acquisition *acquisition, struct failure *failure)
{
    struct frame frame;
    int wait_ms = acquisition->traits.paced ? PACED_MS : READ_MS;
    int status = source_read(acquisition->source, &frame, wait_ms, failure);
    lost_say(acquisition, status, failure);
    if (status == STATUS_END)
        return 0;
    if (status < 0 && status != STATUS_LOST)
        return status;
    const struct mat_info *mat = source_info(acquisition->source);
    if (!acquisition->publisher && mat) {
        int begun = publisher_begin(acquisition, mat, failure);
        if (begun)
            return begun;
    }
    if (time_is_over(acquisition, status == 1 ? &frame : NULL))
        return 0;
    if (status == 1 && (status = frame_publish(acquisition, &frame, failure)) < 0)
        return status;
    if (!acquisition->publisher)
        return 1;
    bus_publisher_serve(acquisition->publisher, 0);
    status =
        health_say(acquisition->publisher, acquisition->source, &acquisition->said_ms, failure);
    return status ? status : 1;
}

/* Says the end and stays until the readers have everything. */
static void acquire_end(struct acquisition *acquisition)
{
    struct bus_publisher_health health;
    acquisition->said_ms = 0; /* once more: as it was in the end */
    health_say(acquisition->publisher, acquisition->source, &acquisition->said_ms, NULL);
    bus_publisher_end(acquisition->publisher);
    int64_t until_ms = monotonic_ms() + GREET_MS;
    while (stopping_count() < 2 && !((readers_came(acquisition) || monotonic_ms() >= until_ms) &&
                                     bus_publisher_left(acquisition->publisher)))
        bus_publisher_serve(acquisition->publisher, PACED_MS);
    bus_publisher_health(acquisition->publisher, &health);
    say("%llu frames", (unsigned long long)health.next);
}

/* A session that goes on waits for its mat. */
static int source_begin(struct acquisition *acquisition, struct failure *failure)
{
    int status;
    bool said = false;
    while ((status = acquisition->plan->open(acquisition->plan->context, &acquisition->source,
                                             failure)) &&
           acquisition->publisher && status != STATUS_ARGUMENT && !stopping_count()) {
        if (!said)
            say_error("%s; waiting for it", failure->text);
        said = true;
        for (int64_t until = monotonic_ms() + REOPEN_MS; monotonic_ms() < until;)
            bus_publisher_serve(acquisition->publisher, PACED_MS);
    }
    return status;
}

static int acquire(struct acquisition *acquisition, struct failure *failure)
{
    int status = bus_folder(acquisition->folder, acquisition->options->bus, failure);
    if (!status && *acquisition->own->session)
        status = publisher_begin(acquisition, NULL, failure);
    if (status && status != STATUS_NOT_FOUND)
        return status;
    bool over = acquisition->publisher && bus_publisher_ended(acquisition->publisher);
    status = over ? STATUS_OK : source_begin(acquisition, failure);
    if (!status && !over)
        do
            status = acquire_turn(acquisition, failure);
        while (status == 1 && !stopping_count());
    if (acquisition->publisher)
        acquire_end(acquisition);
    else if (!status)
        status =
            failure_set(failure, STATUS_NOT_FOUND, "%s: gave no frame", acquisition->plan->name);
    return status < 0 ? status : STATUS_OK;
}

int acquiring_run(const struct acquiring *acquiring, struct failure *failure)
{
    const struct options *options = acquiring->options;
    struct acquisition acquisition = {
        .plan = acquiring, .options = options, .own = acquiring->own, .traits = acquiring->traits};
    if (!isinf(options->for_s))
        acquisition.deadline_ms = monotonic_ms() + (int64_t)(options->for_s * 1e3);
    int status = acquire(&acquisition, failure);
    bus_publisher_close(acquisition.publisher);
    source_close(acquisition.source);
    return status;
}
