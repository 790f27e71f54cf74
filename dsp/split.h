/**
 * @file split.h
 * What presses, what moves, what trembles: every channel (the cells of a mat, or the position and
 * force of contacts) as still + moving + fast, which add up to the channel, to float rounding.
 *
 * - fast: above 4 Hz (tremor, vibration), what a linear-phase low-pass of about 0.64 s leaves;
 * - still: below 0.1 Hz, a smooth mean over up to 8 s, never negative for a load;
 * - moving: what lies between.
 *
 * Samples are placed by their times on an even grid of the nominal rate, by straight lines, so that
 * jitter and losses do not bend the bands. All parts have the same, constant latency; it is what
 * the kernels and the blocks of the transforms need: 3 to 6 s from 12 Hz up, more below. Use the
 * conditioned pressure itself where that is too late. Block work is spread over the frames.
 */
#ifndef ROLLSCOPE_DSP_SPLIT_H
#define ROLLSCOPE_DSP_SPLIT_H

#include <stdbool.h>
#include <stddef.h>

enum split_band { SPLIT_STILL, SPLIT_MOVING, SPLIT_FAST, SPLIT_BANDS };

/** One moment, apart. Arrays are borrowed until the next call. */
struct parts {
    double time_s;                   /**< of the moment, latency taken off */
    const float *bands[SPLIT_BANDS]; /**< [channels] each */
};

/** A filter bank over channels. One thread. */
struct split;

/**
 * Makes a split. Memory: about nine seconds of floats per channel, 3.6 kB at 100 Hz.
 * @param channels >= 1
 * @param rate_hz of the grid: the nominal frame rate, 1 .. 2000
 * @param gap_s a longer gap starts anew: what was before is held at its first value
 * @return NULL when out of memory
 */
struct split *split_create(size_t channels, double rate_hz, double gap_s);

/**
 * Takes a frame. Moments that were not fetched are dropped (their energy is counted). Allocates
 * nothing; no frame pays for a whole block.
 * @param time_s strictly increasing; a frame that does not increase is ignored
 * @param values [channels]
 */
void split_push(struct split *split, double time_s, const float *values);

/** Fetches the next moment that is complete. @return false when there is none yet */
bool split_next(struct split *split, struct parts *parts);

/** How long a moment waits before it is said, s. */
double split_latency_s(const struct split *split);

/** After (and before) a change of load this long, everything is in the right part, s. */
double split_settling_s(const struct split *split);

/**
 * Mean square of a band since creation or reset: where was pressed, where was stroked, where did it
 * vibrate.
 * @param mean_square set; [channels]
 * @return seconds over which; 0: nothing yet
 */
double split_energy(const struct split *split, enum split_band band, float *mean_square);

/**
 * Share of a moment's load that moves: 0 in a hold, about 1 minus the share of time that a cell is
 * loaded in strokes. Cells weigh with their load. Pure; any thread.
 * @param least [channels] what a cell carries more than counts, such as 4 sigmas of its noise
 * @return 0 .. 1; NaN where nothing is loaded
 */
double parts_moving_share(const struct parts *parts, const float *least, size_t channels);

/** Forgets everything but its size. */
void split_reset(struct split *split);

/** NULL is allowed. */
void split_destroy(struct split *split);

#endif
