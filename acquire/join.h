/**
 * @file join.h
 * Several mats side by side as one. Inside acquire/ only.
 */
#ifndef ROLLSCOPE_ACQUIRE_JOIN_H
#define ROLLSCOPE_ACQUIRE_JOIN_H

#include "acquire.h"

/**
 * Opens `join:ADDRESS|ADDRESS?layout=x&...`: the mats from left to right (`layout=x`) or from top
 * to bottom (`layout=y`); the other parameters go to each of them that does not say its own. A
 * frame of the first mat is given with the frames of the others that are nearest to it in time; a
 * mat that is silent shows its last frame, and FRAME_INTERPOLATED.
 * @return as source_open()
 */
int join_open(struct source **source, const struct address *address, struct failure *failure);

#endif
