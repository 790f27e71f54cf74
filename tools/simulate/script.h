/**
 * @file script.h
 * Writes a tool's motion from first to last second.
 *
 * Nothing is written near a threshold of docs/definitions.md: no travel of 8 to 14 mm, no stop of
 * 0.75 to 1.35 s, no slip back of 4.5 to 7.5 mm, no rest of 2.2 to 3.6 s, no turn within a knot's
 * reach. So what the detector misses is the detector's fault.
 */
#ifndef ROLLSCOPE_SIMULATE_SCRIPT_H
#define ROLLSCOPE_SIMULATE_SCRIPT_H

#include "motion.h"
#include "plan.h"

/**
 * Writes the motion of tool `index`. The caller frees motion->legs.
 * @return STATUS_OK or STATUS_MEMORY
 */
int script_write(struct motion *motion, const struct plan *plan, int index);

#endif
