/**
 * @file truth_log.h
 * The group /truth. One thread at a time.
 */
#ifndef ROLLSCOPE_RECORD_TRUTH_LOG_H
#define ROLLSCOPE_RECORD_TRUTH_LOG_H

#include "table.h"

#define TRUTH_GROUP "truth"
#define TRUTH_TOOL  "tool"
#define TRUTH_PARTS 3

/** Strokes, holds, spots: a table each. */
extern const struct truth_part {
    const char *name;
    const struct column *columns; /**< offsets into struct truth_stroke, _hold or _spot */
    size_t column_count, row_size;
} truth_parts[TRUTH_PARTS];

/** A copy whose arrays are its own. @return STATUS_OK or STATUS_MEMORY */
int truth_copy(struct truth *copy, const struct truth *truth);

/** Writes the group. @return negative when HDF5 fails */
int truth_write(hid_t root, const struct truth *truth, const char *time_units);

/**
 * Reads the group. Columns may be missing (NaN, 0); tools may be named: they are numbered by
 * appearance.
 * @param place path, first_us and whole are used
 * @return 1, 0 when there is none, negative when it cannot be read
 */
int truth_read(hid_t root, struct truth *truth, struct table_place *place, struct failure *failure);

#endif
