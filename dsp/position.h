/**
 * @file position.h
 * Where a contact is, finer than a cell: centre of pressure and main axis over a window of the
 * pressure picture. Pure functions; any thread.
 */
#ifndef ROLLSCOPE_DSP_POSITION_H
#define ROLLSCOPE_DSP_POSITION_H

#include <stdbool.h>
#include <stdint.h>

/** A pressure picture, borrowed. */
struct picture {
    const float *kpa; /**< [rows*cols], row-major */
    uint16_t rows, cols;
    double pitch_x_mm, pitch_y_mm;
};

/** A part of the picture, in cells; what lies outside the picture is left out. */
struct window {
    int row, col, height, width;
};

/** What lies in the window. */
struct position {
    double x_mm, y_mm;  /**< centre of pressure in the mat's frame */
    double force_n;     /**< of the cells above the threshold */
    double angle_rad;   /**< of the long axis against x, -pi/2 .. pi/2 */
    double length_mm;   /**< 4 standard deviations along it, the cells' own extent taken off */
    double width_mm;    /**< the same across it */
    double ripple_x_mm; /**< bound of the error of x that comes from the grid alone */
    double ripple_y_mm; /**< the same of y */
};

/**
 * Measures the pressure above a threshold. Cells count with what they have above the threshold, so
 * that a cell that crosses it does not make the position jump.
 *
 * A cell says how much presses on it but not where. For an even load of width s that swings the
 * centre of pressure by at most pitch^2 / (8 s) and never by more than half a pitch; for a rounded
 * profile by less. The bounds are given with s from the variance, less what the grid may add to it.
 * Latency: none. Test: tests/dsp/test_position.c.
 *
 * @param threshold_kpa >= 0, such as the higher of 4 sigmas and 5 % of the peak
 * @return false when nothing lies above the threshold; then position is untouched
 */
bool position_measure(const struct picture *picture, const struct window *window,
                      float threshold_kpa, struct position *position);

#endif
