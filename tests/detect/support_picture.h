/* Pressure pictures made of round patches and strips, for the detector's tests. */
#ifndef ROLLSCOPE_TESTS_DETECT_SUPPORT_PICTURE_H
#define ROLLSCOPE_TESTS_DETECT_SUPPORT_PICTURE_H

#include "mat/mat.h"

/** A picture under construction: 32x32 cells of 10 mm. */
struct picture {
    struct geometry geometry;
    struct pressure pressure;
    float kpa[32 * 32], noise[32 * 32];
    uint8_t faults[32 * 32];
};

/** An empty mat with 0.3 kPa of noise to be expected. */
void picture_open(struct picture *picture);

/** Empties it for the frame at time_s. */
void picture_clear(struct picture *picture, double time_s);

/** Adds a round Gaussian patch. */
void picture_ball(struct picture *picture, const double at_mm[2], double sigma_mm, double peak_kpa);

/** Adds a strip: Gaussian across (sigma_mm), even along its length, at an angle to x. */
void picture_strip(struct picture *picture, const double at_mm[2], double length_mm,
                   double angle_rad, double peak_kpa);

#endif
