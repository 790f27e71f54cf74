#include "bench_mat.h"

#include "bench_clock.h"
#include "tools/simulate/device.h"

#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <zlib.h>

#define PITCH_MM  12.0
#define CHUNK     65536
#define START     0x11
#define WAIT_MS   100
#define PATIENT_S 0.5 /* how long a write may wait for room */

struct bench_mat {
    int master, slave;
    char path[64];
    uint8_t *bytes;
    size_t size, capacity;
    size_t *ends; /* [count] of each frame's packets in bytes */
    size_t count;
    double rate_hz;
    _Atomic double *written_s; /* [count] */
    double *late_s;            /* [count] */
    _Atomic uint64_t played, refused;
    atomic_bool stopped;
};

/* "start" as the host sends it: COBS over type, rate 0 and CRC. */
static size_t start_packet(uint8_t out[16])
{
    uint8_t plain[9] = {START};
    uint32_t crc = (uint32_t)crc32(0, plain, 5);
    memcpy(plain + 5, &crc, sizeof crc);
    size_t code = 0, at = 1;
    for (size_t i = 0; i < sizeof plain; i++)
        if (plain[i]) {
            out[at++] = plain[i];
        } else {
            out[code] = (uint8_t)(at - code);
            code = at++;
        }
    out[code] = (uint8_t)(at - code);
    out[at++] = 0;
    return at;
}

static void take_output(struct bench_mat *mat, struct device *device)
{
    size_t got;
    do {
        if (mat->capacity - mat->size < CHUNK) {
            mat->capacity = 2 * mat->capacity + CHUNK;
            mat->bytes = realloc(mat->bytes, mat->capacity);
        }
        got = device_output(device, mat->bytes + mat->size, CHUNK);
        mat->size += got;
    } while (got);
}

static bool packets_make(struct bench_mat *mat, unsigned side, double duration_s)
{
    struct simulation_options options = {.duration_s = duration_s,
                                         .rows = (uint16_t)side,
                                         .cols = (uint16_t)side,
                                         .pitch_mm = PITCH_MM,
                                         .rate_hz = mat->rate_hz};
    struct failure failure;
    struct simulation *simulation = simulation_create("roller-knots", 1, &options, &failure);
    struct device *device = simulation ? device_create(simulation, "rollscope", &failure) : NULL;
    if (!device) {
        fprintf(stderr, "%s\n", failure.text);
        return false;
    }
    uint8_t start[16];
    size_t most = (size_t)(duration_s * mat->rate_hz) + 16;
    int64_t due_us;
    mat->ends = calloc(most, sizeof *mat->ends);
    mat->written_s = calloc(most, sizeof *mat->written_s);
    mat->late_s = calloc(most, sizeof *mat->late_s);
    device_receive(device, start, start_packet(start));
    while (mat->count < most && device_due_us(device, &due_us) == 1) {
        device_scan(device);
        take_output(mat, device);
        mat->ends[mat->count++] = mat->size;
    }
    device_destroy(device);
    return mat->count > 0;
}

static bool terminal_open(struct bench_mat *mat)
{
    struct termios settings;
    mat->master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
    if (mat->master < 0 || grantpt(mat->master) || unlockpt(mat->master) ||
        ptsname_r(mat->master, mat->path, sizeof mat->path))
        return false;
    mat->slave = open(mat->path, O_RDWR | O_NOCTTY);
    if (mat->slave < 0 || tcgetattr(mat->slave, &settings))
        return false;
    cfmakeraw(&settings);
    return !tcsetattr(mat->slave, TCSANOW, &settings);
}

struct bench_mat *bench_mat_create(unsigned side, double rate_hz, double duration_s)
{
    struct bench_mat *mat = calloc(1, sizeof *mat);
    mat->rate_hz = rate_hz;
    return packets_make(mat, side, duration_s) && terminal_open(mat) ? mat : NULL;
}

const char *bench_mat_path(const struct bench_mat *mat)
{
    return mat->path;
}

/* @return true when the host said something */
static bool host_waits(struct bench_mat *mat, int timeout_ms)
{
    struct pollfd poller = {.fd = mat->master, .events = POLLIN};
    uint8_t said[256];
    return poll(&poller, 1, timeout_ms) > 0 && read(mat->master, said, sizeof said) > 0;
}

static bool write_whole(struct bench_mat *mat, const uint8_t *bytes, size_t size)
{
    double until_s = clock_wall_s() + PATIENT_S;
    while (size > 0) {
        struct pollfd poller = {.fd = mat->master, .events = POLLOUT};
        ssize_t sent = write(mat->master, bytes, size);
        if (sent > 0) {
            bytes += sent;
            size -= (size_t)sent;
        } else if (clock_wall_s() > until_s || poll(&poller, 1, WAIT_MS) < 0) {
            return false;
        }
    }
    return true;
}

static void sleep_until(double time_s)
{
    struct timespec until = {.tv_sec = (time_t)time_s};
    until.tv_nsec = (long)((time_s - (double)until.tv_sec) * 1e9);
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

void bench_mat_play(struct bench_mat *mat)
{
    while (!mat->stopped && !host_waits(mat, WAIT_MS))
        ;
    double begun_s = clock_wall_s();
    for (size_t i = 0; i < mat->count && !mat->stopped; i++) {
        size_t from = i ? mat->ends[i - 1] : 0;
        sleep_until(begun_s + (double)i / mat->rate_hz);
        mat->late_s[i] = clock_wall_s() - (begun_s + (double)i / mat->rate_hz);
        if (!write_whole(mat, mat->bytes + from, mat->ends[i] - from))
            mat->refused++;
        mat->written_s[i] = clock_wall_s();
        mat->played++;
        host_waits(mat, 0);
    }
}

void bench_mat_stop(struct bench_mat *mat)
{
    mat->stopped = true;
}

double bench_mat_written_s(const struct bench_mat *mat, uint64_t frame)
{
    return frame < mat->count ? mat->written_s[frame] : 0;
}

double bench_mat_late_s(const struct bench_mat *mat, uint64_t frame)
{
    return frame < mat->count ? mat->late_s[frame] : 0;
}

uint64_t bench_mat_frames(const struct bench_mat *mat)
{
    return mat->played;
}

uint64_t bench_mat_refused(const struct bench_mat *mat)
{
    return mat->refused;
}
