#include "time_axis.h"

#include "frame_log.h"
#include "hdf_file.h"

#include <string.h>

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

static int read_batch(struct time_axis *axis, uint64_t first, size_t count, int64_t *times_us,
                      struct failure *failure)
{
    hid_t type = axis->integers ? H5T_NATIVE_INT64 : H5T_NATIVE_DOUBLE;
    hdf_begin();
    if (hdf_read_rows(axis->dataset, type, first, count, &axis->raw) < 0)
        return hdf_failure(failure, "time cannot be read");
    for (size_t i = 0; i < count; i++) {
        times_us[i] = raw_us(axis, i);
        if (times_us[i] == INT64_MIN)
            return refuse(first + i, "is NaN or out of range", failure);
        if (i > 0 && times_us[i] <= times_us[i - 1])
            return refuse(first + i, "is not later than the one before", failure);
    }
    return STATUS_OK;
}

int time_axis_read(struct time_axis *axis, uint64_t first, size_t count, int64_t *times_us,
                   struct failure *failure)
{
    for (size_t done = 0; done < count; done += TIME_BATCH) {
        size_t batch = count - done < TIME_BATCH ? count - done : TIME_BATCH;
        int status = read_batch(axis, first + done, batch, times_us + done, failure);
        if (status < 0)
            return status;
        if (done > 0 && times_us[done] <= times_us[done - 1])
            return refuse(first + done, "is not later than the one before", failure);
    }
    return STATUS_OK;
}

int time_axis_check(struct time_axis *axis, uint64_t length, struct failure *failure)
{
    int64_t times_us[TIME_BATCH];
    for (uint64_t first = 0; first < length; first += TIME_BATCH) {
        size_t batch = length - first < TIME_BATCH ? (size_t)(length - first) : TIME_BATCH;
        int status = read_batch(axis, first, batch, times_us, failure);
        if (status < 0)
            return status;
        if (first == 0)
            axis->first_us = times_us[0];
        else if (times_us[0] <= axis->last_us)
            return refuse(first, "is not later than the one before", failure);
        axis->last_us = times_us[batch - 1];
    }
    return STATUS_OK;
}

void time_axis_close(struct time_axis *axis)
{
    if (axis->dataset > 0)
        H5Dclose(axis->dataset);
    axis->dataset = 0;
}
