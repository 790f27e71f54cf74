/**
 * @file truth.h
 * What really happened in a session, where it is known: simulated, or annotated by hand. The
 * session file's `/truth`.
 */
#ifndef ROLLSCOPE_MAT_TRUTH_H
#define ROLLSCOPE_MAT_TRUTH_H

#include <stddef.h>
#include <stdint.h>

/** The tool of a hold that is a hand, knee, foot or seated person: it is no tool, and a detector is
 *  neither asked for it nor blamed. */
#define TRUTH_BODY 255

struct truth_stroke {
    double start_s, end_s; /**< since the first frame */
    double travel_mm;
    int32_t tool; /**< 0, 1, ... : which tool */
};

struct truth_hold {
    double start_s, end_s;
    double x_mm, y_mm;
    int32_t tool;
};

struct truth_spot {
    double x_mm, y_mm, radius_mm;
    double rise;     /**< relative rise of pressure; NaN where it is not known */
    int32_t strokes; /**< one-way passes within its radius */
};

/** The arrays belong to whoever filled them in; truth_free() gives them back. */
struct truth {
    struct truth_stroke *strokes; /**< [stroke_count], by start */
    struct truth_hold *holds;     /**< [hold_count], by start */
    struct truth_spot *spots;     /**< [spot_count] */
    size_t stroke_count, hold_count, spot_count;
    char scenario[64]; /**< name of the scenario; empty where there is none */
    uint64_t seed;     /**< of the simulation; 0 where there is none */
};

/** Frees the arrays and empties the truth. Any thread. */
void truth_free(struct truth *truth);

#endif
