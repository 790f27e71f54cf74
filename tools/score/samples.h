/**
 * @file samples.h
 * A growing list of numbers, for medians and percentiles.
 */
#ifndef ROLLSCOPE_SCORE_SAMPLES_H
#define ROLLSCOPE_SCORE_SAMPLES_H

#include <stddef.h>

/** Starts as {0}. */
struct samples {
    double *values; /**< [count] */
    size_t count, room;
};

/** Adds a number. @return STATUS_OK or STATUS_MEMORY */
int samples_add(struct samples *samples, double value);

/** Adds all of another list. @return STATUS_OK or STATUS_MEMORY */
int samples_merge(struct samples *samples, const struct samples *more);

/**
 * The quantile by linear interpolation between order statistics, as numpy.quantile() does by
 * default. Sorts the list. @param share 0 .. 1. @return NaN when there are none
 */
double samples_quantile(struct samples *samples, double share);

/** Gives the memory back; the list is empty again. */
void samples_clear(struct samples *samples);

#endif
