/**
 * @file surface.h
 * The pressure on the mat at one moment, averaged over each cell: what an ideal sensor would read.
 */
#ifndef ROLLSCOPE_SIMULATE_SURFACE_H
#define ROLLSCOPE_SIMULATE_SURFACE_H

#include "body.h"
#include "motion.h"
#include "plan.h"

#define STRIP_NODES 256

struct surface {
    int rows, cols;
    double pitch_mm;
    float *kpa; /**< [rows*cols] */
};

/** The load along a roller, and what a place adds to it. */
struct strip {
    int count;
    double step_mm;
    double base[STRIP_NODES];  /**< of the tool and the place */
    double load[STRIP_NODES];  /**< with the knots at this moment; its integral over mm is 1 */
    const struct place *place; /**< that `base` holds; NULL: none yet */
};

/** Starts a roller's strip. */
void strip_start(struct strip *strip, const struct tool_plan *tool);

/** Adds a round patch. Its force lands whole, but for what lies off the mat. */
void surface_add_blob(struct surface *surface, const struct blob *blob);

/** Adds a tool at a moment. @param strip of this tool; unused but for a roller */
void surface_add_tool(struct surface *surface, const struct tool_plan *tool, struct strip *strip,
                      const struct pose *pose, double force_n);

/** The share of its force that a tool's load takes from the body under it at this place. */
double place_load(const struct tool_plan *tool, const struct place *place, double along_mm);

#endif
