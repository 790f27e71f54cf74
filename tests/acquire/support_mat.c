#include "support_mat.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum { BASE = 200, DEVICE_PERIOD_US = 10000 };

unsigned scan_number(const uint16_t *cells)
{
    return (cells[0] - 1u) + BASE * (cells[1] - 1u);
}

void scan_make(unsigned number, uint16_t *cells, size_t count)
{
    for (unsigned i = 0; i < count; i++)
        cells[i] = (uint16_t)((number + i) % 3 ? 0 : 1 + (31 * number + 17 * i) % BASE);
    cells[0] = (uint16_t)(1 + number % BASE);
    cells[1] = (uint16_t)(1 + number / BASE);
}

static void scan(struct fake_mat *mat)
{
    uint16_t cells[64];
    scan_make(atomic_load(&mat->scans), cells, sizeof cells / sizeof cells[0]);
    const struct decoded_frame frame = {.rows = mat->setup.info.geometry.rows,
                                        .cols = mat->setup.info.geometry.cols,
                                        .cells = cells,
                                        .sequence = mat->sequence,
                                        .device_us = mat->device_us};
    if (!emulator_scan(mat->emulator, &frame))
        return;
    if (atomic_load(&mat->twice))
        emulator_scan(mat->emulator, &frame);
    mat->sequence++;
    mat->device_us += DEVICE_PERIOD_US;
    atomic_fetch_add(&mat->scans, 1);
}

static void power_cycle(struct fake_mat *mat)
{
    emulator_restart(mat->emulator);
    mat->sequence = 0;
    mat->device_us = 500;
}

static unsigned draw(struct fake_mat *mat, unsigned below)
{
    mat->seed = mat->seed * 1664525u + 1013904223u;
    return (unsigned)((uint64_t)(mat->seed >> 8) * below >> 24);
}

/* The bytes [size] of the scan made last, and what goes with it. */
static void spoil(struct fake_mat *mat, uint8_t *bytes, size_t size)
{
    unsigned scan_made = (atomic_load(&mat->scans) - 1) % FAKE_MAT_SCANS;
    for (size_t i = 0; i < size; i++) {
        if (draw(mat, 100) > 0)
            continue;
        bytes[i] ^= (uint8_t)(1 + draw(mat, 255));
        mat->damaged[scan_made] = true;
        mat->cut_short[scan_made] |= i + 1 == size;
    }
}

static void *fake_mat_run(void *argument)
{
    struct fake_mat *mat = argument;
    uint8_t bytes[4096];
    size_t size = 0, at = 0;
    while (!atomic_load(&mat->stop)) {
        struct pollfd waited = {.fd = mat->descriptor,
                                .events = (short)(POLLIN | (at < size ? POLLOUT : 0))};
        bool work = atomic_load(&mat->scans) < atomic_load(&mat->limit) &&
                    emulator_streaming(mat->emulator);
        poll(&waited, 1, at < size ? 10 : work ? 0 : 2);
        if (waited.revents & POLLIN) {
            ssize_t count = read(mat->descriptor, bytes + size, sizeof bytes - size);
            if (count > 0)
                emulator_receive(mat->emulator, bytes + size, (size_t)count);
        }
        if (atomic_exchange(&mat->restart, false))
            power_cycle(mat);
        if (at == size && work)
            scan(mat);
        if (at == size) {
            at = 0;
            size = emulator_output(mat->emulator, bytes, sizeof bytes / 2);
            if (atomic_load(&mat->noisy))
                spoil(mat, bytes, size);
        }
        size_t most = atomic_load(&mat->noisy) ? 1 + draw(mat, mat->chunk_max) : mat->chunk_max;
        size_t piece = size - at < most ? size - at : most;
        ssize_t written = piece ? write(mat->descriptor, bytes + at, piece) : 0;
        at += written > 0 ? (size_t)written : 0;
        atomic_fetch_add(&mat->sent, written > 0 ? (size_t)written : 0);
    }
    return NULL;
}

void fake_mat_start(struct fake_mat *mat, int descriptor, const char *protocol, unsigned limit)
{
    char text[256];
    snprintf(text, sizeof text, "pty:x?protocol=%s", protocol);
    struct address address;
    assert_int_equal(address_parse(&address, text, NULL), STATUS_OK);
    const struct protocol *spoken = protocol_find(address_get(&address, "protocol", ""));
    *mat = (struct fake_mat){.descriptor = descriptor, .chunk_max = 61};
    assert_int_equal(mat_setup_make(&mat->setup, spoken, &address, NULL), STATUS_OK);
    fcntl(descriptor, F_SETFL, O_NONBLOCK);
    mat->emulator = emulator_create(spoken, &mat->setup);
    assert_non_null(mat->emulator);
    atomic_init(&mat->limit, limit);
    assert_int_equal(pthread_create(&mat->thread, NULL, fake_mat_run, mat), 0);
}

void fake_mat_stop(struct fake_mat *mat)
{
    atomic_store(&mat->stop, true);
    pthread_join(mat->thread, NULL);
    emulator_destroy(mat->emulator);
}

int loopback_listen(int *port)
{
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof name;
    assert_int_equal(bind(listener, (struct sockaddr *)&name, size), 0);
    assert_int_equal(listen(listener, 4), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&name, &size), 0);
    *port = ntohs(name.sin_port);
    return listener;
}
