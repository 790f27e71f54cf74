#include "about.h"

#include "hdf_file.h"

#include <hdf5_hl.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define CALIBRATION_MOST (16u << 20)
#define PART_MOST        1e6
#define WHOLE_MOST       9e15 /* whole numbers below it are exact as f8 */

struct text_attribute {
    const char *name;
    size_t offset, size;
};

#define TEXT(name, field)                                                                          \
    {                                                                                              \
        name, offsetof(struct session_about, field), sizeof(((struct session_about *)0)->field)    \
    }

static const struct text_attribute texts[] = {
    TEXT("title", title),
    TEXT("session_id", session_id),
    TEXT("created", created),
    TEXT("software", software),
    TEXT("source", source),
    TEXT("device", mat.device),
    TEXT("device_serial", mat.serial),
    TEXT("device_protocol", mat.protocol),
    TEXT("calibration", mat.calibration),
    TEXT("subject", subject),
    TEXT("body_part", body_part),
    TEXT("side", side),
    TEXT("tool", tool),
    TEXT("operator", operator_name),
    TEXT("notes", notes),
};

#define TEXT_COUNT (sizeof texts / sizeof texts[0])

/* The text's bytes: a text of their own would have no shape for netCDF. */
static int calibration_bytes(hid_t group, const char *text)
{
    const struct hdf_dataset spec = {
        .name = CALIBRATION_VARIABLE, .type = H5T_STD_U8LE, .rank = 1, .sizes = {strlen(text)}};
    hid_t dataset = hdf_dataset_create(group, &spec);
    if (dataset < 0)
        return -1;
    bool written = H5DSset_scale(dataset, CALIBRATION_VARIABLE) >= 0 &&
                   H5Dwrite(dataset, H5T_NATIVE_UINT8, H5S_ALL, H5S_ALL, H5P_DEFAULT, text) >= 0 &&
                   hdf_write_text(dataset, "units", "1") >= 0 &&
                   hdf_write_text(dataset, "long_name", "makes kPa of counts: JSON in UTF-8") >= 0;
    H5Dclose(dataset);
    return written ? 0 : -1;
}

static int calibration_write(hid_t root, const char *text)
{
    hid_t group = hdf_group_create(root, CALIBRATION_GROUP);
    if (group < 0)
        return -1;
    int result = calibration_bytes(group, text);
    H5Gclose(group);
    return result;
}

static int calibration_take(hid_t group, char **text, struct failure *failure)
{
    hsize_t size = 0;
    hid_t dataset = hdf_open_dataset(group, CALIBRATION_VARIABLE, failure);
    if (dataset < 0)
        return (int)dataset;
    int status = hdf_check_storage(dataset, CALIBRATION_VARIABLE, failure);
    if (!status && (hdf_number_class(dataset, NULL) != H5T_INTEGER ||
                    hdf_shape(dataset, 1, &size) < 0 || size == 0 || size > CALIBRATION_MOST))
        status = failure_set(failure, STATUS_FORMAT, "the calibration must be the bytes of a text");
    if (!status && !(*text = calloc(1, size + 1)))
        status = failure_set(failure, STATUS_MEMORY, "out of memory");
    if (!status && hdf_read_rows(dataset, H5T_NATIVE_UINT8, 0, size, *text) < 0)
        status = hdf_failure(failure, "the calibration cannot be read");
    H5Dclose(dataset);
    return status;
}

int about_read_calibration(hid_t root, char **text, struct failure *failure)
{
    *text = NULL;
    hid_t group = hdf_open_group(root, CALIBRATION_GROUP);
    if (group <= 0)
        return group < 0 ? hdf_failure(failure, CALIBRATION_GROUP) : STATUS_OK;
    int status = calibration_take(group, text, failure);
    H5Gclose(group);
    return status;
}

static int write_part(hid_t root, const struct session_about *about)
{
    if (about->part == 0)
        return 0;
    if (hdf_write_integer(root, "part", H5T_STD_U32LE, about->part) < 0 ||
        hdf_write_integer(root, "first_frame", H5T_STD_U64LE, (int64_t)about->first_frame) < 0)
        return -1;
    if (about->origin_us == 0)
        return 0;
    return hdf_write_integer(root, "session_start_us", H5T_STD_I64LE, about->origin_us);
}

static void read_part(hid_t root, struct session_about *about)
{
    double part = 0, first = 0, origin_us = 0;
    if (hdf_read_double(root, "part", &part) <= 0 || !(part >= 1 && part <= PART_MOST))
        return;
    about->part = (uint32_t)part;
    if (hdf_read_double(root, "first_frame", &first) > 0 && first > 0 && first < WHOLE_MOST)
        about->first_frame = (uint64_t)first;
    if (hdf_read_double(root, "session_start_us", &origin_us) > 0 && fabs(origin_us) < WHOLE_MOST)
        about->origin_us = (int64_t)origin_us;
}

int about_write(hid_t root, const struct session_about *about)
{
    if (hdf_write_text(root, "Conventions", "CF-1.10") < 0 ||
        hdf_write_text(root, "format", FORMAT_NAME) < 0 ||
        hdf_write_integer(root, "format_version", H5T_STD_I32LE, FORMAT_VERSION) < 0 ||
        about_write_closed(root, false) < 0)
        return -1;
    for (size_t i = 0; i < TEXT_COUNT; i++) {
        const char *text = (const char *)about + texts[i].offset;
        if (*text && hdf_write_text(root, texts[i].name, text) < 0)
            return -1;
    }
    if (about->recovered && hdf_write_integer(root, "recovered", H5T_STD_I32LE, 1) < 0)
        return -1;
    if (write_part(root, about) < 0)
        return -1;
    const struct geometry *geometry = &about->mat.geometry;
    if (hdf_write_double(root, "rate_hz", geometry->rate_hz) < 0 ||
        hdf_write_double(root, "pitch_x_mm", geometry->pitch_x_mm) < 0)
        return -1;
    if (about->calibration_text && calibration_write(root, about->calibration_text) < 0)
        return -1;
    return hdf_write_double(root, "pitch_y_mm", geometry->pitch_y_mm);
}

int about_write_closed(hid_t root, bool closed)
{
    return hdf_write_integer(root, "closed", H5T_STD_I32LE, closed);
}

int about_read(hid_t root, struct session_about *about, bool *own, struct failure *failure)
{
    char format[sizeof FORMAT_NAME + 1] = "";
    double number = 0;
    for (size_t i = 0; i < TEXT_COUNT; i++)
        hdf_read_text(root, texts[i].name, (char *)about + texts[i].offset, texts[i].size);
    hdf_read_text(root, "format", format, sizeof format);
    *own = !strcmp(format, FORMAT_NAME);
    if (*own && hdf_read_double(root, "format_version", &number) > 0 && number > FORMAT_VERSION)
        return failure_set(failure, STATUS_UNSUPPORTED,
                           "format_version %g is newer than this software reads (%d)", number,
                           FORMAT_VERSION);
    if (*own)
        read_part(root, about);
    number = 1;
    hdf_read_double(root, "closed", &number);
    about->closed = number > 0;
    number = 0;
    about->recovered = hdf_read_double(root, "recovered", &number) > 0 && number > 0;
    number = 0;
    if (hdf_read_double(root, "rate_hz", &number) > 0 && number > 0 && number < 1e6)
        about->mat.geometry.rate_hz = number;
    return STATUS_OK;
}

bool about_is_users(const char *name)
{
    static const char *const names[] = {"title", "subject",  "body_part", "side",
                                        "tool",  "operator", "notes"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (!strcmp(name, names[i]))
            return true;
    return false;
}
