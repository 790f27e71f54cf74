/**
 * @file support_conditioner.h
 * A conditioner on a 32 by 32 test mat.
 */
#ifndef ROLLSCOPE_TESTS_DSP_SUPPORT_CONDITIONER_H
#define ROLLSCOPE_TESTS_DSP_SUPPORT_CONDITIONER_H

#include "dsp/dsp.h"
#include "support_mat.h"

/** kPa per count of the test mat. */
#define SCALE (200.0 / 4095)

/** Index of a cell. */
#define CELL(row, col) ((row)*32 + (col))

struct bench {
    struct test_mat mat;
    struct conditioner *conditioner; /**< made by the first bench_run() */
    struct pressure out;             /**< of the last frame */
};

/** cmocka set-up: a mat of 32 by 32. */
int bench_set_up(void **state);

/** cmocka tear-down. */
int bench_tear_down(void **state);

/** Pushes so many seconds of the mat as it is now. */
void bench_run(struct bench *bench, double seconds);

/** Sum of the pressure within `reach` cells of (row, col), kPa. */
double bench_force(const struct bench *bench, int row, int col, int reach);

/** How many cells of the last frame have a fault. */
int bench_faults(const struct bench *bench);

#endif
