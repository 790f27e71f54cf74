#include "cells.h"

#include "frame_log.h"
#include "hdf_file.h"
#include "units.h"

#include <math.h>
#include <stdlib.h>

#define BLOCK_BYTES     ((hsize_t)512 << 10)
#define BLOCK_BYTES_MAX ((hsize_t)8 << 20)
#define COUNT_MAX       65535
#define NETCDF_FILL     9e36 /* what netCDF leaves in numbers that nobody wrote is above it */
#define PITCH_TOLERANCE 0.01

static int check_shape(struct cells *cells, struct geometry *geometry, struct failure *failure)
{
    hsize_t sizes[3];
    hid_t space = H5Dget_space(cells->dataset);
    int rank = H5Sget_simple_extent_ndims(space);
    H5Sclose(space);
    if (rank != 3 || hdf_shape(cells->dataset, 3, sizes) < 0)
        return failure_set(failure, STATUS_FORMAT, "pressure has rank %d, must be 3 (time, y, x)",
                           rank);
    if (sizes[1] < 1 || sizes[1] > MAT_SIDE_MAX || sizes[2] < 1 || sizes[2] > MAT_SIDE_MAX)
        return failure_set(
            failure, STATUS_FORMAT, "pressure has %llu rows and %llu columns, must be 1 to %d",
            (unsigned long long)sizes[1], (unsigned long long)sizes[2], MAT_SIDE_MAX);
    cells->length = sizes[0];
    cells->frame_cells = (size_t)(sizes[1] * sizes[2]);
    geometry->rows = (uint16_t)sizes[1];
    geometry->cols = (uint16_t)sizes[2];
    return STATUS_OK;
}

static int check_type(struct cells *cells, struct failure *failure)
{
    size_t size;
    H5T_class_t class = hdf_number_class(cells->dataset, &size);
    if (class == H5T_NO_CLASS)
        return failure_set(failure, STATUS_FORMAT, "pressure holds no numbers");
    cells->integers = class == H5T_INTEGER;
    cells->wide = !cells->integers || size > sizeof(uint16_t);
    return STATUS_OK;
}

static int read_coordinate(hid_t dataset, const char *name, uint16_t count, double *centres_mm,
                           struct failure *failure)
{
    hsize_t length = 0;
    char units[32] = "";
    if (hdf_shape(dataset, 1, &length) < 0 || length != count)
        return failure_set(failure, STATUS_FORMAT,
                           "%s must have rank 1 and %u values, as pressure has", name, count);
    if (hdf_number_class(dataset, NULL) == H5T_NO_CLASS ||
        hdf_read_rows(dataset, H5T_NATIVE_DOUBLE, 0, count, centres_mm) < 0)
        return failure_set(failure, STATUS_FORMAT, "%s holds no numbers", name);
    int said = hdf_read_text(dataset, "units", units, sizeof units);
    double unit = said < 0 ? 0 : length_unit_mm(units);
    if (!(unit > 0))
        return failure_set(failure, STATUS_FORMAT, "%s has unknown units '%s'", name, units);
    for (int i = 0; i < count; i++)
        centres_mm[i] *= unit;
    return STATUS_OK;
}

static int uniform_pitch(const char *name, const double *centres_mm, uint16_t count,
                         double *pitch_mm, struct failure *failure)
{
    *pitch_mm = count > 1 ? (centres_mm[count - 1] - centres_mm[0]) / (count - 1) : 0;
    for (int i = 1; i < count; i++)
        if (!(fabs(centres_mm[i] - centres_mm[i - 1] - *pitch_mm) <= PITCH_TOLERANCE * *pitch_mm))
            return failure_set(failure, STATUS_FORMAT,
                               "%s must rise in equal steps; step %d does not", name, i);
    return STATUS_OK;
}

static int check_coordinate(hid_t root, const char *name, uint16_t count, double *pitch_mm,
                            struct failure *failure)
{
    double centres_mm[MAT_SIDE_MAX] = {0};
    hid_t dataset = hdf_open_dataset(root, name, failure);
    if (dataset < 0)
        return (int)dataset;
    int status = hdf_check_storage(dataset, name, failure);
    if (status == STATUS_OK)
        status = read_coordinate(dataset, name, count, centres_mm, failure);
    H5Dclose(dataset);
    return status < 0 ? status : uniform_pitch(name, centres_mm, count, pitch_mm, failure);
}

static void prefer_exact(hid_t root, const char *name, double *pitch_mm)
{
    double exact;
    if (hdf_read_double(root, name, &exact) > 0 && exact > 0 &&
        (*pitch_mm <= 0 || fabs(exact - *pitch_mm) <= PITCH_TOLERANCE * *pitch_mm))
        *pitch_mm = exact;
}

static int check_coordinates(hid_t root, struct geometry *geometry, struct failure *failure)
{
    int status = check_coordinate(root, VARIABLE_Y, geometry->rows, &geometry->pitch_y_mm, failure);
    if (status == STATUS_OK)
        status = check_coordinate(root, VARIABLE_X, geometry->cols, &geometry->pitch_x_mm, failure);
    if (status < 0)
        return status;
    prefer_exact(root, "pitch_y_mm", &geometry->pitch_y_mm);
    prefer_exact(root, "pitch_x_mm", &geometry->pitch_x_mm);
    if (geometry->pitch_y_mm <= 0)
        geometry->pitch_y_mm = geometry->pitch_x_mm;
    if (geometry->pitch_x_mm <= 0)
        geometry->pitch_x_mm = geometry->pitch_y_mm;
    return STATUS_OK;
}

static int check_scale(struct cells *cells, struct geometry *geometry, struct failure *failure)
{
    char units[48] = "";
    double factor = 1, offset = 0, most = 0, calibrated = 1;
    if (hdf_read_text(cells->dataset, "units", units, sizeof units) < 0)
        return failure_set(failure, STATUS_FORMAT, "the units of pressure cannot be read");
    double unit = pressure_unit_kpa(units);
    if (unit <= 0 && unit >= 0)
        return failure_set(failure, STATUS_FORMAT, "pressure has unknown units '%s'", units);
    hdf_read_double(cells->dataset, "scale_factor", &factor);
    hdf_read_double(cells->dataset, "add_offset", &offset);
    hdf_read_double(cells->dataset, "calibrated", &calibrated);
    bool said = hdf_read_double(cells->dataset, "_FillValue", &cells->fill) > 0 ||
                hdf_read_double(cells->dataset, "missing_value", &cells->fill) > 0;
    cells->has_fill = said && !isnan(cells->fill);
    cells->wide = cells->wide || cells->has_fill;
    cells->has_most = hdf_read_double(cells->dataset, "valid_max", &most) > 0 && most >= 1;
    if (!isfinite(factor) || factor <= 0 || !isfinite(offset))
        return failure_set(failure, STATUS_FORMAT, "pressure has scale_factor %g and add_offset %g",
                           factor, offset);
    cells->calibrated = unit > 0 && calibrated > 0;
    geometry->scale_kpa = factor * fabs(unit);
    geometry->offset_kpa = offset * fabs(unit);
    geometry->full_scale = cells->has_most && most < COUNT_MAX ? (uint16_t)most : COUNT_MAX;
    return STATUS_OK;
}

static void plan_blocks(struct cells *cells, const struct geometry *geometry)
{
    hsize_t chunk[3] = {1, 1, 1};
    hsize_t frame_bytes = geometry_cells(geometry) * sizeof(double);
    hid_t creation = H5Dget_create_plist(cells->dataset);
    if (H5Pget_layout(creation) == H5D_CHUNKED)
        H5Pget_chunk(creation, 3, chunk);
    H5Pclose(creation);
    hsize_t most = BLOCK_BYTES_MAX / frame_bytes;
    hsize_t block = chunk[0] < most ? chunk[0] : most;
    if (block * frame_bytes < BLOCK_BYTES)
        block *= BLOCK_BYTES / (block * frame_bytes);
    cells->block = (size_t)block;
}

struct scan {
    double most;
    bool whole; /* every number is a whole one */
};

static bool is_missing(const struct cells *cells, double number)
{
    return !(fabs(number) < NETCDF_FILL) ||
           (cells->has_fill && !(number < cells->fill) && !(number > cells->fill));
}

static int scan_block(const struct cells *cells, size_t count, struct scan *scan)
{
    const double *numbers = cells->numbers;
    for (size_t i = 0; i < count; i++) {
        if (is_missing(cells, numbers[i]))
            return (int)i;
        if (numbers[i] > scan->most)
            scan->most = numbers[i];
        scan->whole =
            scan->whole && numbers[i] >= rint(numbers[i]) && numbers[i] <= rint(numbers[i]);
    }
    return -1;
}

static int refuse_missing(uint64_t frame, struct failure *failure)
{
    return failure_set(failure, STATUS_FORMAT,
                       "pressure of frame %llu holds NaN, infinity or a missing value",
                       (unsigned long long)frame);
}

static int read_numbers(struct cells *cells, uint64_t first, size_t count, struct scan *scan,
                        struct failure *failure)
{
    hdf_begin();
    if (hdf_read_rows(cells->dataset, H5T_NATIVE_DOUBLE, first, count, cells->numbers) < 0)
        return hdf_failure(failure, "pressure cannot be read");
    int bad = scan_block(cells, count * cells->frame_cells, scan);
    if (bad >= 0)
        return refuse_missing(first + (size_t)bad / cells->frame_cells, failure);
    return STATUS_OK;
}

static int requantise(struct cells *cells, uint64_t length, struct geometry *geometry,
                      struct failure *failure)
{
    struct scan scan = {.most = 0, .whole = true};
    cells->numbers = calloc(cells->block * cells->frame_cells, sizeof *cells->numbers);
    if (!cells->numbers)
        return failure_set(failure, STATUS_MEMORY, "out of memory");
    for (uint64_t first = 0; first < length; first += cells->block) {
        uint64_t left = length - first;
        size_t count = left < cells->block ? (size_t)left : cells->block;
        int status = read_numbers(cells, first, count, &scan, failure);
        if (status < 0)
            return status;
    }
    cells->gain = 1;
    if (scan.most > 0 && !(scan.whole && scan.most <= COUNT_MAX)) {
        cells->gain = (COUNT_MAX - 1) / scan.most;
        geometry->scale_kpa /= cells->gain;
        geometry->full_scale = COUNT_MAX;
        cells->has_most = false;
    }
    return STATUS_OK;
}

int cells_open(struct cells *cells, hid_t root, struct geometry *geometry, struct failure *failure)
{
    cells->dataset = hdf_open_dataset(root, VARIABLE_PRESSURE, failure);
    if (cells->dataset < 0)
        return (int)cells->dataset;
    int status = check_shape(cells, geometry, failure);
    if (status == STATUS_OK)
        status = check_type(cells, failure);
    if (status == STATUS_OK)
        status = hdf_check_storage(cells->dataset, VARIABLE_PRESSURE, failure);
    if (status == STATUS_OK)
        status = check_coordinates(root, geometry, failure);
    if (status == STATUS_OK)
        status = check_scale(cells, geometry, failure);
    if (status < 0)
        return status;
    plan_blocks(cells, geometry);
    if (!cells->wide && chunk_store_open(&cells->chunks, cells->dataset) < 0)
        return failure_set(failure, STATUS_MEMORY, "out of memory");
    return STATUS_OK;
}

int cells_scan(struct cells *cells, uint64_t length, struct geometry *geometry,
               struct failure *failure)
{
    int status = cells->wide ? requantise(cells, length, geometry, failure) : STATUS_OK;
    struct failure unfit;
    if (status == STATUS_OK && geometry_check(geometry, &unfit) < 0)
        status = failure_set(failure, STATUS_FORMAT, "%s", unfit.text);
    return status;
}

int cells_read(struct cells *cells, uint64_t first, size_t count, uint16_t *counts,
               struct failure *failure)
{
    if (!cells->wide) {
        bool whole = cells->chunks.frames && cells->block % cells->chunks.frames == 0;
        if (whole && chunk_store_unpack(&cells->chunks, first, count, counts) == 0)
            return STATUS_OK;
        hdf_begin();
        if (hdf_read_rows(cells->dataset, H5T_NATIVE_UINT16, first, count, counts) < 0)
            return hdf_failure(failure, "pressure cannot be read");
        return STATUS_OK;
    }
    struct scan scan = {.most = 0};
    int status = read_numbers(cells, first, count, &scan, failure);
    for (size_t i = 0; i < count * cells->frame_cells && status == STATUS_OK; i++) {
        double number = cells->numbers[i] * cells->gain;
        counts[i] = number <= 0 ? 0 : number >= COUNT_MAX ? COUNT_MAX : (uint16_t)lrint(number);
    }
    return status;
}

void cells_close(struct cells *cells)
{
    if (cells->dataset > 0)
        H5Dclose(cells->dataset);
    chunk_store_close(&cells->chunks);
    free(cells->numbers);
    *cells = (struct cells){.dataset = 0};
}
