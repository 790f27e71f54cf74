/**
 * @file column.h
 * One quantity of a record (an event, a metric): its name, unit, meaning and place in the struct.
 */
#ifndef ROLLSCOPE_MAT_COLUMN_H
#define ROLLSCOPE_MAT_COLUMN_H

#include <stdint.h>

enum column_type {
    COLUMN_TIME, /**< double, seconds since the session's first frame */
    COLUMN_F64,  /**< double; NaN is "none" */
    COLUMN_U32,
    COLUMN_U64,
    COLUMN_BOOL, /**< bool */
    COLUMN_TEXT  /**< char[size] */
};

struct column {
    const char *name; /**< in the session file, such as "travel" */
    const char *key;  /**< in JSON and CSV, unit included, such as "travel_mm" */
    const char *unit; /**< UDUNITS, such as "mm", "N s", "1" */
    const char *text; /**< long_name: one line */
    enum column_type type;
    uint16_t offset; /**< in bytes into the record */
    uint16_t size;   /**< of the field, bytes */
};

/** A number of a record, whatever its column's type; NaN for a text. Any thread. */
double column_number(const void *record, const struct column *column);

/** Sets a number of a record, converting to the column's type; nothing for a text. Any thread. */
void column_set_number(void *record, const struct column *column, double value);

#endif
