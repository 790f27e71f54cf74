/**
 * @file rank.h
 * Medians and other quantiles without sorting: Hoare's selection (C. A. R. Hoare, Algorithm 65:
 * Find, CACM 1961), among many values in the bucket that counting their leading bits leaves; in time
 * proportional to the number of values.
 */
#ifndef ROLLSCOPE_MAT_RANK_H
#define ROLLSCOPE_MAT_RANK_H

#include <stddef.h>

/** The value that would stand at `rank` were they sorted upwards; reorders them. No allocation.
 *  @param values [count] finite, any unit
 *  @param count at least 1
 *  @param rank less than `count`; 0: the least */
float value_at_rank(float *values, size_t count, size_t rank);

#endif
