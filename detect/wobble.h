/**
 * @file wobble.h
 * How noisy a contact's positions are, from their second differences: what moves smoothly has
 * hardly any; and how long they are to be averaged.
 */
#ifndef ROLLSCOPE_DETECT_WOBBLE_H
#define ROLLSCOPE_DETECT_WOBBLE_H

struct wobble {
    double mm2;              /**< running variance of a position's noise */
    double calm_s, noise_mm; /**< positions are to be averaged so far; noise that is left then */
    double step_s;           /* usual distance of samples */
    double before_mm[2][2];  /* the last two positions */
};

/** Begins at a position, without noise. */
void wobble_start(struct wobble *wobble, const double at_mm[2]);

/** Takes the next position, dt_s later. */
void wobble_push(struct wobble *wobble, const double at_mm[2], double dt_s);

#endif
