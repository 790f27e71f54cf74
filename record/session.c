#include "frame_log.h"
#include "hdf_apart.h"
#include "hdf_file.h"
#include "session_parts.h"

#include <stdlib.h>
#include <string.h>

#define REHEARSAL_S       20
#define REHEARSAL_BYTES_S 500000

static int open_column(struct session *session, const char *name, hid_t *dataset,
                       struct failure *failure)
{
    hsize_t length = 0;
    if (H5Lexists(session->file, name, H5P_DEFAULT) <= 0)
        return STATUS_OK;
    *dataset = hdf_open_dataset(session->file, name, failure);
    if (*dataset < 0)
        return (int)*dataset;
    if (hdf_number_class(*dataset, NULL) != H5T_INTEGER || hdf_shape(*dataset, 1, &length) < 0)
        return failure_set(failure, STATUS_FORMAT, "%s must be whole numbers of rank 1", name);
    if (!session->about.closed)
        session->frames = length < session->frames ? length : session->frames;
    else if (length != session->frames && length != session->time.length)
        return failure_set(failure, STATUS_FORMAT, "%s has %llu values, time %llu", name,
                           (unsigned long long)length, (unsigned long long)session->time.length);
    return hdf_check_storage(*dataset, name, failure);
}

/* Makes `frames` what a count in the file says, where that is less. */
static void respect(const struct session *session, const char *name, uint64_t *frames)
{
    uint64_t count = 0;
    if (!session->own || H5Lexists(session->file, name, H5P_DEFAULT) <= 0)
        return;
    hid_t dataset = hdf_open_dataset(session->file, name, NULL);
    if (dataset < 0)
        return;
    hid_t space = H5Dget_space(dataset);
    bool scalar = H5Sget_simple_extent_npoints(space) == 1;
    H5Sclose(space);
    if (scalar && H5Dread(dataset, H5T_NATIVE_UINT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, &count) >= 0 &&
        count < *frames)
        *frames = count;
    H5Dclose(dataset);
}

/* What a power cut left may have fewer times than frames were committed. */
static int check_times(struct session *session, struct failure *failure)
{
    session->time.tolerant = session->checksum_dataset <= 0;
    int status = time_axis_check(&session->time, session->frames, failure);
    if (status != STATUS_FORMAT || session->about.closed || session->synced == session->frames)
        return status;
    session->frames = session->synced;
    return time_axis_check(&session->time, session->frames, failure);
}

static int open_lengths(struct session *session, struct failure *failure)
{
    uint64_t times = session->time.length, pressures = session->cells.length;
    if (session->about.closed && times != pressures)
        return failure_set(failure, STATUS_FORMAT, "time has %llu values, pressure %llu frames",
                           (unsigned long long)times, (unsigned long long)pressures);
    session->frames = times < pressures ? times : pressures;
    int status = open_column(session, VARIABLE_SEQUENCE, &session->sequence_dataset, failure);
    if (status == STATUS_OK)
        status = open_column(session, VARIABLE_FLAGS, &session->flags_dataset, failure);
    if (status == STATUS_OK && session->own)
        status = open_column(session, VARIABLE_CHECKSUM, &session->checksum_dataset, failure);
    session->stored = session->frames;
    if (status == STATUS_OK)
        respect(session, VARIABLE_COMMITTED, &session->frames);
    session->synced = session->frames;
    if (status == STATUS_OK && !session->about.closed)
        respect(session, VARIABLE_SYNCED, &session->synced);
    return status;
}

static int allocate(struct session *session, struct failure *failure)
{
    size_t block = session->cells.block;
    size_t cells = block * geometry_cells(&session->about.mat.geometry);
    session->times_us = calloc(block, sizeof *session->times_us);
    session->sequence = calloc(block, sizeof *session->sequence);
    session->flags = calloc(block, sizeof *session->flags);
    session->counts = calloc(cells, sizeof *session->counts);
    session->checksums = calloc(block, sizeof *session->checksums);
    if (session->times_us && session->sequence && session->flags && session->counts &&
        session->checksums)
        return STATUS_OK;
    return failure_set(failure, STATUS_MEMORY, "out of memory");
}

static int open_all(struct session *session, struct failure *failure)
{
    session->file = hdf_file_open(session->path, failure);
    if (session->file < 0)
        return (int)session->file;
    int status = about_read(session->file, &session->about, &session->own, failure);
    if (status == STATUS_OK)
        status = time_axis_open(&session->time, session->file, failure);
    if (status == STATUS_OK)
        status = cells_open(&session->cells, session->file, &session->about.mat.geometry, failure);
    session->about.calibrated = session->cells.calibrated;
    if (status == STATUS_OK)
        status = about_read_calibration(session->file, &session->calibration, failure);
    session->about.calibration_text = session->calibration;
    if (status == STATUS_OK)
        status = open_lengths(session, failure);
    if (status == STATUS_OK)
        status = check_times(session, failure);
    if (status == STATUS_OK)
        status =
            cells_scan(&session->cells, session->frames, &session->about.mat.geometry, failure);
    return status == STATUS_OK ? allocate(session, failure) : status;
}

static struct session *session_create(const char *path)
{
    struct session *session = calloc(1, sizeof *session);
    if (session)
        strcpy(session->path, path);
    return session;
}

static int rehearse(void *path, void *answer, size_t size)
{
    struct failure *failure = answer;
    struct frame frame;
    struct session *session = size == sizeof *failure ? session_create(path) : NULL;
    if (!session)
        return -1;
    if (open_all(session, failure) == STATUS_OK)
        while (session_read(session, &frame, failure) == 1)
            continue;
    return 0;
}

static int check_apart(struct session *session, struct failure *failure)
{
    struct hdf_probe probe;
    int status = hdf_probe(session->path, &probe, failure);
    if (status < 0 || probe.checksummed)
        return status;
    unsigned limit_s = REHEARSAL_S + (unsigned)(probe.size / REHEARSAL_BYTES_S);
    if (hdf_apart(rehearse, session->path, failure, sizeof *failure, limit_s) < 0)
        return failure_set(failure, STATUS_FORMAT, "is damaged: HDF5 fails in reading it");
    return failure->status;
}

int session_open(struct session **session, const char *path, struct failure *failure)
{
    struct failure unsaid;
    *session = NULL;
    if (strlen(path) >= PATH_MAX)
        return failure_set(failure, STATUS_ARGUMENT, "%.80s...: the name is too long", path);
    struct session *new = session_create(path);
    if (!new)
        return failure_set(failure, STATUS_MEMORY, "%s: out of memory", path);
    failure = failure ? failure : &unsaid;
    *failure = (struct failure){.status = STATUS_OK};
    if (check_apart(new, failure) < 0 || open_all(new, failure) < 0) {
        session_close(new);
        return failure_at(failure, path);
    }
    *session = new;
    return STATUS_OK;
}

bool session_check(struct session *session)
{
    session->check = true;
    session->present = 0;
    return session->checksum_dataset > 0;
}

bool session_skim(struct session *session)
{
    session->present = 0;
    session->skim = session->flags_dataset > 0 || !session->cells.has_most;
    return session->skim;
}

void session_count_from_start(struct session *session)
{
    session->from_origin = true;
}

const struct session_about *session_about(const struct session *session)
{
    return &session->about;
}

uint64_t session_frames(const struct session *session)
{
    return session->frames;
}

double session_duration_s(const struct session *session)
{
    if (session->frames == 0)
        return 0;
    return (double)(session->time.last_us - session->time.first_us) / 1e6;
}

static int load_columns(struct session *session, uint64_t first, size_t count,
                        struct failure *failure)
{
    hdf_begin();
    if (session->sequence_dataset > 0) {
        if (hdf_read_rows(session->sequence_dataset, H5T_NATIVE_UINT64, first, count,
                          session->sequence) < 0)
            return hdf_failure(failure, "sequence cannot be read");
    } else {
        for (size_t i = 0; i < count; i++)
            session->sequence[i] = first + i;
    }
    if (session->flags_dataset > 0 &&
        hdf_read_rows(session->flags_dataset, H5T_NATIVE_UINT16, first, count, session->flags) < 0)
        return hdf_failure(failure, "flags cannot be read");
    if (session->check && session->checksum_dataset > 0 &&
        hdf_read_rows(session->checksum_dataset, H5T_NATIVE_UINT32, first, count,
                      session->checksums) < 0)
        return hdf_failure(failure, "checksums cannot be read");
    return STATUS_OK;
}

static void flag_saturated(struct session *session, size_t count)
{
    const struct geometry *geometry = &session->about.mat.geometry;
    size_t cells = geometry_cells(geometry);
    for (size_t i = 0; i < count; i++) {
        uint16_t most = 0;
        for (size_t j = 0; j < cells; j++)
            most = session->counts[i * cells + j] > most ? session->counts[i * cells + j] : most;
        session->flags[i] = most >= geometry->full_scale ? FRAME_SATURATED : 0;
    }
}

static int load(struct session *session, uint64_t index, struct failure *failure)
{
    size_t block = session->cells.block;
    uint64_t first = index - index % block, left = session->frames - first;
    size_t count = left < block ? (size_t)left : block;
    session->present = 0;
    int status = time_axis_read(&session->time, first, count, session->times_us, failure);
    if (status == STATUS_OK)
        status = load_columns(session, first, count, failure);
    if (status == STATUS_OK && !session->skim)
        status = cells_read(&session->cells, first, count, session->counts, failure);
    if (status < 0)
        return status;
    if (session->flags_dataset <= 0 && session->cells.has_most)
        flag_saturated(session, count);
    session->first = first;
    session->present = count;
    return STATUS_OK;
}

static bool matches(const struct session *session, size_t i, const struct frame *frame)
{
    return session->skim || !session->check || session->checksum_dataset <= 0 ||
           session->checksums[i] == frame_checksum(frame);
}

int session_read(struct session *session, struct frame *frame, struct failure *failure)
{
    const struct geometry *geometry = &session->about.mat.geometry;
    struct failure unsaid;
    failure = failure ? failure : &unsaid;
    if (session->next >= session->frames)
        return STATUS_END;
    if (session->next - session->first >= session->present) {
        if (load(session, session->next, failure) < 0)
            return failure_at(failure, session->path);
    }
    size_t i = (size_t)(session->next - session->first);
    const uint16_t *cells = session->counts + i * geometry_cells(geometry);
    *frame = (struct frame){.number = session->next++,
                            .sequence = session->sequence[i],
                            .time_us = session->times_us[i],
                            .flags = session->flags[i],
                            .rows = geometry->rows,
                            .cols = geometry->cols,
                            .cells = session->skim ? NULL : cells};
    if (!matches(session, i, frame))
        return failure_set(failure, STATUS_FORMAT, "%s: frame %llu does not match its checksum",
                           session->path, (unsigned long long)frame->number);
    return 1;
}

uint64_t session_moved(const struct session *session)
{
    return session->time.moved;
}

int session_seek(struct session *session, uint64_t index, struct failure *failure)
{
    if (index > session->frames)
        return failure_set(failure, STATUS_ARGUMENT, "%s: has %llu frames, not %llu", session->path,
                           (unsigned long long)session->frames, (unsigned long long)index);
    session->next = index;
    return STATUS_OK;
}

void session_close(struct session *session)
{
    if (!session)
        return;
    time_axis_close(&session->time);
    cells_close(&session->cells);
    if (session->sequence_dataset > 0)
        H5Dclose(session->sequence_dataset);
    if (session->flags_dataset > 0)
        H5Dclose(session->flags_dataset);
    if (session->checksum_dataset > 0)
        H5Dclose(session->checksum_dataset);
    if (session->file > 0)
        H5Fclose(session->file);
    free(session->times_us);
    free(session->sequence);
    free(session->flags);
    free(session->counts);
    free(session->checksums);
    free(session->calibration);
    free(session);
}
