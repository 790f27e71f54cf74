/**
 * @file calibrate_steps.h
 * The steps of a calibration: a mat at rest under a known load, read for some seconds.
 */
#ifndef ROLLSCOPE_TOOLS_CALIBRATE_STEPS_H
#define ROLLSCOPE_TOOLS_CALIBRATE_STEPS_H

#include "../cli/options.h"
#include "acquire/acquire.h"

/** What a step is for; a step of each kind may come more than once, but for the tare. */
enum step_kind { STEP_TARE, STEP_UNIFORM, STEP_LOAD, STEP_WEIGHT, STEP_CHECK };

/** One step. */
struct step {
    enum step_kind kind;
    double amount;                  /**< kPa; N for STEP_WEIGHT; 0 for STEP_TARE */
    char address[OPTION_TEXT_SIZE]; /**< empty: the mat that is read throughout */
    float *means, *spreads;         /**< [rows*cols] counts; spread: standard deviation of a mean */
    uint64_t frames;
};

#define STEPS_MAX 64

/** All steps, and the mat that they have in common. */
struct steps {
    struct step list[STEPS_MAX]; /**< [count] in the order of the command line */
    size_t count;
    double for_s;                   /**< how long each is read */
    double wait_s;                  /**< before each step of the mat that is read throughout */
    const char *source;             /**< the address of that mat; empty: the first one found */
    const struct address *defaults; /**< parameters of the mat that an address does not give */
    struct mat_info mat;
    struct source *throughout; /**< open while its steps are read */
};

/**
 * Adds a step.
 * @param text "AMOUNT" or "AMOUNT=ADDRESS"; of a tare the address, or NULL. A path that ends in .h5
 *        stands for that session
 * @return STATUS_OK, or STATUS_ARGUMENT
 */
int step_add(struct steps *steps, enum step_kind kind, const char *text, struct failure *failure);

/** Reads all steps, one after the other. Where standard input is a terminal, says before each step
 *  of the mat that is read throughout what to do, and waits for the return key.
 *  @return STATUS_OK; STATUS_ARGUMENT where the steps show different mats; as source_open() */
int steps_read(struct steps *steps, struct failure *failure);

/** What the step is called in messages. @param text [size] filled in */
void step_words(const struct step *step, char *text, size_t size);

void steps_free(struct steps *steps);

#endif
