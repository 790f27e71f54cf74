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

/** The slowest stroke, mm/s: within one cell a narrow strip's motion cannot be seen, and that must
 *  not look like a stop. */
double tool_slowest_mm_s(const struct plan *plan, const struct tool_plan *tool);

#endif
