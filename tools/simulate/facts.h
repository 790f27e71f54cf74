/**
 * @file facts.h
 * The truth of a session, by docs/definitions.md, from its script.
 *
 * - A turn without a stop is the moment of the extreme; a turn with a dwell of at most 0.3 s is the
 *   middle of the dwell. Where motion begins after a rest, or ends in one, it is when it shows
 *   (leg_onset_s()).
 * - A hold runs while the tool rests under at least 20 % of its load, outside strokes.
 * - A pass that leaves the mat ends when the tool's middle crosses the border, and begins so.
 * - Hands, feet, knees and persons make no strokes. What stays 2.5 s or more is listed as a hold of
 *   tool TRUTH_BODY: neither asked for nor held against a detector.
 * - A knot counts as a spot when at least 4 passes went over it, or the tool was held on it for 4
 * s; a knot with less than that, or with a turn too near, is taken out of the body before the
 * session begins.
 */
#ifndef ROLLSCOPE_SIMULATE_FACTS_H
#define ROLLSCOPE_SIMULATE_FACTS_H

#include "body.h"
#include "motion.h"
#include "plan.h"

/**
 * Fills in strokes, holds and spots.
 * @param motions [plan->tool_count]; knots that make no clear spot get a rise of 0
 * @return STATUS_OK or STATUS_MEMORY. The caller frees with truth_free().
 */
int facts_find(struct truth *truth, const struct plan *plan, struct motion *motions,
               const struct body *body);

#endif
