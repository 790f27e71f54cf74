/**
 * @file table.h
 * A group of columns over one unlimited dimension `event`, filled from an array of structures by a
 * table of `struct column`. One thread at a time.
 */
#ifndef ROLLSCOPE_RECORD_TABLE_H
#define ROLLSCOPE_RECORD_TABLE_H

#include "hdf.h"

#include <stdbool.h>

/** The most columns of a table. */
#define TABLE_COLUMNS_MAX 40

/** The most rows that are moved at once. */
#define TABLE_BATCH 64

/** The dimension and its coordinate variable: the first column of every table. */
#define TABLE_DIMENSION "event"

/** The last variable of a table whose rows are proven: CRC-32 over all columns of the row, in their
 *  order, as they are stored, little-endian. A kill or a full disk may leave some columns of a row
 *  and not others. */
#define TABLE_CHECKSUM "checksum"

struct table {
    hid_t group;
    struct column columns[TABLE_COLUMNS_MAX];
    hid_t datasets[TABLE_COLUMNS_MAX];
    double scale[TABLE_COLUMNS_MAX]; /**< reading: what is stored times this */
    double shift[TABLE_COLUMNS_MAX]; /**< plus this */
    size_t count;
    hsize_t length; /**< rows in the file */
    void *batch;    /**< one column of TABLE_BATCH rows */
    bool proven;    /**< set before creating: each row has its checksum. Set by opening */
    bool torn;      /**< set before writing: the rows shall not agree with their checksums */
    hid_t checksum;
    uint32_t crc[TABLE_BATCH]; /**< of the rows that were moved last */
    bool agrees[TABLE_BATCH];  /**< likewise, reading: with their checksums, true without any */
};

/**
 * Creates group and columns, empty.
 * @param columns [count], the first one being TABLE_DIMENSION
 * @param time_units units of its COLUMN_TIME columns
 * @param chunk_rows rows a chunk
 * @return 0, or negative as HDF5 says; table_close() either way
 */
int table_create(struct table *table, hid_t parent, const char *name, const char *time_units,
                 hsize_t chunk_rows);

/** Sets the columns of a table to be created or opened. */
void table_columns(struct table *table, const struct column *columns, size_t count);

/** Writes rows [first, first + count), count <= TABLE_BATCH, from structures `stride` bytes apart.
 */
int table_write(struct table *table, hsize_t first, const void *rows, size_t count, size_t stride);

/** Where a table is read from. */
struct table_place {
    hid_t parent;
    const char *name;
    int64_t first_us; /**< what times are counted from */
    bool whole;       /**< columns of unequal length are refused; otherwise the shortest counts */
};

/** Opens the columns that are there; a missing one reads as NaN, 0 or an empty text. Times and
 *  lengths in other units are converted. @return 1, 0 when there is no such group, or negative */
int table_open(struct table *table, const struct table_place *place, struct failure *failure);

/** Reads rows [first, first + count), count <= TABLE_BATCH, and sets `agrees`. */
int table_read(struct table *table, hsize_t first, void *rows, size_t count, size_t stride);

/** Closes what is open. A zeroed table is allowed. */
void table_close(struct table *table);

#endif
