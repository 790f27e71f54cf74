/* How fast sessions are written, read, checked and recovered, and how large they are. Processor
 * time of one thread; the reading is also done by HDF5 alone. argv[1]: a folder to write in.
 * argv[2]: nothing is measured, a session of ten hours is written there. */
#include "bench_clock.h"
#include "record/record.h"

#include <hdf5.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { SCENES = 128 };

struct job {
    uint16_t side;
    double rate_hz;
    uint64_t frames;
    const char *name;
};

static const struct job jobs[] = {
    {32, 100, 360000, "32 x 32 cells, 100 Hz, one hour"},
    {64, 1000, 20000, "64 x 64 cells, 1000 Hz, 20 s"},
};

/* A roller that wanders, 12 bit, noise of a third of a percent of full scale where it is pressed.
 */
static uint16_t *scenes_make(uint16_t side)
{
    uint16_t *cells = calloc((size_t)SCENES * side * side, sizeof *cells);
    unsigned seed = 1;
    for (int i = 0; cells && i < SCENES; i++)
        for (int y = 0; y < side; y++)
            for (int x = 0; x < side; x++) {
                double far = (x - side / 2.0 - side / 4.0 * sin(i * 2 * M_PI / SCENES)) / 1.5;
                double noise = rand_r(&seed) % 14;
                cells[(i * side + y) * side + x] =
                    (uint16_t)(1800 * exp(-far * far) + (fabs(far) < 4 ? noise : noise / 5));
            }
    return cells;
}

static void expect(int status, const struct failure *failure)
{
    if (status >= 0 || status == STATUS_END)
        return;
    fprintf(stderr, "%s\n", failure->text);
    exit(EXIT_FAILURE);
}

static double write_session(const struct job *job, const char *path, const uint16_t *cells)
{
    struct recorder *recorder;
    struct failure failure;
    const struct recorder_options options = {.swmr = true};
    const struct session_about about = {
        .mat.geometry = {job->side, job->side, 8, 8, job->rate_hz, 0.05, 0, 4095}};
    double begin_s = clock_cpu_s();
    expect(recorder_open(&recorder, path, &about, NULL, &options, &failure), &failure);
    for (uint64_t i = 0; i < job->frames; i++) {
        const struct frame frame = {.number = i,
                                    .sequence = i,
                                    .time_us = 1800000000000000 +
                                               (int64_t)((double)i * 1e6 / job->rate_hz),
                                    .rows = job->side,
                                    .cols = job->side,
                                    .cells = cells + i % SCENES * job->side * job->side};
        expect(recorder_frame(recorder, &frame, &failure), &failure);
    }
    expect(recorder_close(recorder, &failure), &failure);
    return clock_cpu_s() - begin_s;
}

static double read_session(const char *path, bool check, double *open_s)
{
    struct session *session;
    struct failure failure;
    struct frame frame;
    double begin_s = clock_cpu_s();
    expect(session_open(&session, path, &failure), &failure);
    *open_s = clock_cpu_s() - begin_s;
    if (check)
        session_check(session);
    int status;
    while ((status = session_read(session, &frame, &failure)) == 1)
        continue;
    expect(status, &failure);
    session_close(session);
    return clock_cpu_s() - begin_s;
}

static double read_with_hdf5(const struct job *job, const char *path)
{
    const hsize_t count[3] = {64, job->side, job->side};
    uint16_t *cells = calloc(count[0] * count[1] * count[2], sizeof *cells);
    double begin_s = clock_cpu_s();
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    hid_t dataset = H5Dopen2(file, "pressure", H5P_DEFAULT);
    hid_t space = H5Dget_space(dataset), memory = H5Screate_simple(3, count, NULL);
    for (hsize_t first = 0; first + count[0] <= job->frames; first += count[0]) {
        const hsize_t start[3] = {first, 0, 0};
        H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL);
        H5Dread(dataset, H5T_NATIVE_UINT16, memory, space, H5P_DEFAULT, cells);
    }
    H5Sclose(memory);
    H5Sclose(space);
    H5Dclose(dataset);
    H5Fclose(file);
    free(cells);
    return clock_cpu_s() - begin_s;
}

static double recover(const char *path)
{
    struct recovery recovery;
    struct failure failure;
    const int32_t open = 0;
    hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    hid_t closed = H5Aopen(file, "closed", H5P_DEFAULT);
    H5Awrite(closed, H5T_NATIVE_INT32, &open);
    H5Aclose(closed);
    H5Fclose(file);
    double begin_s = clock_cpu_s();
    expect(session_recover(path, &recovery, &failure), &failure);
    return clock_cpu_s() - begin_s;
}

static void measure(const struct job *job, const char *path)
{
    uint16_t *cells = scenes_make(job->side);
    double frames = (double)job->frames, real_s = frames / job->rate_hz, open_s;
    if (!cells)
        exit(EXIT_FAILURE);
    unlink(path);
    double write_s = write_session(job, path, cells);
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END) < 0)
        exit(EXIT_FAILURE);
    double bytes = (double)ftell(file);
    fclose(file);
    double read_s = read_session(path, false, &open_s), alone_s = read_with_hdf5(job, path);
    double check_s = read_session(path, true, &open_s), recover_s = recover(path);
    printf("| %s | result | against |\n| --- | --- | --- |\n", job->name);
    printf("| size | %.0f bytes a frame | raw %d: %.2f x smaller |\n", bytes / frames,
           2 * job->side * job->side, 2 * job->side * job->side * frames / bytes);
    printf("| write | %.0f frames/s, %.1f %% of a core | real time: %.0f x |\n", frames / write_s,
           100 * write_s / real_s, real_s / write_s);
    printf("| open | %.0f ms | |\n", 1e3 * open_s);
    printf("| read | %.0f frames/s | HDF5 alone: %.2f x its time |\n", frames / read_s,
           read_s / alone_s);
    printf("| read with checksums | %.0f frames/s | real time: %.0f x |\n", frames / check_s,
           real_s / check_s);
    printf("| recover | %.0f frames/s | real time: %.0f x |\n\n", frames / recover_s,
           real_s / recover_s);
    unlink(path);
    free(cells);
}

/* Ten hours, for others to measure. */
static void make(const char *path)
{
    const struct job job = {32, 10, 360000, "ten hours"};
    uint16_t *cells = scenes_make(job.side);
    if (!cells)
        exit(EXIT_FAILURE);
    write_session(&job, path, cells);
    free(cells);
}

int main(int argc, char **argv)
{
    char path[4096];
    if (argc > 2) {
        make(argv[2]);
        return EXIT_SUCCESS;
    }
    snprintf(path, sizeof path, "%s/bench.h5", argc > 1 ? argv[1] : ".");
    for (size_t i = 0; i < sizeof jobs / sizeof jobs[0]; i++)
        measure(&jobs[i], path);
    return EXIT_SUCCESS;
}
