/**
 * @file steps.h
 * How far a blob has gone from one frame to the next, where its centre tells: not while it lands,
 * lifts, merges or shares its patch. Then it goes on at its speed, or is measured against where it
 * was when it last looked the same.
 */
#ifndef ROLLSCOPE_DETECT_STEPS_H
#define ROLLSCOPE_DETECT_STEPS_H

#include "blobs.h"

/** Sets shape, step, speed and way of a blob whose cells of this frame are known; one without load
 *  is freed. @param before the same slot, a frame ago */
void step_settle(struct blob *blob, const struct blob *before, double dt_s, double now_s);

#endif
