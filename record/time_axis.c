#include "time_axis.h"

#include "frame_log.h"
#include "hdf_file.h"

#include <stdlib.h>
#include <string.h>

/* A stamp that falls back by no more is jitter. */
#define JITTER_US 50000

static bool known_calendar(hid_t dataset)
{
    char calendar[32] = "";
    hdf_read_text(dataset, "calendar", calendar, sizeof calendar);
    return !*calendar || !strcmp(calendar, "standard") || !strcmp(calendar, "gregorian") ||
           !strcmp(calendar, "proleptic_gregorian");
}

int time_axis_open(struct time_axis *axis, hid_t root, struct failure *failure)
{
    char units[96] = "";
    hsize_t length;
    axis->dataset = hdf_open_dataset(root, VARIABLE_TIME, failure);
    if (axis->dataset < 0)
        return (int)axis->dataset;
    if (hdf_shape(axis->dataset, 1, &length) < 0)
        return failure_set(failure, STATUS_FORMAT, "time must have rank 1 (time)");
    axis->length = length;
    H5T_class_t class = hdf_number_class(axis->dataset, NULL);
    if (class == H5T_NO_CLASS)
        return failure_set(failure, STATUS_FORMAT, "time holds no numbers");
    axis->integers = class == H5T_INTEGER;
    if (hdf_read_text(axis->dataset, "units", units, sizeof units) < 0)
        return failure_set(failure, STATUS_FORMAT, "the units of time cannot be read");
    if (!time_unit_parse(*units ? units : "s", &axis->unit))
        return failure_set(failure, STATUS_FORMAT, "time has unknown units '%.60s'", units);
    if (!known_calendar(axis->dataset))
        return failure_set(failure, STATUS_FORMAT, "time has an unknown calendar");
    return hdf_check_storage(axis->dataset, VARIABLE_TIME, failure);
}

static int64_t raw_us(const struct time_axis *axis, size_t i)
{
    return axis->integers ? time_unit_us_integer(&axis->unit, axis->raw.integers[i])
                          : time_unit_us(&axis->unit, axis->raw.numbers[i]);
}

static int refuse(uint64_t frame, const char *what, struct failure *failure)
{
    return failure_set(failure, STATUS_FORMAT, "time of frame %llu %s", (unsigned long long)frame,
                       what);
}

/* @param before_us the time before the first; INT64_MIN: none @return how many were moved */
static int read_batch(struct time_axis *axis, uint64_t first, size_t count, int64_t before_us,
                      int64_t *times_us, struct failure *failure)
{
    hid_t type = axis->integers ? H5T_NATIVE_INT64 : H5T_NATIVE_DOUBLE;
    int moved = 0;
    hdf_begin();
    if (hdf_read_rows(axis->dataset, type, first, count, &axis->raw) < 0)
        return hdf_failure(failure, "time cannot be read");
    for (size_t i = 0; i < count; i++) {
        int64_t time_us = raw_us(axis, i);
        if (time_us == INT64_MIN)
            return refuse(first + i, "is NaN or out of range", failure);
        if (time_us <= before_us) {
            if (!axis->tolerant || before_us - time_us > JITTER_US)
                return refuse(first + i, "is not later than the one before", failure);
            time_us = before_us + 1;
            moved++;
        }
        times_us[i] = before_us = time_us;
    }
    return moved;
}

/* Where times were moved, what a time is depends on those before, from the begin of its batch. */
static int read_moved(struct time_axis *axis, uint64_t first, size_t count, int64_t *times_us,
                      struct failure *failure)
{
    int64_t batch_us[TIME_BATCH];
    for (size_t done = 0; done < count;) {
        uint64_t batch = (first + done) / TIME_BATCH;
        size_t skipped = (size_t)(first + done - batch * TIME_BATCH);
        size_t wanted = count - done < TIME_BATCH - skipped ? count - done : TIME_BATCH - skipped;
        int status = read_batch(axis, batch * TIME_BATCH, skipped + wanted, axis->before_us[batch],
                                batch_us, failure);
        if (status < 0)
            return status;
        memcpy(times_us + done, batch_us + skipped, wanted * sizeof *times_us);
        done += wanted;
    }
    return STATUS_OK;
}

int time_axis_read(struct time_axis *axis, uint64_t first, size_t count, int64_t *times_us,
                   struct failure *failure)
{
    if (axis->moved)
        return read_moved(axis, first, count, times_us, failure);
    int64_t before_us = INT64_MIN;
    for (size_t done = 0; done < count; done += TIME_BATCH) {
        size_t batch = count - done < TIME_BATCH ? count - done : TIME_BATCH;
        int status = read_batch(axis, first + done, batch, before_us, times_us + done, failure);
        if (status < 0)
            return status;
        before_us = times_us[done + batch - 1];
    }
    return STATUS_OK;
}

int time_axis_check(struct time_axis *axis, uint64_t length, struct failure *failure)
{
    int64_t times_us[TIME_BATCH];
    axis->moved = 0;
    axis->last_us = INT64_MIN;
    free(axis->before_us);
    axis->before_us = calloc(length / TIME_BATCH + 1, sizeof *axis->before_us);
    if (!axis->before_us)
        return failure_set(failure, STATUS_MEMORY, "out of memory");
    for (uint64_t first = 0; first < length; first += TIME_BATCH) {
        size_t batch = length - first < TIME_BATCH ? (size_t)(length - first) : TIME_BATCH;
        axis->before_us[first / TIME_BATCH] = axis->last_us;
        int moved = read_batch(axis, first, batch, axis->last_us, times_us, failure);
        if (moved < 0)
            return moved;
        axis->moved += (uint64_t)moved;
        axis->first_us = first ? axis->first_us : times_us[0];
        axis->last_us = times_us[batch - 1];
    }
    if (!length)
        axis->last_us = 0;
    return STATUS_OK;
}

void time_axis_close(struct time_axis *axis)
{
    if (axis->dataset > 0)
        H5Dclose(axis->dataset);
    axis->dataset = 0;
    free(axis->before_us);
    axis->before_us = NULL;
}
