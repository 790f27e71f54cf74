/**
 * @file table.h
 * Scores as a table for people and as JSON for programs.
 */
#ifndef ROLLSCOPE_SCORE_TABLE_H
#define ROLLSCOPE_SCORE_TABLE_H

#include "trial.h"

#include <stdio.h>

/** The head of the table. */
void table_head(FILE *stream);

/** A line of it. Sorts the score's samples. */
void table_row(FILE *stream, const char *name, struct score *score);

/** What does not fit into a line: errors, latency, spots, faint spots, calibration, still time. */
void table_details(FILE *stream, struct score *score);

/** A trial in one line: what was true, found, matched, and how to run it again. */
void table_trial(FILE *stream, const struct trial *trial);

/**
 * A score as one JSON object on one line, with `name`; NaN is null.
 * @param trial its seed is added; NULL: a sum over sessions
 * @return STATUS_OK, STATUS_MEMORY or STATUS_SYSTEM
 */
int table_json(FILE *stream, const char *name, struct score *score, const struct trial *trial,
               struct failure *failure);

#endif
