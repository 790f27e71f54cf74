/**
 * @file lanes.h
 * Loops over cells, written so that a compiler turns them into vector code. LANES compiles a
 * function for wide registers and for any machine; the results are the same to the bit, because
 * nothing is contracted or reordered. Sums run over LANE_COUNT partial sums in a fixed order.
 */
#ifndef ROLLSCOPE_DSP_LANES_H
#define ROLLSCOPE_DSP_LANES_H

/* Sanitizers cannot run in the resolvers that choose between the versions. */
#if defined(__x86_64__) && defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) &&                 \
    !defined(__SANITIZE_THREAD__)
#define LANES __attribute__((target_clones("arch=x86-64-v4", "arch=haswell", "default")))
#else
#define LANES
#endif

/** Partial sums of a sum over cells. */
#define LANE_COUNT 16

static inline float lesser(float a, float b)
{
    return a < b ? a : b;
}

static inline float greater(float a, float b)
{
    return a > b ? a : b;
}

/** The sum of the partial sums, in a fixed order. @param lanes [LANE_COUNT], overwritten */
static inline float lanes_sum(float *lanes)
{
    for (int half = LANE_COUNT / 2; half; half /= 2)
        for (int i = 0; i < half; i++)
            lanes[i] += lanes[i + half];
    return lanes[0];
}

#endif
