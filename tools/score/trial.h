/**
 * @file trial.h
 * Runs the detector over a session of which the truth is known, and scores it. Nothing is written
 * to disk.
 */
#ifndef ROLLSCOPE_SCORE_TRIAL_H
#define ROLLSCOPE_SCORE_TRIAL_H

#include "score.h"

/** Size of a trial's words. */
#define TRIAL_WORDS_SIZE 512

/** One session and how it went. */
struct trial {
    const char *name;             /**< of its scenario or file; borrowed */
    uint64_t seed;                /**< 0 for a file */
    char words[TRIAL_WORDS_SIZE]; /**< what a simulated session shows */
    struct score score;
    int status; /**< what stopped it, or STATUS_OK */
    struct failure failure;
};

/** What trials share. */
struct trial_plan {
    struct parameters parameters;
    double duration_s; /**< of simulated sessions; 0: drawn */
};

/** Simulates trial->name with trial->seed. @return trial->status. Any thread, one at a time each.
 */
int trial_simulate(struct trial *trial, const struct trial_plan *plan);

/** Analyses the session file trial->name. @param truth to score against; NULL: the file's own.
 *  @return trial->status. Main thread */
int trial_read(struct trial *trial, const struct trial_plan *plan, const struct truth *truth);

/**
 * Simulates many trials on several threads. The results do not depend on their number.
 * @param trials [count] names and seeds filled in
 * @param jobs threads, >= 1
 * @param progress called from the calling thread with 0 .. 1; NULL: nobody
 */
void trials_simulate(struct trial *trials, size_t count, const struct trial_plan *plan,
                     uint64_t jobs, void (*progress)(double share));

/** How badly a trial went: 0 is flawless. For sorting. */
double trial_badness(const struct trial *trial);

#endif
