/**
 * @file score.h
 * How well detections agree with the truth.
 *
 * - Strokes: one to one, best overlap first, where intersection over union in time is at least 0.5.
 * - Counts: of a whole session, exact or at most one off.
 * - Holds: time in a true and a found hold over time in either. A hold of the body (TRUTH_BODY) is
 *   neutral: what is found there is left out.
 * - Hot spots: one to one, nearest first, within 15 mm or 1.5 pitches, whichever is more. Faint
 *   ones (a rise below 0.4) are counted apart: they are missed without cost to the others, and what
 *   finds them is no false alarm.
 * - Latency: from the true end of a matched stroke to its publication; apart for strokes that end
 * in a turn (the next one begins within half a second) and in a rest, which is only certain when
 * the longest pause inside a pass has gone by.
 */
#ifndef ROLLSCOPE_SCORE_H
#define ROLLSCOPE_SCORE_H

#include "mat/mat.h"
#include "samples.h"
#include "tools/analysis/findings.h"

#include <stdint.h>

#define SCORE_BINS 5 /**< of confidence: below 0.2, 0.4, 0.6, 0.8, and above */

/** True, found and matched. */
struct tally {
    uint64_t truth, found, matched;
};

/** Sums over sessions; starts as {0}. */
struct score {
    uint64_t sessions, exact, within_one;
    struct tally strokes, spots;
    uint64_t faint_truth, faint_matched;
    uint64_t spot_strokes_within_one; /**< of matched spots that are not faint */
    double hold_both_s, hold_either_s;
    double still_s;                            /**< sessions without a stroke */
    uint64_t still_strokes;                    /**< found in them */
    struct samples start_error_s, end_error_s; /**< of matched strokes, absolute */
    struct samples turn_latency_s, rest_latency_s;
    struct samples spot_error_mm, spot_error_pitch; /**< of matched spots that are not faint */
    struct samples faint_error_mm;
    uint64_t bin_found[SCORE_BINS], bin_real[SCORE_BINS];
    double bin_confidence[SCORE_BINS]; /**< summed */
};

/** A session to score. */
struct score_session {
    const struct truth *truth;
    const struct findings *findings;
    const struct geometry *geometry;
    double duration_s;
};

/** Adds a session. @return STATUS_OK or STATUS_MEMORY */
int score_session(struct score *score, const struct score_session *session);

/** Adds the sums of another score. @return STATUS_OK or STATUS_MEMORY */
int score_merge(struct score *score, const struct score *more);

/** Gives the memory back; the score is empty again. */
void score_clear(struct score *score);

/** matched / found, matched / truth and their harmonic mean; NaN where there is nothing to divide.
 */
double tally_precision(const struct tally *tally);
double tally_recall(const struct tally *tally);
double tally_f1(const struct tally *tally);

/** Time in both over time in either; NaN where there is no hold at all. */
double score_hold_agreement(const struct score *score);

#endif
