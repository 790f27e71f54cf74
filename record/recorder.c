#include "recorder_state.h"

#include "file_lock.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define COMMIT_S      0.1 /* no commit waits longer, for a whole chunk or its turn */
#define COMMIT_SHARE  4   /* quick commits take at most one part of so many of the time */
#define RESERVE_BYTES ((uint64_t)1 << 20)

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

int recorder_latch(struct recorder *recorder, struct failure *failure, const char *what)
{
    hdf_failure(&recorder->latched, what);
    failure_at(&recorder->latched, recorder->path);
    if (recorder->latched.status == STATUS_FORMAT)
        recorder->latched.status = STATUS_SYSTEM;
    recorder->broken = true;
    if (failure)
        *failure = recorder->latched;
    return recorder->latched.status;
}

static int still_latched(const struct recorder *recorder, struct failure *failure)
{
    if (recorder->latched.status < 0 && failure)
        *failure = recorder->latched;
    return recorder->latched.status;
}

static uint64_t reserve(const struct recorder *recorder)
{
    return RESERVE_BYTES + 2 * frame_log_chunk_bytes(recorder->frames);
}

uint64_t recorder_room(const struct recorder *recorder)
{
    uint64_t room = disk_room(recorder->descriptor), kept = reserve(recorder);
    return room > kept ? room - kept : 0;
}

int recorder_check_room(const struct recorder *recorder, struct failure *failure)
{
    if (recorder_room(recorder))
        return STATUS_OK;
    return failure_set(failure, STATUS_FULL,
                       "%s: recording stopped: less than %llu kB of room are left", recorder->path,
                       (unsigned long long)(reserve(recorder) >> 10));
}

int recorder_write_truth(struct recorder *recorder)
{
    const char *units = recorder->started ? recorder->time_units : "seconds";
    recorder->truth_written = true;
    return truth_write(recorder->file, &recorder->truth, units);
}

static int start(struct recorder *recorder, int64_t first_us, struct failure *failure)
{
    char text[TIME_TEXT_SIZE];
    time_text(recorder->origin_us ? recorder->origin_us : first_us, text);
    snprintf(recorder->time_units, sizeof recorder->time_units, "seconds since %s", text);
    recorder->started = true;
    hdf_begin();
    recorder->events = event_log_create(recorder->file, recorder->time_units);
    if (!recorder->events)
        return recorder_latch(recorder, failure, "the groups of events cannot be created");
    if (map_log_create(&recorder->maps, recorder->file, recorder->file) < 0)
        return recorder_latch(recorder, failure, "the maps cannot be created");
    if (recorder->has_parameters &&
        event_log_parameters(recorder->file, &recorder->parameters, recorder->software) < 0)
        return recorder_latch(recorder, failure, "the parameters cannot be written");
    if (recorder->has_truth && recorder_write_truth(recorder) < 0)
        return recorder_latch(recorder, failure, "the truth cannot be written");
    if (recorder->swmr && H5Fstart_swmr_write(recorder->file) < 0)
        return recorder_latch(recorder, failure, "cannot be opened for readers");
    if (recorder->swmr)
        file_lock_share(recorder->descriptor);
    recorder->commit_at_s = recorder->sync_at_s = now_s();
    return STATUS_OK;
}

static int latch_system(struct recorder *recorder, int error, struct failure *failure)
{
    failure_system(&recorder->latched, error, "%s: recording stopped", recorder->path);
    return still_latched(recorder, failure);
}

/* Once the disk has taken what it was asked to. */
static int note_synced(struct recorder *recorder)
{
    if (!recorder->asked || !disk_sync_is_done(recorder->sync))
        return 0;
    uint64_t frames = recorder->asked;
    recorder->asked = 0;
    return frame_log_synced(recorder->frames, frames);
}

static int commit(struct recorder *recorder, struct failure *failure)
{
    double begin_s = now_s();
    int error = recorder->sync ? disk_sync_error(recorder->sync) : 0;
    if (error)
        return latch_system(recorder, error, failure);
    hdf_begin();
    if (note_synced(recorder) < 0 || frame_log_flush(recorder->frames) < 0 ||
        (recorder->events && event_log_flush(recorder->events) < 0) ||
        H5Fflush(recorder->file, H5F_SCOPE_GLOBAL) < 0 || frame_log_commit(recorder->frames) < 0)
        return recorder_latch(recorder, failure, "recording stopped");
    recorder->commit_at_s = now_s();
    recorder->commit_took_s = recorder->commit_at_s - begin_s;
    recorder->look = true;
    return STATUS_OK;
}

static int commit_when_due(struct recorder *recorder, bool chunk_written, struct failure *failure)
{
    double age_s = now_s() - recorder->commit_at_s;
    double turn_s = chunk_written ? COMMIT_SHARE * recorder->commit_took_s : COMMIT_S;
    if (age_s < fmin(turn_s, COMMIT_S))
        return STATUS_OK;
    int status = commit(recorder, failure);
    if (status == STATUS_OK && recorder->commit_at_s - recorder->sync_at_s >= recorder->sync_s) {
        disk_sync_request(recorder->sync);
        recorder->asked = frame_log_committed(recorder->frames);
        recorder->sync_at_s = recorder->commit_at_s;
    }
    return status;
}

/* Before anything more is taken. What waits is committed first: that much is kept free. */
static int look_for_room(struct recorder *recorder, struct failure *failure)
{
    if (recorder->latched.status < 0)
        return still_latched(recorder, failure);
    if (!recorder->look)
        return STATUS_OK;
    int status = recorder_check_room(recorder, failure);
    if (status == STATUS_FULL && recorder->swmr && frame_log_waiting(recorder->frames)) {
        int committed = commit(recorder, failure);
        status = committed < 0 ? committed : recorder_check_room(recorder, failure);
    }
    recorder->look = status < 0;
    return status;
}

static int check_frame(const struct recorder *recorder, const struct frame *frame,
                       struct failure *failure)
{
    if (frame->rows != recorder->rows || frame->cols != recorder->cols)
        return failure_set(failure, STATUS_ARGUMENT, "%s: frame of %u x %u cells, must be %u x %u",
                           recorder->path, frame->rows, frame->cols, recorder->rows,
                           recorder->cols);
    if (frame->time_us <= recorder->last_us || llabs(frame->time_us) >= TIME_US_MAX)
        return failure_set(failure, STATUS_ARGUMENT,
                           "%s: frame %llu is not later than the one before", recorder->path,
                           (unsigned long long)frame->number);
    return STATUS_OK;
}

static int take_frame(struct recorder *recorder, const struct frame *frame, struct failure *failure)
{
    int status = still_latched(recorder, failure);
    if (status == STATUS_OK)
        status = check_frame(recorder, frame, failure);
    if (status == STATUS_OK)
        status = look_for_room(recorder, failure);
    if (status < 0)
        return status;
    recorder->last_us = frame->time_us;
    return recorder->started ? STATUS_OK : start(recorder, frame->time_us, failure);
}

static int after_writing(struct recorder *recorder, int written, struct failure *failure)
{
    if (written < 0)
        return recorder_latch(recorder, failure, "recording stopped");
    recorder->look = recorder->look || written;
    return recorder->swmr ? commit_when_due(recorder, written, failure) : STATUS_OK;
}

int recorder_frame(struct recorder *recorder, const struct frame *frame, struct failure *failure)
{
    int status = take_frame(recorder, frame, failure);
    if (status < 0)
        return status;
    hdf_begin();
    return after_writing(recorder, frame_log_append(recorder->frames, frame), failure);
}

size_t recorder_chunk(const struct recorder *recorder)
{
    return frame_log_chunk(recorder->frames);
}

int recorder_packed(struct recorder *recorder, const struct frame *frames,
                    const struct packed *packed, struct failure *failure)
{
    size_t count = frame_log_chunk(recorder->frames);
    for (size_t i = 0; i < count; i++) {
        int status = take_frame(recorder, &frames[i], failure);
        if (status < 0)
            return status;
    }
    hdf_begin();
    return after_writing(recorder, frame_log_append_packed(recorder->frames, frames, packed),
                         failure);
}

static int begun(const struct recorder *recorder, const char *what, struct failure *failure)
{
    if (recorder->started || recorder->latched.status < 0)
        return still_latched(recorder, failure);
    return failure_set(failure, STATUS_ARGUMENT, "%s: %s before the first frame", recorder->path,
                       what);
}

static int write_event(struct recorder *recorder, const struct event *event,
                       int (*write)(struct event_log *log, const struct event *event),
                       struct failure *failure)
{
    int status = begun(recorder, "an event", failure);
    if (status == STATUS_OK)
        status = look_for_room(recorder, failure);
    hdf_begin();
    if (status == STATUS_OK && write(recorder->events, event) < 0)
        status = recorder_latch(recorder, failure, "recording stopped");
    return status;
}

int recorder_event(struct recorder *recorder, const struct event *event, struct failure *failure)
{
    return write_event(recorder, event, event_log_append, failure);
}

int recorder_reserve(struct recorder *recorder, const struct event *event, struct failure *failure)
{
    return write_event(recorder, event, event_log_reserve, failure);
}

int recorder_maps(struct recorder *recorder, const struct session_maps *maps,
                  struct failure *failure)
{
    int status = begun(recorder, "maps", failure);
    hdf_begin();
    if (status == STATUS_OK && map_log_write(&recorder->maps, maps) < 0)
        status = recorder_latch(recorder, failure, "recording stopped");
    return status;
}

int recorder_counters(struct recorder *recorder, const struct session_counter *counters,
                      size_t count, struct failure *failure)
{
    struct counter_log *log = &recorder->counters;
    if (recorder->latched.status < 0)
        return still_latched(recorder, failure);
    if (log->count ? log->count != count : recorder->started || count > SESSION_COUNTERS_MAX)
        return failure_set(failure, STATUS_ARGUMENT, "%s: counters that it does not have",
                           recorder->path);
    hdf_begin();
    int written = log->count ? counter_log_write(log, counters, count)
                             : counter_log_create(log, recorder->file, counters, count);
    return written < 0 ? recorder_latch(recorder, failure, "the counters cannot be written")
                       : STATUS_OK;
}

int recorder_truth(struct recorder *recorder, const struct truth *truth, struct failure *failure)
{
    if (recorder->has_truth)
        return failure_set(failure, STATUS_ARGUMENT, "%s: has a truth already", recorder->path);
    if (truth_copy(&recorder->truth, truth) < 0)
        return failure_set(failure, STATUS_MEMORY, "%s: out of memory", recorder->path);
    recorder->has_truth = true;
    return STATUS_OK;
}

uint64_t recorder_frames(const struct recorder *recorder)
{
    return frame_log_committed(recorder->frames);
}

bool recorder_failed(const struct recorder *recorder)
{
    return recorder->latched.status < 0;
}

int recorder_sync(struct recorder *recorder, struct failure *failure)
{
    if (recorder->latched.status < 0)
        return still_latched(recorder, failure);
    int status = commit(recorder, failure);
    if (status < 0)
        return status;
    disk_sync_request(recorder->sync);
    int error = disk_sync_wait(recorder->sync);
    recorder->sync_at_s = now_s();
    if (error)
        return latch_system(recorder, error, failure);
    recorder->asked = frame_log_committed(recorder->frames);
    hdf_begin();
    return note_synced(recorder) < 0 ? recorder_latch(recorder, failure, "recording stopped")
                                     : STATUS_OK;
}
