#include "table.h"

#include "hdf_file.h"
#include "packing.h"
#include "units.h"

#include <hdf5_hl.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static hid_t memory_type(const struct column *column)
{
    switch (column->type) {
    case COLUMN_TIME:
    case COLUMN_F64:
        return H5Tcopy(H5T_NATIVE_DOUBLE);
    case COLUMN_U32:
        return H5Tcopy(H5T_NATIVE_UINT32);
    case COLUMN_U64:
        return H5Tcopy(H5T_NATIVE_UINT64);
    case COLUMN_BOOL:
        return H5Tcopy(H5T_NATIVE_UINT8);
    case COLUMN_TEXT:
        break;
    }
    return hdf_text_type(1);
}

static hid_t file_type(const struct column *column)
{
    switch (column->type) {
    case COLUMN_TIME:
    case COLUMN_F64:
        return H5Tcopy(H5T_IEEE_F64LE);
    case COLUMN_U32:
        return H5Tcopy(H5T_STD_U32LE);
    case COLUMN_U64:
        return H5Tcopy(H5T_STD_U64LE);
    case COLUMN_BOOL:
        return H5Tcopy(H5T_STD_U8LE);
    case COLUMN_TEXT:
        break;
    }
    return hdf_text_type(1);
}

void table_columns(struct table *table, const struct column *columns, size_t count)
{
    for (size_t i = 0; i < count && table->count < TABLE_COLUMNS_MAX; i++)
        table->columns[table->count++] = columns[i];
}

static int describe(hid_t dataset, const struct column *column, const char *time_units)
{
    const char *unit = column->type == COLUMN_TIME ? time_units : column->unit;
    if (hdf_write_text(dataset, "long_name", column->text) < 0)
        return -1;
    return column->type == COLUMN_TEXT ? hdf_write_text(dataset, "_Encoding", "utf-8")
                                       : hdf_write_text(dataset, "units", unit);
}

static int attach_length(hid_t group, hid_t dataset, const struct column *column)
{
    char name[64], said[80];
    snprintf(name, sizeof name, "%s_length", column->name);
    snprintf(said, sizeof said, "This is a netCDF dimension but not a netCDF variable.%10u",
             column->size);
    const struct hdf_dataset spec = {
        .name = name, .type = H5T_STD_U8LE, .rank = 1, .sizes = {column->size}};
    hid_t scale = hdf_dataset_create(group, &spec);
    if (scale < 0)
        return -1;
    int result = H5DSset_scale(scale, said) < 0 ? -1 : H5DSattach_scale(dataset, scale, 1);
    H5Dclose(scale);
    return result;
}

static hid_t column_create(hid_t group, const struct column *column, const char *time_units,
                           hsize_t chunk_rows)
{
    bool text = column->type == COLUMN_TEXT;
    struct hdf_dataset spec = {.name = column->name,
                               .rank = text ? 2 : 1,
                               .sizes = {0, text ? column->size : 0},
                               .chunk = {chunk_rows, text ? column->size : 0}};
    spec.type = file_type(column);
    hid_t dataset = hdf_dataset_create(group, &spec);
    H5Tclose(spec.type);
    if (dataset >= 0 && (describe(dataset, column, time_units) < 0 ||
                         (text && attach_length(group, dataset, column) < 0))) {
        H5Dclose(dataset);
        return -1;
    }
    return dataset;
}

static int create_checksum(struct table *table, hsize_t chunk_rows)
{
    const struct hdf_dataset spec = {
        .name = TABLE_CHECKSUM, .type = H5T_STD_U32LE, .rank = 1, .chunk = {chunk_rows}};
    if (!table->proven)
        return 0;
    table->checksum = hdf_dataset_create(table->group, &spec);
    return table->checksum < 0 || hdf_write_text(table->checksum, "units", "1") < 0 ||
                   hdf_write_text(table->checksum, "long_name",
                                  "CRC-32 of the row's other columns, little-endian") < 0
               ? -1
               : H5DSattach_scale(table->checksum, table->datasets[0], 0);
}

static int allocate_batch(struct table *table)
{
    size_t widest = sizeof(double);
    for (size_t i = 0; i < table->count; i++)
        if (table->columns[i].size > widest)
            widest = table->columns[i].size;
    table->batch = calloc(TABLE_BATCH, widest);
    return table->batch ? 0 : -1;
}

int table_create(struct table *table, hid_t parent, const char *name, const char *time_units,
                 hsize_t chunk_rows)
{
    if (allocate_batch(table) < 0)
        return -1;
    table->group = hdf_group_create(parent, name);
    if (table->group < 0)
        return -1;
    for (size_t i = 0; i < table->count; i++) {
        hid_t dataset = column_create(table->group, &table->columns[i], time_units, chunk_rows);
        if (dataset < 0)
            return -1;
        table->datasets[i] = dataset;
        int linked = i == 0 ? H5DSset_scale(dataset, TABLE_DIMENSION)
                            : H5DSattach_scale(dataset, table->datasets[0], 0);
        if (linked < 0)
            return -1;
    }
    return create_checksum(table, chunk_rows);
}

/* Back into the units of a table that was opened; what is no number has one spelling. */
static void settle(const struct table *table, size_t i, size_t count)
{
    double *numbers = table->batch;
    enum column_type type = table->columns[i].type;
    if (type != COLUMN_TIME && type != COLUMN_F64)
        return;
    for (size_t row = 0; row < count; row++) {
        if (table->scale[i] > 0)
            numbers[row] = (numbers[row] - table->shift[i]) / table->scale[i];
        if (isnan(numbers[row]))
            numbers[row] = NAN;
    }
}

/* Adds a column to the checksums of its rows. */
static void prove(struct table *table, size_t i, size_t count)
{
    const size_t size = table->columns[i].size;
    for (size_t row = 0; row < count; row++)
        table->crc[row] =
            packing_crc32(i ? table->crc[row] : 0, (const char *)table->batch + row * size, size);
}

static int write_checksums(struct table *table, hsize_t first, size_t count)
{
    if (table->checksum <= 0)
        return 0;
    for (size_t row = 0; row < count && table->torn; row++)
        table->crc[row] = ~table->crc[row];
    return hdf_write_rows(table->checksum, H5T_NATIVE_UINT32, first, count, table->crc);
}

int table_write(struct table *table, hsize_t first, const void *rows, size_t count, size_t stride)
{
    hsize_t length = first + count > table->length ? first + count : table->length;
    for (size_t i = 0; i < table->count; i++) {
        const struct column *column = &table->columns[i];
        const char *field = (const char *)rows + column->offset;
        for (size_t row = 0; row < count; row++)
            memcpy((char *)table->batch + row * column->size, field + row * stride, column->size);
        settle(table, i, count);
        prove(table, i, count);
        hid_t type = memory_type(column);
        int result = hdf_write_rows(table->datasets[i], type, first, count, table->batch);
        H5Tclose(type);
        if (result < 0)
            return -1;
    }
    if (write_checksums(table, first, count) < 0)
        return -1;
    table->length = length;
    return 0;
}

static bool fits(hid_t dataset, const struct column *column)
{
    if (column->type != COLUMN_TEXT)
        return hdf_number_class(dataset, NULL) != H5T_NO_CLASS;
    hid_t type = H5Dget_type(dataset);
    bool characters = H5Tget_class(type) == H5T_STRING && H5Tget_size(type) == 1;
    H5Tclose(type);
    return characters;
}

static int shape(hid_t dataset, const struct column *column, hsize_t *length)
{
    hsize_t sizes[2] = {0, column->size};
    int rank = column->type == COLUMN_TEXT ? 2 : 1;
    if (hdf_shape(dataset, rank, sizes) < 0 || sizes[1] != column->size)
        return -1;
    *length = sizes[0];
    return 0;
}

static bool convert(struct table *table, size_t i, int64_t first_us)
{
    const struct column *column = &table->columns[i];
    char text[128] = "";
    struct time_unit unit;
    hdf_read_text(table->datasets[i], "units", text, sizeof text);
    table->scale[i] = 1;
    if (column->type == COLUMN_TIME && *text) {
        if (!time_unit_parse(text, &unit))
            return false;
        table->scale[i] = unit.seconds;
        table->shift[i] = unit.dated ? seconds_of_us(unit.origin_us - first_us) : 0;
    } else if (!strcmp(column->unit, "mm")) {
        table->scale[i] = length_unit_mm(text);
    }
    return table->scale[i] > 0;
}

/* Columns are of one length; where they need not be, the shortest counts. */
static int fit(struct table *table, hsize_t length, const struct table_place *place,
               const char *where, struct failure *failure)
{
    if (place->whole && table->length != HSIZE_UNDEF && length != table->length)
        return failure_set(failure, STATUS_FORMAT, "%s has %llu rows, the columns before %llu",
                           where, (unsigned long long)length, (unsigned long long)table->length);
    if (length < table->length)
        table->length = length;
    return 1;
}

static int column_open(struct table *table, size_t i, const struct table_place *place,
                       struct failure *failure)
{
    const struct column *column = &table->columns[i];
    char where[128];
    if (H5Lexists(table->group, column->name, H5P_DEFAULT) <= 0)
        return 0;
    snprintf(where, sizeof where, "%s/%s", place->name, column->name);
    hid_t dataset = hdf_open_dataset(table->group, column->name, failure);
    if (dataset < 0)
        return (int)dataset;
    table->datasets[i] = dataset;
    hsize_t length = 0;
    if (shape(dataset, column, &length) < 0)
        return failure_set(failure, STATUS_FORMAT, "%s has the wrong shape", where);
    if (!fits(dataset, column))
        return failure_set(failure, STATUS_FORMAT, "%s has the wrong type", where);
    int status = hdf_check_storage(dataset, where, failure);
    if (status < 0)
        return status;
    if (!convert(table, i, place->first_us))
        return failure_set(failure, STATUS_FORMAT, "%s has an unknown unit", where);
    return fit(table, length, place, where, failure);
}

static int checksum_open(struct table *table, const struct table_place *place,
                         struct failure *failure)
{
    char where[128];
    hsize_t length = 0;
    size_t bytes = 0;
    table->proven = H5Lexists(table->group, TABLE_CHECKSUM, H5P_DEFAULT) > 0;
    if (!table->proven)
        return 0;
    snprintf(where, sizeof where, "%s/" TABLE_CHECKSUM, place->name);
    table->checksum = hdf_open_dataset(table->group, TABLE_CHECKSUM, failure);
    if (table->checksum < 0)
        return (int)table->checksum;
    if (hdf_shape(table->checksum, 1, &length) < 0 ||
        hdf_number_class(table->checksum, &bytes) != H5T_INTEGER || bytes != sizeof *table->crc)
        return failure_set(failure, STATUS_FORMAT, "%s must be a column of u4", where);
    int status = hdf_check_storage(table->checksum, where, failure);
    return status < 0 ? status : fit(table, length, place, where, failure);
}

int table_open(struct table *table, const struct table_place *place, struct failure *failure)
{
    table->group = hdf_open_group(place->parent, place->name);
    if (table->group < 0)
        return hdf_failure(failure, place->name);
    if (table->group == 0)
        return 0;
    if (allocate_batch(table) < 0)
        return failure_set(failure, STATUS_MEMORY, "out of memory");
    table->length = HSIZE_UNDEF;
    for (size_t i = 0; i < table->count; i++) {
        int opened = column_open(table, i, place, failure);
        if (opened < 0)
            return opened;
    }
    int status = checksum_open(table, place, failure);
    if (status < 0)
        return status;
    if (table->length == HSIZE_UNDEF)
        table->length = 0;
    return 1;
}

static void clear(const struct column *column, void *field)
{
    double none = NAN;
    memset(field, 0, column->size);
    if (column->type == COLUMN_TIME || column->type == COLUMN_F64)
        memcpy(field, &none, sizeof none);
}

static void clean_up(struct table *table, size_t i, size_t count)
{
    double *numbers = table->batch;
    unsigned char *bytes = table->batch;
    enum column_type type = table->columns[i].type;
    for (size_t row = 0; row < count; row++)
        if (type == COLUMN_BOOL)
            bytes[row] = bytes[row] != 0;
        else if (type == COLUMN_TIME || type == COLUMN_F64)
            numbers[row] = numbers[row] * table->scale[i] + table->shift[i];
}

static int read_column(struct table *table, size_t i, hsize_t first, size_t count)
{
    hid_t type = memory_type(&table->columns[i]);
    int result = hdf_read_rows(table->datasets[i], type, first, count, table->batch);
    H5Tclose(type);
    prove(table, i, count);
    clean_up(table, i, count);
    return result;
}

static int read_checksums(struct table *table, hsize_t first, size_t count)
{
    uint32_t *stored = table->batch;
    if (table->checksum > 0 &&
        hdf_read_rows(table->checksum, H5T_NATIVE_UINT32, first, count, stored) < 0)
        return -1;
    for (size_t row = 0; row < count; row++)
        table->agrees[row] = table->checksum <= 0 || stored[row] == table->crc[row];
    return 0;
}

int table_read(struct table *table, hsize_t first, void *rows, size_t count, size_t stride)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct column *column = &table->columns[i];
        char *field = (char *)rows + column->offset;
        bool there = table->datasets[i] > 0;
        if (there && read_column(table, i, first, count) < 0)
            return -1;
        for (size_t row = 0; row < count; row++, field += stride)
            if (there)
                memcpy(field, (char *)table->batch + row * column->size, column->size);
            else
                clear(column, field);
    }
    return read_checksums(table, first, count);
}

void table_close(struct table *table)
{
    for (size_t i = 0; i < table->count; i++)
        if (table->datasets[i] > 0)
            H5Dclose(table->datasets[i]);
    if (table->checksum > 0)
        H5Dclose(table->checksum);
    if (table->group > 0)
        H5Gclose(table->group);
    free(table->batch);
    *table = (struct table){0};
}
