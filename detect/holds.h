/**
 * @file holds.h
 * A hold: a loaded contact whose position stays within hold_extent_mm for at least hold_s outside
 * strokes. Breathing, tremor, vibration, talking and creep are part of a hold.
 *
 * One object a contact. A hold is certain when it ends.
 */
#ifndef ROLLSCOPE_DETECT_HOLDS_H
#define ROLLSCOPE_DETECT_HOLDS_H

#include "history.h"

#include "mat/mat.h"

struct holds {
    double hold_s, extent_mm;
    bool open;
    double taken_s; /* samples up to this time have been seen */
    double start_s, last_s;
    double low_mm[2], high_mm[2]; /* box of the positions */
    double start_impulse_ns, peak_n;
    double n, t, f, tt, tf, x, y; /* sums: samples, time since start, force, position */
};

/** Sets the rules; nothing is open. */
void holds_start(struct holds *holds, const struct parameters *parameters);

/** Takes the samples of the history that it has not seen yet, up to a time; all of them lie outside
 *  strokes. @return true when a hold ended because the contact wandered off: call again */
bool holds_push(struct holds *holds, const struct history *history, double until_s,
                struct hold *hold);

/** What is open ends here: a stroke began or the contact lifted off. @return true: it was a hold */
bool holds_end(struct holds *holds, const struct history *history, double end_s, struct hold *hold);

/** A stroke ended: begin anew with the samples after it. */
void holds_resume(struct holds *holds, double from_s);

#endif
