/**
 * @file time_axis.h
 * The variable `time` of any session file as whole microseconds. One thread at a time.
 */
#ifndef ROLLSCOPE_RECORD_TIME_AXIS_H
#define ROLLSCOPE_RECORD_TIME_AXIS_H

#include "hdf.h"
#include "units.h"

/** The most times that are read at once. */
#define TIME_BATCH 1024

struct time_axis {
    hid_t dataset;
    bool integers;
    struct time_unit unit;
    uint64_t length;
    bool tolerant; /**< a stamp that falls back a little becomes 1 us later than the one before */
    uint64_t moved;            /**< so many did; set by time_axis_check(), as these */
    int64_t first_us, last_us;
    int64_t *before_us; /**< time before each batch */
    union {
        double numbers[TIME_BATCH];
        int64_t integers[TIME_BATCH];
    } raw;
};

/** Opens and checks rank, type and units. time_axis_close() either way. */
int time_axis_open(struct time_axis *axis, hid_t root, struct failure *failure);

/**
 * Reads times [first, first + count), strictly increasing.
 * @param times_us [count]
 * @return STATUS_OK, STATUS_FORMAT naming the frame, or another negative status
 */
int time_axis_read(struct time_axis *axis, uint64_t first, size_t count, int64_t *times_us,
                   struct failure *failure);

/** Reads all of the first `length` times, keeps the first and the last. To be called before
 *  time_axis_read() where the axis is tolerant. */
int time_axis_check(struct time_axis *axis, uint64_t length, struct failure *failure);

void time_axis_close(struct time_axis *axis);

#endif
