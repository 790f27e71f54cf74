/**
 * @file assembly.h
 * Decoded frames made into frames: in the mat's order of lines, numbered, timed, flagged, counted.
 * Inside acquire/ only. No I/O, no clock: a function of what is given to it.
 */
#ifndef ROLLSCOPE_ACQUIRE_ASSEMBLY_H
#define ROLLSCOPE_ACQUIRE_ASSEMBLY_H

#include "acquire.h"
#include "grid.h"
#include "numbering.h"
#include "timeline.h"

/** Arrivals from which rate and jitter are measured. */
#define ASSEMBLY_ARRIVALS 64

struct assembly {
    struct grid_change change;
    uint16_t wire_rows, wire_cols;
    struct grid grid;
    struct mat_info info;
    bool known; /**< info is final enough to be shown */
    struct numbering numbering;
    struct timeline timeline;
    uint64_t sequence;
    int64_t epoch_us;   /**< wall clock at arrival time 0 */
    uint64_t device_us; /**< clock of the last frame */
    bool clock_stands;  /**< two frames had the same clock: it is no clock */
    bool gap;           /**< the line was down since the frame before */
    struct source_health health;
    uint16_t *first;                        /**< [rows*cols] counts of the first frame */
    uint8_t *changed;                       /**< [rows*cols] 1: other counts came since */
    int64_t arrivals_us[ASSEMBLY_ARRIVALS]; /**< ring */
};

/** @param epoch_us wall clock at arrival time 0 @return STATUS_OK, or STATUS_ARGUMENT for orders
 *  that do not fit the setup's grid */
int assembly_begin(struct assembly *assembly, const struct mat_setup *setup, int64_t epoch_us,
                   struct failure *failure);

/** Takes over what the mat says of itself. @return STATUS_OK; STATUS_FORMAT: after frames of
 * another grid; STATUS_ARGUMENT: orders that do not fit */
int assembly_info(struct assembly *assembly, const struct mat_info *info, struct failure *failure);

/** Makes a frame. @return false: it is a duplicate */
bool assembly_frame(struct assembly *assembly, const struct decoded_frame *decoded,
                    int64_t arrival_us, struct frame *frame);

/** The line was down; frames are missing. */
void assembly_interrupt(struct assembly *assembly);

/** Fills in all but the decoder's counters. */
void assembly_health(const struct assembly *assembly, struct source_health *health);

void assembly_end(struct assembly *assembly);

#endif
