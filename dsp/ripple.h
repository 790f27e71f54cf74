/**
 * @file ripple.h
 * How far the grid alone may be wrong about a contact: cells say how much presses on them, not
 * where, and what falls between their sensing parts is not seen at all. Pure; any thread.
 */
#ifndef ROLLSCOPE_DSP_RIPPLE_H
#define ROLLSCOPE_DSP_RIPPLE_H

#include "mat/mat.h"

/** Share of the pitch, in x and in y, that a cell's sensing part takes up where a mat's maker does
 *  not say: 0.5 is the least of common mats. */
#define RIPPLE_FILL 0.5

/** Bounds of the errors, whatever the place on the grid. */
struct ripple {
    double x_mm, y_mm; /**< of the centre of pressure */
    double force;      /**< of the force, as a share of it */
};

/**
 * Bounds what the grid adds to a contact's position and force.
 *
 * For an even load of width s on cells of pitch p whose sensing part is f p wide, the load's ends
 * may lie on the sensing parts or beside them. That changes the sum by at most (1 - f) p / s of it,
 * and moves the centre by at most p (1 - f) / 2 + f^2 p^2 / (8 s), where s >= p; by half a pitch,
 * and the sum by (1 - f) / f, where the load is narrower. Both directions multiply. s is the even
 * width with the contact's own standard deviation. A rounded load ripples far less: for a Gaussian
 * as wide as two pitches and f = 0.5 the bounds are 0.27 p and 25 % (in one direction), the truth
 * 0.004 p and 0.2 %. Tests: tests/dsp/test_ripple.c, tests/dsp/test_analysis.c.
 *
 * @param contact angle_rad, length_mm and width_mm are used
 * @param fill 0 < fill <= 1
 */
struct ripple ripple_bound(const struct geometry *geometry, const struct contact *contact,
                           double fill);

#endif
