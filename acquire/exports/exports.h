/**
 * @file exports.h
 * The inside of a reader of exports: lines of text, and one format a file.
 */
#ifndef ROLLSCOPE_ACQUIRE_EXPORTS_H
#define ROLLSCOPE_ACQUIRE_EXPORTS_H

#include "../export.h"

#include <stdio.h>

/** A text read line by line, without ends of lines. */
struct export_text {
    const char *path;
    FILE *file;
    char *line;
    size_t room;
    unsigned number;   /**< of the line, from 1 */
    unsigned decimals; /**< most digits behind a point that a value had so far */
};

/** Where one can come back to. */
struct export_place {
    long offset;
    unsigned number;
};

/** @return 1, STATUS_END, or STATUS_SYSTEM */
int text_next(struct export_text *text, struct failure *failure);

/** The next line; its end is an error. @param wanted what should have been there */
int text_need(struct export_text *text, const char *wanted, struct failure *failure);

struct export_place text_place(const struct export_text *text);
void text_return(struct export_text *text, struct export_place place);

/** STATUS_FORMAT with file and line before the words. */
int text_wrong(const struct export_text *text, struct failure *failure, const char *words,
               const char *quoted);

/** How values stand on a line. */
struct fields {
    char apart;    /**< between them, beside blanks; 0: blanks only */
    char none;     /**< stands where there is no cell, and is read as 0; 0: nothing does */
    bool negative; /**< values may be */
};

/** Reads values [count]; nothing but blanks and `apart`s may follow.
 *  @return STATUS_OK or STATUS_FORMAT quoting what is no value */
int text_values(struct export_text *text, const char *from, const struct fields *fields,
                double *values, size_t count, struct failure *failure);

/** What stands behind `name` and blanks or `apart`s, cut at the next `apart`; NULL: the line begins
 *  otherwise. Changes the line. */
char *text_behind(struct export_text *text, const char *name, char apart);

/** A positive number behind a name, in its range. @return STATUS_OK or STATUS_FORMAT */
int text_number(const struct export_text *text, const char *word, double most, double *number,
                struct failure *failure);

/** What the head says. */
struct export_head {
    uint16_t rows, cols;
    double pitch_x_mm, pitch_y_mm;
    double frame_s;      /**< nominal; 0: not said */
    double saturation;   /**< in the unit; 0: not said */
    double kpa_per_unit; /**< of the values */
    size_t order_count;
    uint32_t *order;      /**< novel: [order_count] cell of each value of a line */
    double *line;         /**< novel: [order_count] the values of one */
    double day_s, last_s; /**< XSENSOR: added where the clock passes midnight; the clock */
};

/** One frame, as it was written. */
struct picture {
    double *values; /**< [rows*cols] */
    double time_s;
    uint64_t sequence;
};

struct export_format {
    const char *name, *maker;
    /** Whether the first lines are those of such an export. */
    bool (*fits)(const char *lines);
    /** Reads up to the first frame. */
    int (*head)(struct export_reader *reader, struct failure *failure);
    /** @return 1, STATUS_END, STATUS_FORMAT */
    int (*next)(struct export_reader *reader, struct picture *picture, struct failure *failure);
};

struct export_reader {
    struct export_text text;
    const struct export_format *format;
    struct export_about about;
    struct export_head head;
    struct export_place first; /* frame */
    struct picture picture;
    double unit_per_count, highest, begin_s, last_s;
    uint64_t begin_sequence, last_sequence, given;
    uint16_t *counts;
};

/** Sets the unit. @return STATUS_OK or STATUS_FORMAT */
int export_unit(struct export_reader *reader, const char *unit, struct failure *failure);

/** Sets how many sensors there are. @return STATUS_OK, or STATUS_ARGUMENT: not the wanted one */
int export_sensors(struct export_reader *reader, unsigned count, struct failure *failure);

extern const struct export_format export_novel, export_tekscan, export_xsensor;

#endif
