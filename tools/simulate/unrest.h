/**
 * @file unrest.h
 * Draws what a person does while pressing in place: breathing, talking, trembling, shifting.
 */
#ifndef ROLLSCOPE_SIMULATE_UNREST_H
#define ROLLSCOPE_SIMULATE_UNREST_H

#include "motion.h"
#include "plan.h"

/** Draws it for one hold; it wanders by at most 6.5 mm, less where cells are coarse. */
void unrest_draw(struct unrest *unrest, const struct plan *plan, const struct tool_plan *tool,
                 struct random *random);

#endif
