/**
 * @file clean.h
 * Whether a pass is a tool's one way or the wandering of a limb: the centre of a light, ragged
 * contact jumps between its parts, for less time than a stroke takes, hardly farther than its own
 * noise, or to and fro; that of a foot wanders as it comes down, and the foot grows or shrinks.
 */
#ifndef ROLLSCOPE_DETECT_CLEAN_H
#define ROLLSCOPE_DETECT_CLEAN_H

#include "strokes.h"

/**
 * @param history holds the pass
 * @param doubted the contact is more likely a limb than a tool: more is asked of it
 * @return true: a stroke
 */
bool clean_pass(const struct pass *pass, const struct history *history, bool doubted);

#endif
