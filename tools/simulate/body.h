/**
 * @file body.h
 * What else of a body touches the mat: hands that lean, lift and land elsewhere, feet that walk
 * over it, somebody who kneels or sits on it.
 */
#ifndef ROLLSCOPE_SIMULATE_BODY_H
#define ROLLSCOPE_SIMULATE_BODY_H

#include "plan.h"

#define PRESSES_MAX   256
#define BODY_BLOBS    6
#define STEP_STANCE_S 0.9 /**< longest time of a foot on the mat in a step */

enum press_kind { PRESS_HAND, PRESS_FOOT, PRESS_KNEE, PRESS_SEAT };

/** One part of a body on the mat, from landing to leaving. */
struct press {
    enum press_kind kind;
    double start_s, end_s;
    double x_mm, y_mm, angle_rad;
    double force_n, size; /**< size: 1 is ordinary */
    double phase;
};

struct body {
    struct press presses[PRESSES_MAX];
    int count;
};

/** A round patch with the pressure of a paraboloid. */
struct blob {
    double x_mm, y_mm, radius_mm, force_n;
};

/** Draws what else is on the mat. */
void body_write(struct body *body, const struct plan *plan);

/** The patches of a press at a moment. @return their number; 0: not on the mat */
int press_blobs(const struct press *press, double time_s, struct blob blobs[BODY_BLOBS]);

#endif
