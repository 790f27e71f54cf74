#include "about.h"
#include "file_lock.h"
#include "recorder_state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SYNC_S     1.0
#define LOOK_NS    5000000
#define LOOKS_MOST 200

static int refuse(const struct recorder *recorder, struct failure *failure, const char *what)
{
    struct failure reason;
    hdf_failure(&reason, what);
    return failure_set(failure, reason.status, "%s: %s", recorder->path, reason.text);
}

/* Whoever looks at the file before anything is in it locks it for a moment. */
static hid_t create_among_readers(const char *path)
{
    const struct timespec moment = {.tv_nsec = LOOK_NS};
    hid_t file = H5I_INVALID_HID;
    for (int looks = 0; looks < LOOKS_MOST && file < 0; looks++) {
        if (looks)
            nanosleep(&moment, NULL);
        hdf_begin();
        file = hdf_file_create(path);
        if (file < 0 && hdf_errno() != EAGAIN)
            break;
    }
    return file;
}

static int create_file(struct recorder *recorder, const struct session_about *about,
                       struct failure *failure)
{
    void *handle;
    recorder->file = create_among_readers(recorder->path);
    if (recorder->file < 0 || H5Fget_vfd_handle(recorder->file, H5P_DEFAULT, &handle) < 0)
        return refuse(recorder, failure, "cannot be created");
    recorder->descriptor = *(int *)handle;
    recorder->sync = disk_sync_create(recorder->descriptor);
    if (!recorder->sync)
        return failure_set(failure, STATUS_MEMORY, "%s: out of memory", recorder->path);
    recorder->frames = about_write(recorder->file, about) < 0
                           ? NULL
                           : frame_log_create(recorder->file, &about->mat, about->calibrated);
    if (!recorder->frames)
        return refuse(recorder, failure, "cannot be created");
    return recorder_check_room(recorder, failure);
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
    disk_sync_destroy(recorder->sync);
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
    new->origin_us = about->origin_us;
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
    return reopen_for_truth(recorder) < 0 ? -1 : recorder_write_truth(recorder);
}

int recorder_close(struct recorder *recorder, struct failure *failure)
{
    if (!recorder)
        return STATUS_OK;
    int status = recorder_sync(recorder, failure);
    disk_sync_destroy(recorder->sync);
    recorder->sync = NULL;
    hdf_begin();
    if (status == STATUS_OK && finish(recorder) < 0)
        status = recorder_latch(recorder, failure, "cannot be finished");
    if (recorder->broken)
        hdf_divert(recorder->descriptor);
    release(recorder);
    if (recorder->file > 0 && H5Fclose(recorder->file) < 0 && status == STATUS_OK)
        status = recorder_latch(recorder, failure, "cannot be closed");
    truth_free(&recorder->truth);
    free(recorder);
    return status;
}
