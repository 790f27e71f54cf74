#include "truth_log.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK_ROWS 64

#define COLUMN(row, field, name, unit, text, type)                                                 \
    {                                                                                              \
        name, name, unit, text, type, (uint16_t)offsetof(struct row, field),                       \
            (uint16_t)sizeof(((struct row *)0)->field)                                             \
    }
#define F64(row, field, name, unit, text) COLUMN(row, field, name, unit, text, COLUMN_F64)
#define U32(row, field, name, text)       COLUMN(row, field, name, "1", text, COLUMN_U32)
#define TIME(row, field, name, text)      COLUMN(row, field, name, "s", text, COLUMN_TIME)
#define COUNT(array)                      (sizeof(array) / sizeof(array)[0])

static const struct column stroke_columns[] = {
    TIME(truth_stroke, start_s, "start", "start of the stroke"),
    TIME(truth_stroke, end_s, "end", "end of the stroke"),
    F64(truth_stroke, travel_mm, "travel", "mm", "length along the path"),
    U32(truth_stroke, tool, TRUTH_TOOL, "which tool"),
};

static const struct column hold_columns[] = {
    TIME(truth_hold, start_s, "start", "start of the hold"),
    TIME(truth_hold, end_s, "end", "end of the hold"),
    F64(truth_hold, x_mm, "x", "mm", "position"),
    F64(truth_hold, y_mm, "y", "mm", "position"),
    U32(truth_hold, tool, TRUTH_TOOL, "which tool"),
};

static const struct column spot_columns[] = {
    F64(truth_spot, x_mm, "x", "mm", "position under the tool"),
    F64(truth_spot, y_mm, "y", "mm", "position under the tool"),
    F64(truth_spot, radius_mm, "radius", "mm", "radius"),
    F64(truth_spot, rise, "rise", "1", "relative rise of pressure"),
    U32(truth_spot, strokes, "strokes", "one-way passes within its radius"),
};

const struct truth_part truth_parts[TRUTH_PARTS] = {
    {"strokes", stroke_columns, COUNT(stroke_columns), sizeof(struct truth_stroke)},
    {"holds", hold_columns, COUNT(hold_columns), sizeof(struct truth_hold)},
    {"spots", spot_columns, COUNT(spot_columns), sizeof(struct truth_spot)},
};

struct row {
    union {
        struct truth_stroke stroke;
        struct truth_hold hold;
        struct truth_spot spot;
    } truth;
    uint64_t event;
};

static const struct column index_column =
    COLUMN(row, event, TABLE_DIMENSION, "1", "row", COLUMN_U64);

static void *duplicate(const void *rows, size_t count, size_t size)
{
    void *copy = calloc(count ? count : 1, size);
    if (copy && count)
        memcpy(copy, rows, count * size);
    return copy;
}

int truth_copy(struct truth *copy, const struct truth *truth)
{
    *copy = *truth;
    copy->strokes = duplicate(truth->strokes, truth->stroke_count, sizeof *truth->strokes);
    copy->holds = duplicate(truth->holds, truth->hold_count, sizeof *truth->holds);
    copy->spots = duplicate(truth->spots, truth->spot_count, sizeof *truth->spots);
    if (copy->strokes && copy->holds && copy->spots)
        return STATUS_OK;
    truth_free(copy);
    return STATUS_MEMORY;
}

static int write_rows(struct table *table, const struct truth_part *part, const char *rows,
                      size_t count)
{
    struct row row = {.event = 0};
    for (; row.event < count; row.event++) {
        memcpy(&row.truth, rows + row.event * part->row_size, part->row_size);
        if (table_write(table, row.event, &row, 1, sizeof row) < 0)
            return -1;
    }
    return 0;
}

static int write_part(hid_t group, const struct truth_part *part, const void *rows, size_t count,
                      const char *time_units)
{
    struct table table = {0};
    table_columns(&table, &index_column, 1);
    table_columns(&table, part->columns, part->column_count);
    int result = table_create(&table, group, part->name, time_units, CHUNK_ROWS);
    if (result >= 0)
        result = write_rows(&table, part, rows, count);
    table_close(&table);
    return result;
}

int truth_write(hid_t root, const struct truth *truth, const char *time_units)
{
    const void *rows[] = {truth->strokes, truth->holds, truth->spots};
    const size_t counts[] = {truth->stroke_count, truth->hold_count, truth->spot_count};
    hid_t group = hdf_group_create(root, TRUTH_GROUP);
    if (group < 0)
        return -1;
    int result = hdf_write_text(group, "scenario", truth->scenario);
    if (result >= 0)
        result = hdf_write_integer(group, "seed", H5T_STD_U64LE, (int64_t)truth->seed);
    for (size_t i = 0; i < TRUTH_PARTS && result >= 0; i++)
        result = write_part(group, &truth_parts[i], rows[i], counts[i], time_units);
    H5Gclose(group);
    return result;
}
