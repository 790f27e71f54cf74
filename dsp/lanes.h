/**
 * @file lanes.h
 * Loops over cells, written so that a compiler turns them into vector code. LANES compiles a
 * function for wide registers and for any machine; the results are the same to the bit, because
 * nothing is contracted or reordered. Sums run over LANE_COUNT partial sums in a fixed order.
 */
#ifndef ROLLSCOPE_DSP_LANES_H
#define ROLLSCOPE_DSP_LANES_H

#include <stdint.h> /* says __GLIBC__ */

/* Sanitizers cannot run in the resolvers that choose between the versions. */
#ifndef LANES
#if defined(__x86_64__) && defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) &&                 \
    !defined(__SANITIZE_THREAD__)
#define LANES __attribute__((target_clones("arch=x86-64-v4", "arch=haswell", "default")))
#else
#define LANES
#endif
#endif

/** A part of such a function, compiled into each of its versions. */
#define LANES_PART static inline __attribute__((always_inline))

/** Partial sums of a sum over cells. */
#define LANE_COUNT 16

/** Floats between arrays of cells, so that a power of two of cells does not put all of them on the
 *  same lines of the cache. */
#define LANE_PAD 48

LANES_PART float lesser(float a, float b)
{
    return a < b ? a : b;
}

LANES_PART float greater(float a, float b)
{
    return a > b ? a : b;
}

/** Adds weights[i] * values[i] to sums[i] and weights[i] to totals[i]; [LANE_COUNT] each. */
LANES_PART void lanes_add(float *restrict sums, float *restrict totals,
                          const float *restrict weights, const float *restrict values)
{
#pragma GCC unroll 1
    for (int i = 0; i < LANE_COUNT; i++) {
        sums[i] += weights[i] * values[i];
        totals[i] += weights[i];
    }
}

/** The sum of the partial sums, in a fixed order. @param lanes [LANE_COUNT], overwritten */
LANES_PART float lanes_sum(float *lanes)
{
#pragma GCC unroll 1
    for (int i = 0; i < 8; i++)
        lanes[i] += lanes[i + 8];
#pragma GCC unroll 1
    for (int i = 0; i < 4; i++)
        lanes[i] += lanes[i + 4];
    return (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]);
}

#endif
