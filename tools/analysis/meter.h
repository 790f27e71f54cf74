/**
 * @file meter.h
 * When metrics are due, and what frames alone tell: ten times a second of session time, how many
 * cells are good, how fast frames come and how many are lost.
 */
#ifndef ROLLSCOPE_TOOLS_METER_H
#define ROLLSCOPE_TOOLS_METER_H

#include "mat/mat.h"

/** Frames whose times are remembered: a second of a fast mat. */
#define METER_TIMES 1024

struct meter {
    uint64_t number; /**< of the next metrics */
    bool started, due;
    double due_s;              /**< no metrics before this time */
    uint64_t sequence;         /**< of the last frame */
    uint64_t lost, gaps;       /**< frames; gaps */
    double times[METER_TIMES]; /**< of the newest frames, a ring */
    uint64_t frames;           /**< so many so far */
};

/** Takes a frame. @param time_s since the session's first frame */
void meter_push(struct meter *meter, const struct frame *frame, double time_s);

/**
 * Fills in number, frame, time and quality and counts on; due() is false then until the next tenth
 * of a second of session time.
 * @param pressure of the last frame
 */
void meter_fill(struct meter *meter, const struct pressure *pressure, struct metrics *metrics);

#endif
