/**
 * @file bench_clock.h
 * Time for benchmarks.
 */
#ifndef ROLLSCOPE_TESTS_BENCH_BENCH_CLOCK_H
#define ROLLSCOPE_TESTS_BENCH_BENCH_CLOCK_H

#include <stddef.h>

/** Monotonic time, s. */
double clock_wall_s(void);

/** CPU time of this thread, s: what other programs take is left out. */
double clock_cpu_s(void);

/** The value at a share of the sorted values, which it sorts. */
double sorted_at(double *values, size_t count, double share);

#endif
