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

/** So many floats that the compiler keeps in registers, wide or narrow. */
#define LANE_FLOATS float __attribute__((vector_size(LANE_COUNT * sizeof(float))))

/** The sum of the partial sums, in a fixed order. @param lanes overwritten */
LANES_PART float lanes_sum(LANE_FLOATS *lanes)
{
    float *part = (float *)lanes;
#pragma GCC unroll 1
    for (int i = 0; i < 8; i++)
        part[i] += part[i + 8];
#pragma GCC unroll 1
    for (int i = 0; i < 4; i++)
        part[i] += part[i + 4];
    return (part[0] + part[1]) + (part[2] + part[3]);
}

#endif
