/**
 * @file support_mat.h
 * A little mat for the tests of the signal processing: counts with offsets, noise and loads, drawn
 * from a seeded generator.
 */
#ifndef ROLLSCOPE_TESTS_DSP_SUPPORT_MAT_H
#define ROLLSCOPE_TESTS_DSP_SUPPORT_MAT_H

#include "mat/mat.h"

#include <stdbool.h>
#include <stdint.h>

/** Most cells of a test mat. */
#define TEST_CELLS 4096

/** A mat and the load on it. */
struct test_mat {
    struct geometry geometry;
    double rate_hz;
    double noise_counts;        /**< one standard deviation, white */
    double offset[TEST_CELLS];  /**< counts of the unloaded cell */
    double load[TEST_CELLS];    /**< counts above the offset; the test sets it */
    uint16_t cells[TEST_CELLS]; /**< the last frame */
    struct frame frame;
    uint64_t random;
};

/** A mat of 12 bit, 200 kPa, 10 mm, 100 Hz; offsets of 100 +- 10 counts, noise 12 counts. */
void test_mat_make(struct test_mat *mat, uint16_t rows, uint16_t cols);

/** Normal deviate, mean 0, deviation 1 (sum of twelve uniform ones). */
double test_mat_normal(struct test_mat *mat);

/** A round load: peak counts, at (row, col), Gaussian with this deviation in cells. */
void test_mat_ball(struct test_mat *mat, double peak, double row, double col, double width);

/** Takes every load away. */
void test_mat_clear(struct test_mat *mat);

/** The next frame, 1 / rate_hz after the last. @return the mat's frame, valid until the next */
const struct frame *test_mat_frame(struct test_mat *mat);

#endif
