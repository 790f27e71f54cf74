/**
 * @file source_sim.h
 * The simulator as a source, through its real packets:
 * `sim:SCENARIO?seed=N&speed=1|max&for=S&protocol=NAME`.
 */
#ifndef ROLLSCOPE_TOOLS_SOURCE_SIM_H
#define ROLLSCOPE_TOOLS_SOURCE_SIM_H

#include "acquire/acquire.h"

/**
 * Opens it. Frames carry the simulation's own times, so that each speed gives the same ones.
 * @return STATUS_OK, STATUS_NOT_FOUND (scenario or protocol), STATUS_ARGUMENT, STATUS_MEMORY
 */
int source_sim_open(struct source **source, const struct address *address, struct failure *failure);

#endif
