/**
 * @file rows.h
 * Events and metrics as rows: comma-separated values under one head, or `key=value` lines. Both are
 * written from the tables of columns in mat/. Kinds that share a key share its column.
 */
#ifndef ROLLSCOPE_TOOLS_ROWS_H
#define ROLLSCOPE_TOOLS_ROWS_H

#include "mat/mat.h"

#include <stdio.h>

/** The kind of row that metrics are; events are their enum event_type. */
#define ROW_METRICS    EVENT_TYPE_COUNT
#define ROW_KIND_COUNT (EVENT_TYPE_COUNT + 1)

/** All kinds of events; the same without the contacts' tracks. */
#define ROWS_ALL   ((1U << EVENT_TYPE_COUNT) - 1)
#define ROWS_USUAL (ROWS_ALL & ~(1U << EVENT_CONTACT))

/** More keys than all kinds have together. */
#define ROWS_KEYS 160

/** What rows look like. */
struct rows {
    unsigned kinds; /**< 1 << kind, or-ed: those that are written */
    size_t count;   /**< of the columns after "event" */
    const char *keys[ROWS_KEYS];
    const struct column *columns[ROW_KIND_COUNT][ROWS_KEYS]; /**< NULL: the kind has none such */
};

/** Finds the columns of some kinds. */
void rows_make(struct rows *rows, unsigned kinds);

/**
 * Reads names of kinds, such as "stroke,hold,metrics".
 * @param failure names one that is none
 * @return STATUS_OK or STATUS_ARGUMENT
 */
int rows_kinds(unsigned *kinds, const char *names, struct failure *failure);

/** Name of a kind: "stroke". */
const char *rows_kind_name(unsigned kind);

/**
 * Writes the head of a CSV file (RFC 4180, but lines end with a newline only).
 * @param label name of a first column that is the same all down a file; NULL: none
 */
void rows_csv_head(const struct rows *rows, FILE *stream, const char *label);

/**
 * Writes one row. Numbers carry 17 significant digits, truth values are true and false; none, and
 * what the kind does not have, is empty. Texts are quoted where they need it.
 * @param kind one of those that are written
 * @param record struct event, or struct metrics
 * @param label text of the first column; NULL: there is none
 */
void rows_csv(const struct rows *rows, FILE *stream, unsigned kind, const void *record,
              const char *label);

/** The same as `event=stroke number=7 ...`; what is none is left out, texts with a space, a quote
 *  or an equals sign are in double quotes with backslashes. @param label as a first `file=` */
void rows_kv(const struct rows *rows, FILE *stream, unsigned kind, const void *record,
             const char *label);

#endif
