/**
 * @file report.h
 * Events and findings in words for people, and as JSON for programs. Every verb prints through
 * here.
 */
#ifndef ROLLSCOPE_TOOLS_REPORT_H
#define ROLLSCOPE_TOOLS_REPORT_H

#include "../analysis/findings.h"

#include <stdio.h>

/** Size of a text of report_clock(). */
#define CLOCK_SIZE 32

/** A duration as `m:ss.d`, or `h:mm:ss.d`. @return text */
const char *report_clock(char text[CLOCK_SIZE], double duration_s);

/** An event as a line of words; a summary as a few: the three totals, holds, bouts, hot spots. */
void report_event(FILE *stream, const struct event *event);

/** How it ended: each hot spot as it stands, and the summary. */
void report_end(FILE *stream, const struct findings *findings);

/**
 * Findings as one JSON object on one line: `file`, `software`, `parameters`, then an array for each
 * kind of event under its group's name (`strokes`, `holds`, ...; `contacts` only where there are
 * any) and `summary`. Doubles carry 17 significant digits, NaN is null.
 * @param file name of the session file, UTF-8
 * @return STATUS_OK, STATUS_MEMORY, or as json_line()
 */
int report_json(FILE *stream, const char *file, const struct findings *findings,
                const struct parameters *parameters, struct failure *failure);

/** Findings as lines of words under the file's name. */
void report_words(FILE *stream, const char *file, const struct findings *findings);

#endif
