/**
 * @file counter_log.h
 * The counters of whoever read the mat: the group `/health`, one number each. Made before the file
 * is open to readers, then overwritten in place.
 */
#ifndef ROLLSCOPE_RECORD_COUNTER_LOG_H
#define ROLLSCOPE_RECORD_COUNTER_LOG_H

#include "hdf.h"
#include "record.h"

#define COUNTER_GROUP "health"

struct counter_log {
    hid_t datasets[SESSION_COUNTERS_MAX]; /**< [count] */
    size_t count;
};

/** Makes the group for counters [count]. @return negative on failure */
int counter_log_create(struct counter_log *log, hid_t root, const struct session_counter *counters,
                       size_t count);

/** Writes the values of counters [count], the same ones in the same order. @return negative on
 *  failure */
int counter_log_write(struct counter_log *log, const struct session_counter *counters,
                      size_t count);

void counter_log_close(struct counter_log *log);

#endif
