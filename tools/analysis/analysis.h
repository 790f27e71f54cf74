/**
 * @file analysis.h
 * The one way from frames to events, used by detect (live), analyze (batch) and every test: dsp,
 * then detect. Same frames, same parameters, same events, to the bit. Beside the events it gives
 * what the signal processing says: rhythms of a contact, and what presses, moves and trembles.
 */
#ifndef ROLLSCOPE_TOOLS_ANALYSIS_H
#define ROLLSCOPE_TOOLS_ANALYSIS_H

#include "acquire/acquire.h"
#include "dsp/dsp.h"
#include "mat/mat.h"

struct analysis;

/** For counts that are linear in pressure. @return NULL when out of memory */
struct analysis *analysis_create(const struct geometry *geometry,
                                 const struct parameters *parameters);

/** For counts that a calibration makes linear.
 *  @param geometry of the mat's own counts
 *  @param calibration taken over, also on failure; NULL: none
 *  @return NULL when out of memory */
struct analysis *analysis_create_calibrated(const struct geometry *geometry,
                                            struct calibration *calibration,
                                            const struct parameters *parameters);

/** Takes a frame. Take the events that wait before the next one: a hold's breathing rate is found
 *  when it is taken. @return how many events wait */
size_t analysis_push(struct analysis *analysis, const struct frame *frame);

/** The session is over. @return how many events wait */
size_t analysis_finish(struct analysis *analysis);

/** Takes the oldest waiting event. @return 1, or 0 when none waits */
int analysis_next(struct analysis *analysis, struct event *event);

/** The contacts of the last frame. @param contacts set to [count], valid until the next push */
size_t analysis_contacts(const struct analysis *analysis, const struct contact **contacts);

/**
 * Metrics, ten times a second of session time and once more after analysis_finish(). To be asked
 * for after each frame; its events may be taken before or after.
 * @return 1 filled in, 0 none are due
 */
int analysis_metrics(struct analysis *analysis, struct metrics *metrics);

/** Does what can wait until a frame's events and metrics were taken: split and rhythms. Results are
 *  the same without it: analysis_push() does it for the frame before. */
void analysis_catch_up(struct analysis *analysis);

/* ---- Rhythms: from long windows, for showing, never for counting ------------------------------
 */

/**
 * How fast somebody rolls with a contact: one-way strokes a minute over the last 32 s (from 8 s
 * on), with confidence 0 .. 1 and drift. Latency 16 s. A few transforms: for ten times a second,
 * not for each frame. Allocates nothing.
 * @param contact an id of analysis_contacts()
 * @return one_way_per_min and drift_per_min are NaN, confidence 0 where no rhythm shows
 */
struct cadence analysis_cadence(struct analysis *analysis, uint32_t contact);

/**
 * Tremor or vibration of a contact's force over the last 2 s. Latency 1 s. Cost as above.
 * frequency_hz is NaN where there is none, and where kind is VIBRATION_ALIAS_LIMITED: it may be a
 * tool's vibration folded down by the frame rate.
 * @param contact an id of analysis_contacts()
 */
struct vibration analysis_vibration(struct analysis *analysis, uint32_t contact);

/* ---- What presses, what moves, what trembles: dsp/split.h -------------------------------------
 * All of this is late by analysis_split_latency_s(): 3 to 6 s from 12 frames a second on.
 */

/**
 * Splits, from now on, the pressure of every cell and the position and force of every contact.
 * Without it the functions below say nothing; events are the same either way. Before the first
 * frame. On a grid of the mat's rate, 200 Hz at most, 100 Hz where the mat does not say its rate.
 * @return STATUS_OK or STATUS_MEMORY
 */
int analysis_split(struct analysis *analysis);

/** How long ago the newest moment was, s; 0 where nothing is split. */
double analysis_split_latency_s(const struct analysis *analysis);

/**
 * The newest moment of every cell, kPa: still + moving + fast are its conditioned pressure then.
 * @param parts time_s counts from the first frame; arrays [rows*cols], valid until the next push
 * @return false when there is none yet, or only one from before a gap
 */
bool analysis_parts(const struct analysis *analysis, struct parts *parts);

/** Share of the load that moves at that moment: 0 in a hold, towards 1 in strokes. @return 0 .. 1;
 *  NaN where nothing was loaded or there is no such moment */
double analysis_moving_share(const struct analysis *analysis);

/** A contact's position and force at one moment, apart: the three of each add up. */
struct contact_parts {
    double time_s;                                                     /**< since the first frame */
    double x_mm[SPLIT_BANDS], y_mm[SPLIT_BANDS], force_n[SPLIT_BANDS]; /**< enum split_band */
};

/** The newest moment of a contact. Eight contacts are remembered. @param contact an id of
 *  analysis_contacts() @return false when there is none yet */
bool analysis_contact_parts(const struct analysis *analysis, uint32_t contact,
                            struct contact_parts *parts);

/**
 * A map over the session: where was pressed, where was stroked, where did it vibrate. Root mean
 * square of a band, kPa, up to the newest moment; after analysis_finish() up to the last frame.
 * @param kpa set; [rows*cols]
 * @return seconds over which; 0: nothing yet
 */
double analysis_map(const struct analysis *analysis, enum split_band band, float *kpa);

/** NULL is allowed. */
void analysis_destroy(struct analysis *analysis);

#endif
