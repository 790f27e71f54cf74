/**
 * @file turns.h
 * When a pass began and ended: the times that the positions around a turning point, or a resting
 * place, tell once the reversal detector knows that there was one.
 */
#ifndef ROLLSCOPE_DETECT_TURNS_H
#define ROLLSCOPE_DETECT_TURNS_H

#include "stays.h"
#include "strokes.h"

struct turn {
    double arrive_s, leave_s;
};

/** When the contact arrived at the farthest point, which is set anew, and when it left it again.
 *  @param left it has; else it is there yet */
struct turn turn_find(struct strokes *strokes, const struct history *history, bool left);

/** When motion began, to be refined when more of it is known: going back in time from now along the
 *  direction of departure to where the contact was still within its resting band. */
double turn_departure_s(const struct strokes *strokes, const struct history *history);

/** The same when the pass is long enough to be one: the first bit of way as the last one is taken
 *  in turn_find(), beyond what the contact wandered at rest. */
void turn_refine_start(struct strokes *strokes, const struct history *history);

/** The pass as it is now, as one that may have ended. */
struct arriving turn_arriving(const struct strokes *strokes);

#endif
