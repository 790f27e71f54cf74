#include "record.h"

#include "about.h"
#include "counter_log.h"
#include "event_log.h"
#include "file_lock.h"
#include "frame_log.h"
#include "maps.h"
#include "recorder_parts.h"
#include "truth_log.h"
#include "units.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SYNC_S        1.0
#define COMMIT_S      0.1
#define RESERVE_BYTES ((uint64_t)1 << 20)

struct recorder {
    char path[PATH_MAX];
    hid_t file;
    int descriptor; /* HDF5's own */
    struct frame_log *frames;
    struct event_log *events;
    struct counter_log counters;
    struct map_log maps;
    struct truth truth;
    struct parameters parameters;
    struct failure latched;
    char software[SESSION_TEXT_SIZE];
    char time_units[TIME_TEXT_SIZE + 16];
    uint16_t rows, cols;
    int64_t last_us;
    double sync_s, commit_at_s, sync_at_s;
    bool swmr, has_parameters, has_truth, truth_written, started;
    bool broken; /* a write failed half way: the file stays as it is now */
};

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static int latch(struct recorder *recorder, struct failure *failure, const char *what)
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

static int check_room(struct recorder *recorder, struct failure *failure)
{
    uint64_t reserve = RESERVE_BYTES + 2 * frame_log_chunk_bytes(recorder->frames);
    if (file_has_room(recorder->descriptor, reserve))
        return STATUS_OK;
    failure_set(&recorder->latched, STATUS_FULL,
                "%s: recording stopped: less than %llu kB of room are left", recorder->path,
                (unsigned long long)(reserve >> 10));
    return still_latched(recorder, failure);
}

static int refuse(const struct recorder *recorder, struct failure *failure, const char *what)
{
    struct failure reason;
    hdf_failure(&reason, what);
    return failure_set(failure, reason.status, "%s: %s", recorder->path, reason.text);
}

static int create_file(struct recorder *recorder, const struct session_about *about,
                       struct failure *failure)
{
    void *handle;
    hdf_begin();
    recorder->file = hdf_file_create(recorder->path);
    if (recorder->file < 0 || H5Fget_vfd_handle(recorder->file, H5P_DEFAULT, &handle) < 0)
        return refuse(recorder, failure, "cannot be created");
    recorder->descriptor = *(int *)handle;
    recorder->frames = about_write(recorder->file, about) < 0
                           ? NULL
                           : frame_log_create(recorder->file, &about->mat, about->calibrated);
    if (!recorder->frames)
        return refuse(recorder, failure, "cannot be created");
    return check_room(recorder, failure);
}

static void release(struct recorder *recorder)
{
    counter_log_close(&recorder->counters);
    event_log_close(recorder->events);
    map_log_close(&recorder->maps);
    frame_log_close(recorder->frames);
    recorder->events = NULL;
    recorder->frames = NULL;
}

static void discard(struct recorder *recorder)
{
    release(recorder);
    if (recorder->file > 0)
        H5Fclose(recorder->file);
    unlink(recorder->path);
    free(recorder);
}

int recorder_open(struct recorder **recorder, const char *path, const struct session_about *about,
                  const struct parameters *parameters, const struct recorder_options *options,
                  struct failure *failure)
{
    *recorder = NULL;
    int status = geometry_check(&about->mat.geometry, failure);
    if (status < 0)
        return status;
    if (strlen(path) >= PATH_MAX)
        return failure_system(failure, ENAMETOOLONG, "%s", path);
    struct recorder *new = calloc(1, sizeof *new);
    if (!new)
        return failure_set(failure, STATUS_MEMORY, "%s: out of memory", path);
    status = file_claim(path, failure);
    if (status < 0) {
        free(new);
        return status;
    }
    strcpy(new->path, path);
    new->rows = about->mat.geometry.rows;
    new->cols = about->mat.geometry.cols;
    new->last_us = INT64_MIN;
    new->swmr = options && options->swmr;
    new->sync_s = options && options->sync_s > 0 ? options->sync_s : SYNC_S;
    new->has_parameters = parameters != NULL;
    if (parameters)
        new->parameters = *parameters;
    memcpy(new->software, about->software, sizeof new->software);
    status = create_file(new, about, failure);
    if (status < 0)
        discard(new);
    else
        *recorder = new;
    return status;
}

void recorder_set_path(struct recorder *recorder, const char *path)
{
    snprintf(recorder->path, sizeof recorder->path, "%s", path);
}

static int write_truth(struct recorder *recorder)
{
    const char *units = recorder->started ? recorder->time_units : "seconds";
    recorder->truth_written = true;
    return truth_write(recorder->file, &recorder->truth, units);
}

static int start(struct recorder *recorder, int64_t first_us, struct failure *failure)
{
    char text[TIME_TEXT_SIZE];
    time_text(first_us, text);
    snprintf(recorder->time_units, sizeof recorder->time_units, "seconds since %s", text);
    recorder->started = true;
    hdf_begin();
    recorder->events = event_log_create(recorder->file, recorder->time_units);
    if (!recorder->events)
        return latch(recorder, failure, "the groups of events cannot be created");
    if (map_log_create(&recorder->maps, recorder->file, recorder->file) < 0)
        return latch(recorder, failure, "the maps cannot be created");
    if (recorder->has_parameters &&
        event_log_parameters(recorder->file, &recorder->parameters, recorder->software) < 0)
        return latch(recorder, failure, "the parameters cannot be written");
    if (recorder->has_truth && write_truth(recorder) < 0)
        return latch(recorder, failure, "the truth cannot be written");
    if (recorder->swmr && H5Fstart_swmr_write(recorder->file) < 0)
        return latch(recorder, failure, "cannot be opened for readers");
    if (recorder->swmr)
        file_lock_share(recorder->descriptor);
    recorder->commit_at_s = recorder->sync_at_s = now_s();
    return STATUS_OK;
}

static int commit(struct recorder *recorder, struct failure *failure)
{
    hdf_begin();
    if (frame_log_flush(recorder->frames) < 0 ||
        (recorder->events && event_log_flush(recorder->events) < 0) ||
        H5Fflush(recorder->file, H5F_SCOPE_GLOBAL) < 0 || frame_log_commit(recorder->frames) < 0)
        return latch(recorder, failure, "recording stopped");
    recorder->commit_at_s = now_s();
    return check_room(recorder, failure);
}

static int commit_when_due(struct recorder *recorder, bool chunk_written, struct failure *failure)
{
    double age_s = now_s() - recorder->commit_at_s;
    if (age_s < (chunk_written ? COMMIT_S : recorder->sync_s))
        return STATUS_OK;
    if (now_s() - recorder->sync_at_s >= recorder->sync_s)
        return recorder_sync(recorder, failure);
    return commit(recorder, failure);
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
    if (recorder->latched.status < 0)
        return still_latched(recorder, failure);
    int status = check_frame(recorder, frame, failure);
    if (status < 0)
        return status;
    recorder->last_us = frame->time_us;
    return recorder->started ? STATUS_OK : start(recorder, frame->time_us, failure);
}

static int after_writing(struct recorder *recorder, int written, struct failure *failure)
{
    if (written < 0)
        return latch(recorder, failure, "recording stopped");
    if (recorder->swmr)
        return commit_when_due(recorder, written, failure);
    return written ? check_room(recorder, failure) : STATUS_OK;
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
    if (recorder->latched.status < 0 || recorder->started)
        return still_latched(recorder, failure);
    return failure_set(failure, STATUS_ARGUMENT, "%s: %s before the first frame", recorder->path,
                       what);
}

int recorder_event(struct recorder *recorder, const struct event *event, struct failure *failure)
{
    int status = begun(recorder, "an event", failure);
    hdf_begin();
    if (status == STATUS_OK && event_log_append(recorder->events, event) < 0)
        status = latch(recorder, failure, "recording stopped");
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
    return written < 0 ? latch(recorder, failure, "the counters cannot be written") : STATUS_OK;
}

int recorder_maps(struct recorder *recorder, const struct session_maps *maps,
                  struct failure *failure)
{
    int status = begun(recorder, "maps", failure);
    hdf_begin();
    if (status == STATUS_OK && map_log_write(&recorder->maps, maps) < 0)
        status = latch(recorder, failure, "recording stopped");
    return status;
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

int recorder_sync(struct recorder *recorder, struct failure *failure)
{
    if (recorder->latched.status < 0)
        return still_latched(recorder, failure);
    int status = commit(recorder, failure);
    if (status < 0)
        return status;
    if (fdatasync(recorder->descriptor) < 0) {
        failure_system(&recorder->latched, errno, "%s: recording stopped", recorder->path);
        return still_latched(recorder, failure);
    }
    recorder->sync_at_s = now_s();
    return STATUS_OK;
}

static hid_t reopen_for_truth(struct recorder *recorder)
{
    if (!recorder->swmr)
        return recorder->file;
    if (H5Fclose(recorder->file) < 0)
        return -1;
    hid_t access = hdf_access();
    recorder->file = H5Fopen(recorder->path, H5F_ACC_RDWR, access);
    H5Pclose(access);
    return recorder->file;
}

static int finish(struct recorder *recorder)
{
    if (about_write_closed(recorder->file, true) < 0)
        return -1;
    release(recorder);
    if (!recorder->has_truth || recorder->truth_written)
        return 0;
    return reopen_for_truth(recorder) < 0 ? -1 : write_truth(recorder);
}

int recorder_close(struct recorder *recorder, struct failure *failure)
{
    if (!recorder)
        return STATUS_OK;
    int status = recorder_sync(recorder, failure);
    hdf_begin();
    if (status == STATUS_OK && finish(recorder) < 0)
        status = latch(recorder, failure, "cannot be finished");
    if (recorder->broken)
        hdf_divert(recorder->descriptor);
    release(recorder);
    if (recorder->file > 0 && H5Fclose(recorder->file) < 0 && status == STATUS_OK)
        status = latch(recorder, failure, "cannot be closed");
    truth_free(&recorder->truth);
    free(recorder);
    return status;
}
