/**
 * @file recorded_health.h
 * The counters of whoever reads the mat, from the bus into the session file.
 */
#ifndef ROLLSCOPE_TOOLS_RECORDED_HEALTH_H
#define ROLLSCOPE_TOOLS_RECORDED_HEALTH_H

#include "bus/bus.h"
#include "record/record.h"

/** Gives a new file the counters, all 0. Before its first frame. @return as recorder_counters() */
int recorded_health_begin(struct recorder *recorder, struct failure *failure);

/**
 * Writes what was said of them last, at most once a second unless it is the last time. A file that
 * was begun without counters goes without.
 * @param taken_ms when they were written last; 0: never
 * @return as recorder_counters()
 */
int recorded_health_take(struct recorder *recorder, const struct bus_reader *frames,
                         int64_t *taken_ms, struct failure *failure);

#endif
