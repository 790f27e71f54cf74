/**
 * @file tool.h
 * Draws one tool of a plan: its shape, load and ordinary stroke.
 */
#ifndef ROLLSCOPE_SIMULATE_TOOL_H
#define ROLLSCOPE_SIMULATE_TOOL_H

#include "plan.h"

/**
 * Draws tool `index` into the plan; its bounds are there already.
 * @return STATUS_OK, or STATUS_ARGUMENT where the mat leaves it no way to roll
 */
int tool_draw(struct plan *plan, int index, struct random *random, struct failure *failure);

#endif
