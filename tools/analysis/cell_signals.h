/**
 * @file cell_signals.h
 * From frames to the pressure of each cell, and that pressure as still, moving and fast
 * (dsp/split.h): calibration, conditioner, split.
 */
#ifndef ROLLSCOPE_TOOLS_CELL_SIGNALS_H
#define ROLLSCOPE_TOOLS_CELL_SIGNALS_H

#include "acquire/acquire.h"
#include "dsp/dsp.h"

struct cell_signals;

/** @param calibration taken over, also on failure; NULL: counts are linear
 *  @return NULL when out of memory */
struct cell_signals *cell_signals_create(const struct geometry *geometry,
                                         struct calibration *calibration,
                                         const struct parameters *parameters);

/** Splits from now on, on a grid of the mat's rate, 200 Hz at most, 100 Hz where it does not say
 * its rate. @return STATUS_OK or STATUS_MEMORY */
int cell_signals_split(struct cell_signals *signals);

/** The mat, its scale and full scale as calibrated. */
const struct geometry *cell_signals_geometry(const struct cell_signals *signals);

/** Rate of the grid, Hz. */
double cell_signals_rate_hz(const struct cell_signals *signals);

/** Takes a frame. Allocates nothing. @return its pressure, valid until the next push */
const struct pressure *cell_signals_push(struct cell_signals *signals, const struct frame *frame);

/** Splits the frame that was taken last, where a split is wanted; once, before the next. */
void cell_signals_divide(struct cell_signals *signals);

/** Holds the last frame until the split has said it. */
void cell_signals_finish(struct cell_signals *signals);

/** How late the newest moment is, s; 0 where nothing is split. */
double cell_signals_latency_s(const struct cell_signals *signals);

/** The newest moment. @return false when there is none yet, or only one from before a gap */
bool cell_signals_parts(const struct cell_signals *signals, struct parts *parts);

/** Share of the load that moves at that moment, 0 .. 1; NaN where there is none. */
double cell_signals_moving_share(const struct cell_signals *signals);

/** Root mean square of a band since the first frame. @param kpa set, [cells] @return seconds */
double cell_signals_map(const struct cell_signals *signals, enum split_band band, float *kpa);

/** NULL is allowed. */
void cell_signals_destroy(struct cell_signals *signals);

#endif
