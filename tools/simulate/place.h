/**
 * @file place.h
 * Draws where a tool is put down, how far it can go there, and what of the body lies over it.
 */
#ifndef ROLLSCOPE_SIMULATE_PLACE_H
#define ROLLSCOPE_SIMULATE_PLACE_H

#include "motion.h"
#include "plan.h"

/** Draws a place inside the tool's bounds, its knots clear of dead lines and of each other. */
void place_draw(struct place *place, const struct plan *plan, const struct tool_plan *tool,
                struct random *random);

/** How near a knot, along the path, a pass may not end, mm. */
double place_knot_margin_mm(const struct tool_plan *tool, double radius_mm);

#endif
