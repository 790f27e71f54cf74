/**
 * @file history.h
 * The recent past of one contact: a ring of samples at most every history_step_s, about 40 s.
 */
#ifndef ROLLSCOPE_DETECT_HISTORY_H
#define ROLLSCOPE_DETECT_HISTORY_H

#include <stdbool.h>
#include <stddef.h>

#define HISTORY_SIZE 4096

/** A contact at one moment. */
struct sample {
    double time_s;
    double at_mm[2];      /**< centre of pressure in the mat's frame */
    double outline_mm[2]; /**< centre of the loaded cells, whatever they bear */
    double spread_mm2[3]; /**< of the load: variances in x and y, covariance */
    double move_mm[2];    /**< the same as an integral of displacements, across a strip's own axis:
                               free of jumps of the outline; its origin is arbitrary */
    double calm_mm[2]; /**< move_mm averaged over as much time before as after, at most calm_s each:
                            free of noise, not late; set by history_push() */
    double force_n, peak_kpa;
    double impulse_ns; /**< integral of force since the landing */
    bool at_edge, saturated;
};

struct history {
    double calm_s; /**< set by the owner: 0 where positions have no noise worth averaging */
    size_t first, count;
    struct sample samples[HISTORY_SIZE];
};

/** Empties it. */
void history_clear(struct history *history);

/** Appends, overwriting the oldest, and averages anew what lies within calm_s of it; a sample
 * sooner than 9 ms after the last one replaces nothing and is dropped. */
void history_push(struct history *history, const struct sample *sample);

/** Appends samples between two that lie far apart, as if the contact had gone on evenly. */
void history_bridge(struct history *history, const struct sample *before, const struct sample *now);

/** The i-th sample, oldest first. @param i below count */
const struct sample *history_at(const struct history *history, size_t i);

/** Index of the last sample at or before a time; 0 where all are later. @pre count > 0 */
size_t history_find(const struct history *history, double time_s);

/** The state at a time, linear between the samples. @pre count > 0 */
struct sample history_interpolate(const struct history *history, double time_s);

#endif
