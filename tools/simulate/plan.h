/**
 * @file plan.h
 * The numbers of one session, drawn from features and a seed: mat, sensor, tools. Ranges are those
 * of docs/rationale/simulator.md; what cannot be seen by any mat (a ball smaller than a cell moved
 * within it, a load below the noise) is not drawn.
 */
#ifndef ROLLSCOPE_SIMULATE_PLAN_H
#define ROLLSCOPE_SIMULATE_PLAN_H

#include "scenario.h"

#define TOOLS_MAX 2

/** A rectangle on the mat, mm. */
struct area {
    double left, top, right, bottom;
};

struct mat_plan {
    int rows, cols;
    double pitch_mm, rate_hz;
    int bits;
    double full_kpa;
};

enum tool_kind { TOOL_ROLLER, TOOL_BALL, TOOL_PAIR };

struct tool_plan {
    enum tool_kind kind;
    double force_n;   /**< of an ordinary stroke */
    double width_mm;  /**< of the strip across, or of the patch */
    double length_mm; /**< of the strip; distance of the balls of a pair */
    double flatness;  /**< 0 a parabola across the strip, 1 nearly flat */
    double tilt;      /**< load at one end against the middle, -0.6 .. 0.6 */
    double angle_rad; /**< direction of rolling against x; the axis is across it */
    double vibration_hz, vibration_share;
    double texture_mm, texture_share;
    double belly_share, belly_mm;           /**< broad variation along the path */
    double belly_axis_share, belly_axis_mm; /**< and along the axis */
    double leg_gap_mm;                      /**< 0: one leg */
    double knot_rise_least, knot_rise_most; /**< 0: no knots */
    double return_share;                    /**< load on the way back */
    double travel_mm;                       /**< of an ordinary stroke */
    double stroke_s;                        /**< and how long it takes */
    double irregularity;                    /**< relative, of both */
    struct area bounds;                     /**< where it may go */
};

struct sensor_plan {
    double noise_share, common_share; /**< of full scale, one standard deviation */
    double pedestal_share;            /**< of full scale */
    double gain_spread, exponent;
    double hysteresis, creep; /**< creep: a decade of time */
    double residue, residue_s;
    double crosstalk;
    int dead_cells, stuck_cells, always_on_cells, flickering_cells;
    int dead_row, dead_col; /**< -1: none */
    double jitter_s, stamp_jitter_s, drift, rate_wander;
    double loss, bursts_per_s;
    double long_gap_s;
};

struct plan {
    uint64_t features, seed;
    double duration_s;
    struct mat_plan mat;
    struct sensor_plan sensor;
    struct tool_plan tools[TOOLS_MAX];
    int tool_count;
    bool uniform; /**< the same pressure everywhere, and nothing else */
    double uniform_kpa;
    struct area body; /**< where hands, feet and persons go */
};

/**
 * Draws a plan.
 * @return STATUS_OK, or STATUS_ARGUMENT for options out of range or a mat too small for a tool
 */
int plan_draw(struct plan *plan, uint64_t features, uint64_t seed,
              const struct simulation_options *options, struct failure *failure);

/** Shortest stroke that is drawn on this mat, mm: clear of the threshold and of the cells. */
double plan_least_travel_mm(const struct plan *plan);

/** Seconds at the start during which no tool is on the mat and feet may cross it. */
double plan_prelude_s(const struct plan *plan);

/** How far a tool's centre can go from the middle of its bounds along its path, mm. */
double plan_reach_mm(const struct plan *plan, const struct tool_plan *tool);

/** Room across the path, mm. */
double plan_across_mm(const struct tool_plan *tool);

static inline bool plan_has(const struct plan *plan, enum feature feature)
{
    return feature_in(plan->features, feature);
}

#endif
