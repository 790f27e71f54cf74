#include "hdf_apart.h"
#include "truth_log.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_MAX       ((hsize_t)1 << 22)
#define TOOLS_MAX      64
#define TOOL_NAME_SIZE 64

struct tool_names {
    char names[TOOLS_MAX][TOOL_NAME_SIZE];
    size_t count;
};

static int tool_index(struct tool_names *known, const char *name)
{
    size_t i = 0;
    while (i < known->count && strcmp(known->names[i], name) != 0)
        i++;
    if (i == TOOLS_MAX)
        return TOOLS_MAX - 1;
    if (i == known->count)
        strcpy(known->names[known->count++], name);
    return (int)i;
}

static int read_name(hid_t dataset, hsize_t row, char name[TOOL_NAME_SIZE])
{
    char *text = NULL;
    hid_t stored = H5Dget_type(dataset);
    bool variable = H5Tis_variable_str(stored) > 0;
    hid_t type = hdf_text_type(variable ? H5T_VARIABLE : TOOL_NAME_SIZE);
    H5Tset_cset(type, H5Tget_cset(stored));
    int result = hdf_read_rows(dataset, type, row, 1, variable ? (void *)&text : name);
    if (variable)
        snprintf(name, TOOL_NAME_SIZE, "%s", text ? text : "");
    name[TOOL_NAME_SIZE - 1] = '\0';
    H5free_memory(text);
    H5Tclose(type);
    H5Tclose(stored);
    return result;
}

static int read_named_tools(void *dataset, void *answer, size_t size)
{
    struct tool_names known = {.count = 0};
    char name[TOOL_NAME_SIZE] = "";
    int32_t *tools = answer;
    for (hsize_t row = 0; row < size / sizeof *tools; row++) {
        if (read_name(*(const hid_t *)dataset, row, name) < 0)
            return -1;
        tools[row] = tool_index(&known, name);
    }
    return 0;
}

static int read_tools(hid_t dataset, hsize_t count, int32_t *tools)
{
    hsize_t length;
    if (hdf_shape(dataset, 1, &length) < 0 || length < count)
        return -1;
    hid_t type = H5Dget_type(dataset);
    H5T_class_t class = H5Tget_class(type);
    H5Tclose(type);
    if (class == H5T_STRING)
        return hdf_apart(read_named_tools, &dataset, tools, count * sizeof *tools, HDF_APART_S);
    if (hdf_number_class(dataset, NULL) == H5T_NO_CLASS)
        return -1;
    return hdf_read_rows(dataset, H5T_NATIVE_INT32, 0, count, tools);
}

static int place_tools(const struct table *table, char *field, size_t row_size,
                       const struct table_place *place, struct failure *failure)
{
    if (table->length == 0 || H5Lexists(table->group, TRUTH_TOOL, H5P_DEFAULT) <= 0)
        return 0;
    hid_t dataset = hdf_open_dataset(table->group, TRUTH_TOOL, failure);
    if (dataset < 0)
        return (int)dataset;
    int32_t *tools = calloc(table->length, sizeof *tools);
    int result = tools ? read_tools(dataset, table->length, tools) : -1;
    for (hsize_t row = 0; row < table->length && result >= 0; row++)
        memcpy(field + row * row_size, &tools[row], sizeof *tools);
    free(tools);
    H5Dclose(dataset);
    if (result < 0)
        return failure_set(failure, STATUS_FORMAT,
                           "/truth/%s/tool is neither numbers nor texts, one a row", place->name);
    return 0;
}

static int read_rows(struct table *table, const struct truth_part *part, char *rows,
                     const struct table_place *place, struct failure *failure)
{
    for (hsize_t first = 0; first < table->length; first += TABLE_BATCH) {
        hsize_t count = table->length - first < TABLE_BATCH ? table->length - first : TABLE_BATCH;
        if (table_read(table, first, rows + first * part->row_size, count, part->row_size) < 0)
            return hdf_failure(failure, "/truth cannot be read");
    }
    for (size_t i = 0; i < part->column_count; i++)
        if (!strcmp(part->columns[i].name, TRUTH_TOOL))
            return place_tools(table, rows + part->columns[i].offset, part->row_size, place,
                               failure);
    return 0;
}

static int read_part(const struct truth_part *part, const struct table_place *place, void **rows,
                     size_t *count, struct failure *failure)
{
    struct table table = {0};
    for (size_t i = 0; i < part->column_count; i++)
        if (strcmp(part->columns[i].name, TRUTH_TOOL) != 0)
            table_columns(&table, &part->columns[i], 1);
    int status = table_open(&table, place, failure);
    if (status > 0 && table.length > ROWS_MAX)
        status =
            failure_set(failure, STATUS_UNSUPPORTED, "/truth/%s has too many rows", place->name);
    if (status > 0) {
        *rows = calloc(table.length ? table.length : 1, part->row_size);
        *count = table.length;
        status = *rows ? read_rows(&table, part, *rows, place, failure)
                       : failure_set(failure, STATUS_MEMORY, "out of memory");
    }
    table_close(&table);
    return status;
}

static void read_seed(hid_t group, uint64_t *seed)
{
    if (H5Aexists(group, "seed") <= 0)
        return;
    hid_t attribute = H5Aopen(group, "seed", H5P_DEFAULT);
    hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
    if (H5Tget_class(type) == H5T_INTEGER && H5Sget_simple_extent_npoints(space) == 1)
        H5Aread(attribute, H5T_NATIVE_UINT64, seed);
    H5Sclose(space);
    H5Tclose(type);
    H5Aclose(attribute);
}

int truth_read(hid_t root, struct truth *truth, struct table_place *place, struct failure *failure)
{
    void *rows[TRUTH_PARTS] = {0};
    size_t counts[TRUTH_PARTS] = {0};
    *truth = (struct truth){.seed = 0};
    hid_t group = hdf_open_group(root, TRUTH_GROUP);
    if (group <= 0)
        return group < 0 ? hdf_failure(failure, "/truth") : 0;
    int status = 0;
    hdf_read_text(group, "scenario", truth->scenario, sizeof truth->scenario);
    read_seed(group, &truth->seed);
    place->parent = group;
    for (size_t i = 0; i < TRUTH_PARTS && status >= 0; i++) {
        place->name = truth_parts[i].name;
        status = read_part(&truth_parts[i], place, &rows[i], &counts[i], failure);
    }
    truth->strokes = rows[0];
    truth->holds = rows[1];
    truth->spots = rows[2];
    truth->stroke_count = counts[0];
    truth->hold_count = counts[1];
    truth->spot_count = counts[2];
    H5Gclose(group);
    if (status < 0)
        truth_free(truth);
    return status < 0 ? status : 1;
}
