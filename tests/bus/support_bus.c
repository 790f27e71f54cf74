#include "support_bus.h"

#include "bus/sockets.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unistd.h>

#include <cmocka.h>

/* Where ports are looked for, so many at a time. */
#define PORT_LEAST  20000
#define PORT_STEP   10
#define PORT_PLACES 1000

int folder_setup(void **state)
{
    char *folder = strdup("/tmp/rollscope-test-XXXXXX");
    *state = folder;
    return folder && mkdtemp(folder) ? 0 : -1;
}

int folder_teardown(void **state)
{
    char command[160];
    snprintf(command, sizeof command, "rm -rf '%s'", (char *)*state);
    int status = system(command);
    free(*state);
    return status;
}

struct bus_session session_make(const char *id, bool paced)
{
    struct bus_session session = {
        .source = "test:",
        .paced = paced,
        .mat = {.geometry = {.rows = ROWS,
                             .cols = COLS,
                             .pitch_x_mm = 10.1,
                             .pitch_y_mm = 0.3,
                             .rate_hz = 100,
                             .scale_kpa = 1.0 / 3.0,
                             .full_scale = 4095},
                .device = "tester",
                .serial = "s/n \"7\"",
                .protocol = "none"},
    };
    snprintf(session.id, sizeof session.id, "%s", id);
    return session;
}

void frames_push(struct bus_publisher *publisher, unsigned count)
{
    struct bus_publisher_health health;
    for (unsigned i = 0; i < count; i++) {
        bus_publisher_health(publisher, &health);
        uint16_t cells[ROWS * COLS];
        for (unsigned cell = 0; cell < ROWS * COLS; cell++)
            cells[cell] = (uint16_t)(health.next + cell);
        struct frame frame = {.sequence = health.next * 2,
                              .time_us = (int64_t)health.next * 10000 - 5,
                              .flags = FRAME_SATURATED,
                              .rows = ROWS,
                              .cols = COLS,
                              .cells = cells};
        assert_int_equal(bus_publish_frame(publisher, &frame, NULL), 1);
    }
}

void frame_check(const struct frame *frame, uint64_t number)
{
    assert_int_equal(frame->number, number);
    assert_int_equal(frame->sequence, number * 2);
    assert_true(frame->time_us == (int64_t)number * 10000 - 5);
    assert_int_equal(frame->flags, FRAME_SATURATED);
    assert_int_equal(frame->rows, ROWS);
    assert_int_equal(frame->cols, COLS);
    for (unsigned cell = 0; cell < ROWS * COLS; cell++)
        assert_int_equal(frame->cells[cell], (uint16_t)(number + cell));
}

struct bus_publisher *publisher_at(void **state, const char *id, bool paced, uint64_t ring_bytes)
{
    struct bus_session session = session_make(id, paced);
    struct bus_publisher_options options = {.ring_bytes = ring_bytes};
    struct bus_publisher *publisher;
    struct failure failure;
    if (bus_publisher_open(&publisher, *state, &session, &options, &failure))
        fail_msg("%s", failure.text);
    return publisher;
}

struct bus_publisher *publisher_on_network(void **state, char address[32], uint64_t ring_bytes)
{
    struct bus_session session = session_make(SESSION_A, false);
    struct bus_publisher_options options = {.listen = address, .ring_bytes = ring_bytes};
    struct bus_publisher *publisher;
    struct failure failure;
    int base = PORT_LEAST + getpid() % PORT_PLACES * PORT_STEP, status = STATUS_BUSY;
    for (int i = 0; i < PORT_PLACES && status; i++, base += PORT_STEP) {
        snprintf(address, 32, "tcp://127.0.0.1:%d", base);
        status = bus_publisher_open(&publisher, *state, &session, &options, &failure);
    }
    if (status)
        fail_msg("%s", failure.text);
    return publisher;
}

struct bus_reader *reader_of(const char *place, const char *name, uint64_t from)
{
    struct bus_reader_options options = {.name = name, .from = from};
    struct bus_reader *reader;
    assert_int_equal(bus_reader_open(&reader, place, BUS_FRAMES, &options, NULL), STATUS_OK);
    return reader;
}

struct bus_reader *reader_at(void **state, const char *name, uint64_t from)
{
    return reader_of(*state, name, from);
}

/* The next frame, end or loss, with the publisher answering meanwhile. */
int frame_await(struct bus_publisher *publisher, struct bus_reader *reader, struct frame *frame)
{
    struct failure failure;
    for (int64_t until = now_ms() + PATIENCE_MS; now_ms() < until;) {
        int status = bus_read_frame(reader, frame, 1, &failure);
        if (status)
            return status;
        bus_publisher_serve(publisher, 0);
    }
    fail_msg("nothing came");
    return 0;
}

void expect_frames(struct bus_publisher *publisher, struct bus_reader *reader, uint64_t from,
                   uint64_t to)
{
    struct frame frame;
    for (uint64_t number = from; number < to; number++) {
        assert_int_equal(frame_await(publisher, reader, &frame), 1);
        frame_check(&frame, number);
    }
}

void expect_end(struct bus_publisher *publisher, struct bus_reader *reader)
{
    struct frame frame;
    assert_int_equal(frame_await(publisher, reader, &frame), STATUS_END);
}

struct bus_reader_health health_of(const struct bus_reader *reader)
{
    struct bus_reader_health health;
    bus_reader_health(reader, &health);
    return health;
}
