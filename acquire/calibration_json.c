#include "calibration_parts.h"

#include <jansson.h>
#include <math.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FORMAT      "rollscope-calibration"
#define VERSION     1
#define ID_BYTES    8
#define CELL_DIGITS 6 /* as they were rounded */
#define TEXT_FLAGS  (JSON_COMPACT | JSON_REAL_PRECISION(9))

static json_t *cells_json(const float *values, size_t count)
{
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++) {
        char text[32];
        snprintf(text, sizeof text, "%.*g", CELL_DIGITS, (double)values[i]);
        json_array_append_new(array, json_real(strtod(text, NULL)));
    }
    return array;
}

static json_t *bad_json(const struct calibration *calibration)
{
    json_t *array = json_array();
    for (size_t i = 0; i < calibration->cells; i++)
        if (calibration->bad[i])
            json_array_append_new(array, json_integer((json_int_t)i));
    return array;
}

static json_t *object_of(const struct calibration *calibration)
{
    const struct calibration_about *about = &calibration->about;
    const double *c = about->coefficients;
    return json_pack(
        "{s:s, s:i, s:s, s:s, s:s, s:i, s:i, s:i, s:s, s:[f, f, f], s:o, s:o, s:o, s:o}", "format",
        FORMAT, "format_version", VERSION, "created", about->created, "device", about->device,
        "serial", about->serial, "rows", (int)about->rows, "cols", (int)about->cols, "full_scale",
        (int)about->full_scale, "law", calibration_law_name(about->law), "coefficients_kpa", c[0],
        c[1], c[2], "bad_cells", bad_json(calibration), "offset",
        cells_json(calibration->offset, calibration->cells), "gain",
        cells_json(calibration->gain, calibration->cells), "bend",
        cells_json(calibration->bend, calibration->cells));
}

/* The id is made from all the rest, as it is written. */
static bool id_make(const json_t *object, char id[MAT_NAME_SIZE])
{
    unsigned char hash[crypto_generichash_BYTES_MIN];
    char digits[2 * ID_BYTES + 1];
    char *text = json_dumps(object, TEXT_FLAGS);
    if (!text)
        return false;
    crypto_generichash(hash, sizeof hash, (const unsigned char *)text, strlen(text), NULL, 0);
    sodium_bin2hex(digits, sizeof digits, hash, ID_BYTES);
    snprintf(id, MAT_NAME_SIZE, CALIBRATION_PREFIX "%s", digits);
    free(text);
    return true;
}

bool calibration_name(struct calibration *calibration)
{
    json_t *object = object_of(calibration);
    bool named = object && id_make(object, calibration->about.id);
    json_decref(object);
    return named;
}

char *calibration_text(const struct calibration *calibration)
{
    json_t *object = object_of(calibration);
    char *text = NULL;
    if (object && !json_object_set_new(object, "id", json_string(calibration->about.id)))
        text = json_dumps(object, TEXT_FLAGS);
    json_decref(object);
    return text;
}

/* ---- Reading ---- */

static int cells_read(float *values, size_t count, const json_t *object, const char *name,
                      struct failure *failure)
{
    const json_t *array = json_object_get(object, name);
    if (json_array_size(array) != count)
        return failure_set(failure, STATUS_FORMAT, "%s has %zu values, must be %zu", name,
                           json_array_size(array), count);
    for (size_t i = 0; i < count; i++) {
        const json_t *number = json_array_get(array, i);
        double value = json_number_value(number);
        if (!json_is_number(number) || !(fabs(value) <= UINT16_MAX))
            return failure_set(failure, STATUS_FORMAT, "%s[%zu] is out of range", name, i);
        values[i] = (float)value;
    }
    return STATUS_OK;
}

static int bad_read(struct calibration *calibration, const json_t *object, struct failure *failure)
{
    const json_t *array = json_object_get(object, "bad_cells");
    for (size_t i = 0; i < json_array_size(array); i++) {
        json_int_t cell = json_integer_value(json_array_get(array, i));
        if (cell < 0 || cell >= (json_int_t)calibration->cells || calibration->bad[cell])
            return failure_set(failure, STATUS_FORMAT, "bad_cells[%zu] is no cell", i);
        calibration->bad[cell] = 1;
        calibration->about.bad_cells++;
    }
    return STATUS_OK;
}

static int law_read(struct calibration_about *about, const json_t *object, struct failure *failure)
{
    const char *name = json_string_value(json_object_get(object, "law"));
    const json_t *numbers = json_object_get(object, "coefficients_kpa");
    bool known = false;
    for (int law = LAW_LINEAR; law <= LAW_POWER; law++)
        if (name && !strcmp(name, calibration_law_name((enum calibration_law)law))) {
            about->law = (enum calibration_law)law;
            known = true;
        }
    if (!known || json_array_size(numbers) != 3)
        return failure_set(failure, STATUS_FORMAT, "law or coefficients_kpa is missing or unknown");
    for (size_t i = 0; i < 3; i++)
        about->coefficients[i] = json_number_value(json_array_get(numbers, i));
    return STATUS_OK;
}

static void text_copy(char *text, size_t size, const json_t *object, const char *name)
{
    const char *value = json_string_value(json_object_get(object, name));
    snprintf(text, size, "%s", value ? value : "");
}

/* The grid; 0: a number that cannot be. */
static uint16_t whole_get(const json_t *object, const char *name, json_int_t most)
{
    json_int_t number = json_integer_value(json_object_get(object, name));
    return number >= 1 && number <= most ? (uint16_t)number : 0;
}

static int parts_read(struct calibration *calibration, const json_t *object,
                      struct failure *failure)
{
    struct calibration_about *about = &calibration->about;
    about->full_scale = whole_get(object, "full_scale", UINT16_MAX);
    text_copy(about->created, sizeof about->created, object, "created");
    text_copy(about->device, sizeof about->device, object, "device");
    text_copy(about->serial, sizeof about->serial, object, "serial");
    text_copy(about->id, sizeof about->id, object, "id");
    int status = about->full_scale ? law_read(about, object, failure)
                                   : failure_set(failure, STATUS_FORMAT, "full_scale is missing");
    if (!status)
        status = cells_read(calibration->offset, calibration->cells, object, "offset", failure);
    if (!status)
        status = cells_read(calibration->gain, calibration->cells, object, "gain", failure);
    if (!status)
        status = cells_read(calibration->bend, calibration->cells, object, "bend", failure);
    if (!status)
        status = bad_read(calibration, object, failure);
    if (!status && !calibration_prepare(calibration))
        status = failure_set(failure, STATUS_FORMAT, "the law gives no pressure or falls");
    return status;
}

/* Whether nobody changed it after it was named. */
static int id_check(const struct calibration *calibration, struct failure *failure)
{
    char id[MAT_NAME_SIZE] = "";
    json_t *object = object_of(calibration);
    bool same = object && id_make(object, id) && !strcmp(id, calibration->about.id);
    json_decref(object);
    return same ? STATUS_OK
                : failure_set(failure, STATUS_FORMAT,
                              "the id %s is not that of the content: it was changed",
                              calibration->about.id);
}

int calibration_read(struct calibration **calibration, const char *text, size_t size,
                     struct failure *failure)
{
    json_error_t error;
    json_t *object = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
    const char *format = json_string_value(json_object_get(object, "format"));
    uint16_t rows = whole_get(object, "rows", MAT_SIDE_MAX);
    uint16_t cols = whole_get(object, "cols", MAT_SIDE_MAX);
    *calibration = NULL;
    int status = STATUS_OK;
    if (!format || strcmp(format, FORMAT) || whole_get(object, "format_version", 99) != VERSION ||
        !rows || !cols)
        status = failure_set(failure, STATUS_FORMAT, "is no calibration that is known here (%s)",
                             object ? "format, format_version, rows or cols" : error.text);
    struct calibration *read = status ? NULL : calibration_create(rows, cols);
    if (!status && !read)
        status = failure_set(failure, STATUS_MEMORY, "out of memory for a calibration");
    if (!status)
        status = parts_read(read, object, failure);
    if (!status)
        status = id_check(read, failure);
    json_decref(object);
    if (status)
        calibration_destroy(read);
    else
        *calibration = read;
    return status;
}
