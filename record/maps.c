#include "maps.h"

#include "frame_log.h"
#include "packing.h"

#include <hdf5_hl.h>
#include <stdlib.h>
#include <string.h>

#define MAPS_GROUP "maps"
#define DURATION   "duration"
#define CHECKSUM   "checksum"

static const struct {
    const char *name, *text;
} described[SESSION_MAP_COUNT] = {
    [SESSION_MAP_STATIC] = {"static", "load that rests, below 0.1 Hz: where was pressed"},
    [SESSION_MAP_MOVING] = {"moving", "load that comes and goes, to 4 Hz: where was stroked"},
    [SESSION_MAP_FAST] = {"fast", "load above 4 Hz: where it trembled or vibrated"},
};

static uint32_t checksum_of(const struct session_maps *maps, size_t cells)
{
    uint32_t crc = 0;
    for (int i = 0; i < SESSION_MAP_COUNT; i++)
        crc = packing_crc32(crc, maps->kpa[i], cells * sizeof *maps->kpa[i]);
    return packing_crc32(crc, &maps->duration_s, sizeof maps->duration_s);
}

static uint32_t checksum_of_nothing(size_t cells)
{
    static const float none[64];
    const double duration_s = 0;
    uint32_t crc = 0;
    for (size_t left = SESSION_MAP_COUNT * cells, count; left > 0; left -= count) {
        count = left < sizeof none / sizeof none[0] ? left : sizeof none / sizeof none[0];
        crc = packing_crc32(crc, none, count * sizeof none[0]);
    }
    return packing_crc32(crc, &duration_s, sizeof duration_s);
}

static hid_t create_map(hid_t group, int which, const hid_t axes[2])
{
    struct hdf_dataset spec = {.name = described[which].name, .type = H5T_IEEE_F32LE, .rank = 2};
    for (int i = 0; i < 2; i++)
        if (hdf_shape(axes[i], 1, &spec.sizes[i]) < 0)
            return -1;
    hid_t dataset = hdf_dataset_create(group, &spec);
    if (dataset < 0 || hdf_write_text(dataset, "units", "kPa") < 0 ||
        hdf_write_text(dataset, "long_name", described[which].text) < 0 ||
        hdf_write_text(dataset, "cell_methods", "time: root_mean_square") < 0 ||
        H5DSattach_scale(dataset, axes[0], 0) < 0 || H5DSattach_scale(dataset, axes[1], 1) < 0) {
        if (dataset >= 0)
            H5Dclose(dataset);
        return -1;
    }
    return dataset;
}

static hid_t create_scalar(hid_t group, const struct hdf_dataset *spec, const char *units,
                           const char *text)
{
    hid_t dataset = hdf_dataset_create(group, spec);
    if (dataset >= 0 && (hdf_write_text(dataset, "units", units) < 0 ||
                         hdf_write_text(dataset, "long_name", text) < 0)) {
        H5Dclose(dataset);
        return -1;
    }
    return dataset;
}

static bool create_scalars(struct map_log *log, hid_t group)
{
    const struct hdf_dataset duration = {.name = DURATION, .type = H5T_IEEE_F64LE};
    const struct hdf_dataset checksum = {.name = CHECKSUM, .type = H5T_STD_U32LE};
    log->duration = create_scalar(group, &duration, "s", "time that the maps cover");
    log->checksum = create_scalar(group, &checksum, "1",
                                  "CRC-32 of static, moving, fast and duration, little-endian");
    return log->duration >= 0 && log->checksum >= 0;
}

static size_t map_cells(const hid_t axes[2])
{
    hsize_t sizes[2] = {0};
    for (int i = 0; i < 2; i++)
        hdf_shape(axes[i], 1, &sizes[i]);
    return (size_t)(sizes[0] * sizes[1]);
}

static int write_checksum(const struct map_log *log, uint32_t crc)
{
    return H5Dwrite(log->checksum, H5T_NATIVE_UINT32, H5S_ALL, H5S_ALL, H5P_DEFAULT, &crc);
}

int map_log_create(struct map_log *log, hid_t root, hid_t place)
{
    *log = (struct map_log){.duration = 0};
    const hid_t axes[2] = {H5Dopen2(root, VARIABLE_Y, H5P_DEFAULT),
                           H5Dopen2(root, VARIABLE_X, H5P_DEFAULT)};
    hid_t group = hdf_group_create(place, MAPS_GROUP);
    bool good = group >= 0 && axes[0] >= 0 && axes[1] >= 0;
    for (int i = 0; i < SESSION_MAP_COUNT && good; i++) {
        log->maps[i] = create_map(group, i, axes);
        good = log->maps[i] >= 0;
    }
    log->cells = good ? map_cells(axes) : 0;
    good = good && create_scalars(log, group) &&
           write_checksum(log, checksum_of_nothing(log->cells)) >= 0;
    for (int i = 0; i < 2; i++)
        if (axes[i] >= 0)
            H5Dclose(axes[i]);
    if (group >= 0)
        H5Gclose(group);
    return good ? 0 : -1;
}

int map_log_write(const struct map_log *log, const struct session_maps *maps)
{
    const uint32_t crc = checksum_of(maps, log->cells);
    for (int i = 0; i < SESSION_MAP_COUNT; i++)
        if (H5Dwrite(log->maps[i], H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, maps->kpa[i]) <
            0)
            return -1;
    if (H5Dwrite(log->duration, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT,
                 &maps->duration_s) < 0)
        return -1;
    return write_checksum(log, crc);
}

void map_log_close(struct map_log *log)
{
    for (int i = 0; i < SESSION_MAP_COUNT; i++)
        if (log->maps[i] > 0)
            H5Dclose(log->maps[i]);
    if (log->duration > 0)
        H5Dclose(log->duration);
    if (log->checksum > 0)
        H5Dclose(log->checksum);
    *log = (struct map_log){.duration = 0};
}

/* What is read: a map, or a single number. */
struct wanted {
    const char *name;
    int rank;
    hsize_t sizes[2];
    H5T_class_t kind;
    hid_t type;
};

static int read_numbers(hid_t group, const struct wanted *wanted, void *numbers,
                        struct failure *failure)
{
    hsize_t found[2] = {0};
    hid_t dataset = hdf_open_dataset(group, wanted->name, failure);
    if (dataset < 0)
        return failure->status;
    int result = 0;
    if (hdf_number_class(dataset, NULL) != wanted->kind ||
        hdf_shape(dataset, wanted->rank, found) < 0 ||
        memcmp(found, wanted->sizes, (size_t)wanted->rank * sizeof *found) != 0)
        result = failure_set(failure, STATUS_FORMAT, "/%s/%s has the wrong shape", MAPS_GROUP,
                             wanted->name);
    else if (H5Dread(dataset, wanted->type, H5S_ALL, H5S_ALL, H5P_DEFAULT, numbers) < 0)
        result = hdf_failure(failure, MAPS_GROUP " cannot be read");
    H5Dclose(dataset);
    return result;
}

/* @return 1 when the maps are what was written together, or have no checksum that could tell; 0
   when not, or negative */
static int are_whole(hid_t group, struct session_maps *maps, size_t cells, struct failure *failure)
{
    const struct wanted checksum = {
        .name = CHECKSUM, .kind = H5T_INTEGER, .type = H5T_NATIVE_UINT32};
    uint32_t crc = 0;
    htri_t there = H5Lexists(group, CHECKSUM, H5P_DEFAULT);
    maps->unproven = there == 0;
    if (there <= 0)
        return there < 0 ? hdf_failure(failure, MAPS_GROUP " cannot be read") : 1;
    int status = read_numbers(group, &checksum, &crc, failure);
    return status < 0 ? status : crc == checksum_of(maps, cells);
}

static int read_group(hid_t group, struct session_maps *maps, const struct geometry *geometry,
                      struct failure *failure)
{
    const struct wanted duration = {.name = DURATION, .kind = H5T_FLOAT, .type = H5T_NATIVE_DOUBLE};
    size_t cells = geometry_cells(geometry);
    int status = read_numbers(group, &duration, &maps->duration_s, failure);
    if (status < 0)
        return status;
    maps->kpa[0] = calloc(SESSION_MAP_COUNT * cells, sizeof(float));
    if (!maps->kpa[0])
        return failure_set(failure, STATUS_MEMORY, "out of memory");
    for (int i = 0; i < SESSION_MAP_COUNT && status >= 0; i++) {
        const struct wanted map = {.name = described[i].name,
                                   .rank = 2,
                                   .sizes = {geometry->rows, geometry->cols},
                                   .kind = H5T_FLOAT,
                                   .type = H5T_NATIVE_FLOAT};
        maps->kpa[i] = maps->kpa[0] + (size_t)i * cells;
        status = read_numbers(group, &map, maps->kpa[i], failure);
    }
    return status < 0 ? status : are_whole(group, maps, cells, failure);
}

int maps_read(hid_t place, const struct geometry *geometry, bool whole, struct session_maps *maps,
              struct failure *failure)
{
    *maps = (struct session_maps){.duration_s = 0};
    hid_t group = hdf_open_group(place, MAPS_GROUP);
    if (group <= 0)
        return 0;
    int status = read_group(group, maps, geometry, failure);
    H5Gclose(group);
    if (status == 0 && whole)
        status = failure_set(failure, STATUS_FORMAT, "/" MAPS_GROUP " does not match its checksum");
    if (status == 1 && !(maps->duration_s > 0))
        status = 0;
    if (status <= 0)
        session_maps_free(maps);
    return status;
}

void session_maps_free(struct session_maps *maps)
{
    free(maps->kpa[0]);
    *maps = (struct session_maps){.duration_s = 0};
}
