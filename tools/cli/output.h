/**
 * @file output.h
 * Where a verb's events go for programs: --json, --csv and --kv, each to standard output or a file;
 * --events says which kinds.
 */
#ifndef ROLLSCOPE_TOOLS_OUTPUT_H
#define ROLLSCOPE_TOOLS_OUTPUT_H

#include "options.h"
#include "rows.h"

struct output {
    struct rows rows;
    FILE *streams[OPTION_FORM_COUNT];     /**< NULL: not wanted */
    const char *names[OPTION_FORM_COUNT]; /**< for failures */
    const char *label;                    /**< of the first column of rows, as in rows_csv() */
};

/**
 * Opens what the options ask for. CSV gets its head.
 * @param kinds those that are written where --events names none, as in struct rows
 * @param label name of a first column as in rows_csv_head(); NULL: none. Its text is then set in
 *        output->label before the first event
 * @param failure names a file that cannot be written, a kind that is none, or two forms that both
 *        want standard output (STATUS_ARGUMENT)
 * @return STATUS_OK, STATUS_ARGUMENT or STATUS_SYSTEM
 */
int output_open(struct output *output, const struct options *options, unsigned kinds,
                const char *label, struct failure *failure);

/** Whether something goes to standard output: words for people go to standard error then. */
bool output_takes_stdout(const struct options *options);

/** Writes an event of a wanted kind, at once. @return STATUS_OK or STATUS_SYSTEM */
int output_event(const struct output *output, const struct event *event, struct failure *failure);
int output_metrics(const struct output *output, const struct metrics *metrics,
                   struct failure *failure);

/** Closes the files. @return STATUS_OK, or STATUS_SYSTEM naming one that could not be written */
int output_close(struct output *output, struct failure *failure);

#endif
