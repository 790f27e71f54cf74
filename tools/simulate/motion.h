/**
 * @file motion.h
 * A tool's motion: legs on a time line. Position runs along a straight path through a place on the
 * mat; what a hold adds (breathing, talking, tremor) comes on top.
 */
#ifndef ROLLSCOPE_SIMULATE_MOTION_H
#define ROLLSCOPE_SIMULATE_MOTION_H

#include <stdbool.h>
#include <stddef.h>

#define PLACE_KNOTS_MAX 3
#define PLACES_MAX      24

/** A hard spot of the body. It rests at a fixed place of the mat: the path over the body is the
 *  path over the mat, reversed. */
struct knot {
    double along_mm, across_mm; /**< in the place's own axes */
    double radius_mm;
    double rise; /**< relative rise of pressure at its middle */
    bool faint;
};

/** Where the tool was put down, and what of the body lies over it. */
struct place {
    double x_mm, y_mm;      /**< middle of the path */
    double angle_rad;       /**< direction of the path against x */
    double low_mm, high_mm; /**< how far the tool may go along it */
    double belly_phase, belly_axis_phase, texture_phase;
    struct knot knots[PLACE_KNOTS_MAX];
    int knot_count;
};

enum leg_kind {
    LEG_AWAY, /**< not on the mat */
    LEG_LAND,
    LEG_REST, /**< a second or more in place */
    LEG_TURN, /**< a short dwell where the direction changes */
    LEG_MOVE, /**< part of a pass */
    LEG_STOP, /**< a stop of less than a second inside a pass */
    LEG_SLIP, /**< a few millimetres back inside a pass */
    LEG_LIFT,
    LEG_SLIDE /**< fast and almost unloaded, to another place */
};

/** What a person does while pressing in place. Amplitudes are peak to peak. */
struct unrest {
    double breath_hz, breath_mm, breath_share;
    double talk_mm, talk_share;
    double tremor_hz, tremor_mm, tremor_share;
    double fidget_mm, fidget_at; /**< one shift and back, at a share of the hold */
    double lean_share;           /**< presses harder by this */
    double phase;
};

struct leg {
    enum leg_kind kind;
    double start_s, end_s;
    double from_mm, to_mm;
    double load_from, load_to; /**< share of the tool's force */
    int place;                 /**< at its end */
    int pass;                  /**< -1: none */
    bool even;                 /**< constant speed with short ramps, instead of minimum jerk */
    double skew, wobble;       /**< of the speed profile */
    int waves;
    struct unrest unrest;
};

struct motion {
    struct place places[PLACES_MAX];
    int place_count;
    struct leg *legs; /**< [leg_count], without gaps */
    size_t leg_count, leg_room;
};

/** A tool at one moment. */
struct pose {
    double x_mm, y_mm, angle_rad; /**< of the path; a roller's axis is across it */
    double along_mm;
    double load; /**< share of the tool's force; 0: not on the mat */
    const struct place *place;
    enum leg_kind kind;
};

/** Where the tool is. @param cursor index of the last leg used, 0 at first; times never go back */
struct pose motion_at(const struct motion *motion, double time_s, size_t *cursor);

/** Share of a leg's way that is done at share `t` of its time, both 0 .. 1. */
double leg_progress(const struct leg *leg, double t);

/**
 * When a leg's motion shows: its speed first and last exceeds a tenth of its peak. Onset by a share
 * of peak speed is the usual convention of movement science; at a tenth the way missed is under
 * 1 % of the leg.
 */
double leg_onset_s(const struct leg *leg);
double leg_offset_s(const struct leg *leg);

#endif
