#include "source_session.h"

#include "options.h"
#include "record/record.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SPEED_LEAST 1e-3
#define SPEED_MOST  1e6
#define LATEST_S    1e9

struct replay {
    struct session *session;
    double speed; /* times real time; INFINITY: at once */
    int64_t from_us, to_us;
    struct frame waiting; /* read, but not due yet */
    bool has_waiting, started;
    int64_t zero_us;  /* time of the first frame given */
    int64_t began_ns; /* when it was given, monotonic */
    uint64_t given;
};

static int64_t monotonic_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int64_t due_ns(const struct replay *replay)
{
    double ahead_ns = (double)(replay->waiting.time_us - replay->zero_us) * 1e3 / replay->speed;
    return replay->began_ns + (int64_t)ahead_ns;
}

/* @return 1 when it is due, 0 when the time is over before */
static int due_wait(struct replay *replay, int timeout_ms)
{
    if (!replay->started) {
        replay->started = true;
        replay->zero_us = replay->waiting.time_us;
        replay->began_ns = monotonic_ns();
    }
    if (isinf(replay->speed))
        return 1;
    int64_t due = due_ns(replay), latest = monotonic_ns() + (int64_t)timeout_ms * 1000000;
    int64_t until = due < latest ? due : latest;
    struct timespec time = {.tv_sec = until / 1000000000, .tv_nsec = until % 1000000000};
    return !clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) && due <= latest;
}

static int replay_read(void *self, struct frame *frame, int timeout_ms, struct failure *failure)
{
    struct replay *replay = self;
    if (!replay->has_waiting) {
        int status = session_read(replay->session, &replay->waiting, failure);
        if (status < 1)
            return status;
        if (replay->waiting.time_us > replay->to_us)
            return STATUS_END;
        replay->has_waiting = true;
    }
    if (!due_wait(replay, timeout_ms))
        return 0;
    *frame = replay->waiting;
    frame->number = replay->given++;
    replay->has_waiting = false;
    return 1;
}

static const struct mat_info *replay_info(void *self)
{
    const struct replay *replay = self;
    return &session_about(replay->session)->mat;
}

static void replay_health(void *self, struct source_health *health)
{
    const struct replay *replay = self;
    memset(health, 0, sizeof *health);
    health->frames = replay->given;
}

static void replay_close(void *self)
{
    struct replay *replay = self;
    session_close(replay->session);
    free(replay);
}

static const char *replay_calibration(void *self)
{
    const struct replay *replay = self;
    return session_about(replay->session)->calibration_text;
}

static const struct source_ops replay_ops = {.read = replay_read,
                                             .info = replay_info,
                                             .health = replay_health,
                                             .close = replay_close,
                                             .calibration = replay_calibration};

static int number_get(const struct address *address, const char *name, double least, double *number,
                      struct failure *failure)
{
    const char *text = address_get(address, name, NULL);
    return text ? option_number(number, name, text, least,
                                least == SPEED_LEAST ? SPEED_MOST : LATEST_S, failure)
                : STATUS_OK;
}

static int names_check(const struct address *address, struct failure *failure)
{
    for (size_t i = 0; i < address->count; i++) {
        const char *name = address->parameters[i].name;
        if (strcmp(name, "speed") && strcmp(name, "from") && strcmp(name, "to"))
            return failure_set(failure, STATUS_ARGUMENT,
                               "session: knows speed, from and to, not '%s'", name);
    }
    return STATUS_OK;
}

/* Finds the first frame at or after `from`, by halving: times rise. */
static int replay_seek(struct replay *replay, double from_s, double to_s, struct failure *failure)
{
    struct frame frame;
    int status = session_read(replay->session, &frame, failure);
    if (status < 1)
        return status == STATUS_END ? STATUS_OK : status;
    replay->from_us = frame.time_us + llround(from_s * 1e6);
    replay->to_us = isinf(to_s) ? INT64_MAX : frame.time_us + llround(to_s * 1e6);
    uint64_t low = 0, high = session_frames(replay->session);
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        status = session_seek(replay->session, middle, failure);
        if (!status)
            status = session_read(replay->session, &frame, failure);
        if (status < 1)
            return status ? status : STATUS_FORMAT;
        if (frame.time_us < replay->from_us)
            low = middle + 1;
        else
            high = middle;
    }
    return session_seek(replay->session, low, failure);
}

static int replay_open(struct replay *replay, const struct address *address,
                       struct failure *failure)
{
    double from_s = 0, to_s = INFINITY;
    int status = names_check(address, failure);
    replay->speed = 1;
    if (!strcmp(address_get(address, "speed", ""), "max"))
        replay->speed = INFINITY;
    else if (!status)
        status = number_get(address, "speed", SPEED_LEAST, &replay->speed, failure);
    if (!status)
        status = number_get(address, "from", 0, &from_s, failure);
    if (!status)
        status = number_get(address, "to", 0, &to_s, failure);
    if (!status)
        status = session_open(&replay->session, address->target, failure);
    return status ? status : replay_seek(replay, from_s, to_s, failure);
}

int source_session_open(struct source **source, const struct address *address,
                        struct failure *failure)
{
    *source = NULL;
    struct replay *replay = calloc(1, sizeof *replay);
    if (!replay)
        return failure_set(failure, STATUS_MEMORY, "%s: out of memory", address->target);
    int status = replay_open(replay, address, failure);
    if (status) {
        replay_close(replay);
        return status;
    }
    return source_open_custom(source, &replay_ops, replay, failure);
}
