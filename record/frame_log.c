#include "frame_log.h"

#include "units.h"

#include <hdf5_hl.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "checksums are taken from memory");

#define CHUNK_S          0.08
#define CHUNK_BYTES_MAX  ((size_t)1 << 20)
#define CHUNK_FRAMES_MAX 256
#define CHUNK_FRAMES     4 /* of a mat whose rate is not known */
#define SCALAR_CHUNK     1024
#define GZIP_LEVEL       1
#define FILL_BYTE        0xff /* of PRESSURE_FILL */

enum { TIME, SEQUENCE, FLAGS, CHECKSUM, PRESSURE, VARIABLES };

struct frame_log {
    hid_t datasets[VARIABLES], committed_dataset, synced_dataset;
    size_t chunk, cells;
    hsize_t rows, cols;
    struct packing *packing;
    uint64_t start, committed; /* frames in the file before the buffer; frames known whole */
    size_t filled, handed;     /* frames in the buffer; of them handed to HDF5 */
    double *time;
    uint64_t *sequence;
    uint16_t *flags, *pressure;
    uint32_t *checksum;
};

static size_t chunk_frames(const struct geometry *geometry)
{
    size_t most = CHUNK_BYTES_MAX / (geometry_cells(geometry) * sizeof(uint16_t));
    if (most > CHUNK_FRAMES_MAX)
        most = CHUNK_FRAMES_MAX;
    size_t frames = geometry->rate_hz > 0 ? 1 : CHUNK_FRAMES;
    while (geometry->rate_hz > 0 && frames < most &&
           (double)(2 * frames) <= CHUNK_S * geometry->rate_hz)
        frames *= 2;
    return frames < most ? frames : most;
}

static int buffers_create(struct frame_log *log)
{
    log->time = calloc(log->chunk, sizeof *log->time);
    log->sequence = calloc(log->chunk, sizeof *log->sequence);
    log->flags = calloc(log->chunk, sizeof *log->flags);
    log->checksum = calloc(log->chunk, sizeof *log->checksum);
    log->pressure = calloc(log->chunk * log->cells, sizeof *log->pressure);
    log->packing = packing_create(log->chunk * log->cells);
    return log->time && log->sequence && log->flags && log->checksum && log->pressure &&
                   log->packing
               ? 0
               : -1;
}

static int text_pair(hid_t object, const char *units, const char *long_name)
{
    if (units && hdf_write_text(object, "units", units) < 0)
        return -1;
    return hdf_write_text(object, "long_name", long_name);
}

static int create_time(struct frame_log *log, hid_t root)
{
    const struct hdf_dataset spec = {
        .name = VARIABLE_TIME, .type = H5T_IEEE_F64LE, .rank = 1, .chunk = {SCALAR_CHUNK}};
    hid_t dataset = log->datasets[TIME] = hdf_dataset_create(root, &spec);
    if (dataset < 0 || H5DSset_scale(dataset, VARIABLE_TIME) < 0 ||
        hdf_write_text(dataset, "standard_name", "time") < 0 ||
        hdf_write_text(dataset, "calendar", "standard") < 0 ||
        hdf_write_text(dataset, "axis", "T") < 0)
        return -1;
    return text_pair(dataset, "seconds since 1970-01-01T00:00:00Z",
                     "when the scan of the mat started");
}

static hid_t create_axis(hid_t root, const char *name, uint16_t count, double pitch_mm)
{
    const struct hdf_dataset spec = {
        .name = name, .type = H5T_IEEE_F32LE, .rank = 1, .sizes = {count}};
    float centres[MAT_SIDE_MAX];
    for (int i = 0; i < count; i++)
        centres[i] = (float)((i + 0.5) * pitch_mm);
    hid_t dataset = hdf_dataset_create(root, &spec);
    const char *axis = name[0] == 'x' ? "X" : "Y";
    if (dataset < 0 || H5DSset_scale(dataset, name) < 0 ||
        H5Dwrite(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, centres) < 0 ||
        hdf_write_text(dataset, "axis", axis) < 0 ||
        text_pair(dataset, "mm", "centre of the cell") < 0)
        return -1;
    return dataset;
}

static int describe_pressure(hid_t dataset, const struct geometry *geometry, bool calibrated)
{
    if (hdf_write_double(dataset, "scale_factor", geometry->scale_kpa) < 0 ||
        hdf_write_double(dataset, "add_offset", geometry->offset_kpa) < 0 ||
        hdf_write_integer(dataset, "valid_max", H5T_STD_U16LE, geometry->full_scale) < 0 ||
        hdf_write_integer(dataset, "calibrated", H5T_STD_U8LE, calibrated) < 0)
        return -1;
    return text_pair(dataset, "kPa", "pressure on the mat");
}

static int attach(hid_t dataset, const hid_t *scales, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (H5DSattach_scale(dataset, scales[i], i) < 0)
            return -1;
    return 0;
}

static int create_pressure(struct frame_log *log, hid_t root, const struct mat_info *mat,
                           bool calibrated)
{
    const struct geometry *geometry = &mat->geometry;
    const uint16_t fill = PRESSURE_FILL;
    const struct hdf_dataset spec = {.name = VARIABLE_PRESSURE,
                                     .type = H5T_STD_U16LE,
                                     .rank = 3,
                                     .sizes = {0, geometry->rows, geometry->cols},
                                     .chunk = {log->chunk, geometry->rows, geometry->cols},
                                     .deflate = GZIP_LEVEL,
                                     .fill = &fill};
    hid_t y = create_axis(root, VARIABLE_Y, geometry->rows, geometry->pitch_y_mm);
    hid_t x = create_axis(root, VARIABLE_X, geometry->cols, geometry->pitch_x_mm);
    hid_t dataset = log->datasets[PRESSURE] = hdf_dataset_create(root, &spec);
    const hid_t scales[3] = {log->datasets[TIME], y, x};
    int result = y < 0 || x < 0 || dataset < 0 ||
                         describe_pressure(dataset, geometry, calibrated) < 0 ||
                         attach(dataset, scales, 3) < 0
                     ? -1
                     : 0;
    if (y >= 0)
        H5Dclose(y);
    if (x >= 0)
        H5Dclose(x);
    return result;
}

static const struct row {
    int which;
    const char *name, *units, *long_name;
} rows_of_a_frame[] = {
    {SEQUENCE, VARIABLE_SEQUENCE, "1", "the device's frame number; a step above 1 is a loss"},
    {FLAGS, VARIABLE_FLAGS, NULL, "what is known about the frame"},
    {CHECKSUM, VARIABLE_CHECKSUM, "1",
     "CRC-32 of time, sequence, flags and packed pressure, little-endian"},
};

static int create_row(struct frame_log *log, hid_t root, const struct row *row, hid_t type)
{
    const struct hdf_dataset spec = {
        .name = row->name, .type = type, .rank = 1, .chunk = {SCALAR_CHUNK}};
    hid_t dataset = log->datasets[row->which] = hdf_dataset_create(root, &spec);
    if (dataset < 0 || text_pair(dataset, row->units, row->long_name) < 0)
        return -1;
    return attach(dataset, &log->datasets[TIME], 1);
}

static int describe_flags(hid_t dataset)
{
    const uint16_t masks[] = {FRAME_GAP_BEFORE, FRAME_SATURATED, FRAME_RESYNCHRONISED,
                              FRAME_INTERPOLATED};
    const hsize_t count = sizeof masks / sizeof masks[0];
    hid_t space = H5Screate_simple(1, &count, NULL);
    hid_t attribute =
        H5Acreate2(dataset, "flag_masks", H5T_STD_U16LE, space, H5P_DEFAULT, H5P_DEFAULT);
    int result = attribute < 0 ? -1 : H5Awrite(attribute, H5T_NATIVE_UINT16, masks);
    if (attribute >= 0)
        H5Aclose(attribute);
    H5Sclose(space);
    if (result < 0)
        return -1;
    return hdf_write_text(dataset, "flag_meanings",
                          "gap_before saturated resynchronised interpolated");
}

static hid_t create_count(hid_t root, const char *name, const char *text)
{
    const struct hdf_dataset spec = {.name = name, .type = H5T_STD_U64LE};
    hid_t dataset = hdf_dataset_create(root, &spec);
    if (dataset < 0 || text_pair(dataset, "1", text) >= 0)
        return dataset;
    H5Dclose(dataset);
    return -1;
}

static int create_counts(struct frame_log *log, hid_t root)
{
    log->committed_dataset =
        create_count(root, VARIABLE_COMMITTED, "frames that are whole in this file");
    log->synced_dataset =
        create_count(root, VARIABLE_SYNCED, "of them so many were handed to the disk at least");
    if (log->committed_dataset < 0 || log->synced_dataset < 0 || frame_log_synced(log, 0) < 0)
        return -1;
    return frame_log_commit(log);
}

static int create_variables(struct frame_log *log, hid_t root, const struct mat_info *mat,
                            bool calibrated)
{
    if (create_time(log, root) < 0 || create_pressure(log, root, mat, calibrated) < 0)
        return -1;
    const hid_t types[] = {H5T_STD_U64LE, H5T_STD_U16LE, H5T_STD_U32LE};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (create_row(log, root, &rows_of_a_frame[i], types[i]) < 0)
            return -1;
    if (describe_flags(log->datasets[FLAGS]) < 0)
        return -1;
    return create_counts(log, root);
}

struct frame_log *frame_log_create(hid_t root, const struct mat_info *mat, bool calibrated)
{
    struct frame_log *log = calloc(1, sizeof *log);
    if (!log)
        return NULL;
    log->chunk = chunk_frames(&mat->geometry);
    log->cells = geometry_cells(&mat->geometry);
    log->rows = mat->geometry.rows;
    log->cols = mat->geometry.cols;
    if (buffers_create(log) < 0 || create_variables(log, root, mat, calibrated) < 0) {
        frame_log_close(log);
        return NULL;
    }
    return log;
}

uint32_t frame_checksum(const struct frame *frame)
{
    const double time_s = seconds_of_us(frame->time_us);
    const uint16_t flags = (uint16_t)frame->flags;
    unsigned char head[sizeof time_s + sizeof frame->sequence + sizeof flags];
    memcpy(head, &time_s, sizeof time_s);
    memcpy(head + sizeof time_s, &frame->sequence, sizeof frame->sequence);
    memcpy(head + sizeof time_s + sizeof frame->sequence, &flags, sizeof flags);
    uint32_t crc = packing_crc32(0, head, sizeof head);
    return packing_crc32(crc, frame->cells,
                         (size_t)frame->rows * frame->cols * sizeof *frame->cells);
}

static void note(struct frame_log *log, size_t i, const struct frame *frame)
{
    log->time[i] = seconds_of_us(frame->time_us);
    log->sequence[i] = frame->sequence;
    log->flags[i] = (uint16_t)frame->flags;
    log->checksum[i] = frame_checksum(frame);
}

int frame_log_append(struct frame_log *log, const struct frame *frame)
{
    size_t i = log->filled++;
    note(log, i, frame);
    memcpy(log->pressure + i * log->cells, frame->cells, log->cells * sizeof *frame->cells);
    if (log->filled < log->chunk)
        return 0;
    return frame_log_flush(log) < 0 ? -1 : 1;
}

static int write_pressure(struct frame_log *log, const struct packed *packed)
{
    const hsize_t sizes[3] = {log->start + log->filled, log->rows, log->cols};
    const hsize_t offset[3] = {log->start, 0, 0};
    hid_t dataset = log->datasets[PRESSURE];
    if (H5Dset_extent(dataset, sizes) < 0)
        return -1;
    return H5Dwrite_chunk(dataset, H5P_DEFAULT, packed->mask, offset, packed->size, packed->bytes);
}

static int write_buffer(struct frame_log *log, const struct packed *packed)
{
    const void *rows[] = {log->time, log->sequence, log->flags, log->checksum};
    const hid_t types[] = {H5T_NATIVE_DOUBLE, H5T_NATIVE_UINT64, H5T_NATIVE_UINT16,
                           H5T_NATIVE_UINT32};
    if (write_pressure(log, packed) < 0)
        return -1;
    for (int i = PRESSURE; i-- > 0;)
        if (hdf_write_rows(log->datasets[i], types[i], log->start, log->filled, rows[i]) < 0)
            return -1;
    log->handed = log->filled;
    if (log->filled == log->chunk) {
        log->start += log->chunk;
        log->filled = log->handed = 0;
    }
    return 0;
}

int frame_log_append_packed(struct frame_log *log, const struct frame *frames,
                            const struct packed *packed)
{
    for (size_t i = 0; i < log->chunk; i++)
        note(log, i, &frames[i]);
    log->filled = log->chunk;
    return write_buffer(log, packed) < 0 ? -1 : 1;
}

int frame_log_flush(struct frame_log *log)
{
    struct packed packed;
    if (log->handed == log->filled)
        return 0;
    size_t missing = (log->chunk - log->filled) * log->cells;
    memset(log->pressure + log->filled * log->cells, FILL_BYTE, missing * sizeof *log->pressure);
    packing_pack(log->packing, log->pressure, &packed);
    return write_buffer(log, &packed);
}

int frame_log_commit(struct frame_log *log)
{
    uint64_t whole = log->start + log->handed;
    if (H5Dwrite(log->committed_dataset, H5T_NATIVE_UINT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, &whole) <
        0)
        return -1;
    if (H5Dflush(log->committed_dataset) < 0)
        return -1;
    log->committed = whole;
    return 0;
}

int frame_log_synced(struct frame_log *log, uint64_t frames)
{
    return H5Dwrite(log->synced_dataset, H5T_NATIVE_UINT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, &frames);
}

size_t frame_log_chunk(const struct frame_log *log)
{
    return log->chunk;
}

size_t frame_log_chunk_bytes(const struct frame_log *log)
{
    return log->chunk * log->cells * sizeof *log->pressure;
}

uint64_t frame_log_waiting(const struct frame_log *log)
{
    return log->start + log->filled - log->committed;
}

uint64_t frame_log_committed(const struct frame_log *log)
{
    return log->committed;
}

void frame_log_close(struct frame_log *log)
{
    if (!log)
        return;
    for (int i = 0; i < VARIABLES; i++)
        if (log->datasets[i] > 0)
            H5Dclose(log->datasets[i]);
    if (log->committed_dataset > 0)
        H5Dclose(log->committed_dataset);
    if (log->synced_dataset > 0)
        H5Dclose(log->synced_dataset);
    packing_destroy(log->packing);
    free(log->time);
    free(log->sequence);
    free(log->flags);
    free(log->checksum);
    free(log->pressure);
    free(log);
}
