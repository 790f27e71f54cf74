/* A bus folder of its own for each test, and frames whose cells tell their number. */
#ifndef ROLLSCOPE_TESTS_SUPPORT_BUS_H
#define ROLLSCOPE_TESTS_SUPPORT_BUS_H

#include "bus/bus.h"

#define ROWS 3
#define COLS 5

/* cmocka set-up and tear-down: *state is the folder's path. */
int folder_setup(void **state);
int folder_teardown(void **state);

/* A session of a mat of ROWS x COLS at 100 Hz. */
struct bus_session session_make(const char *id, bool paced);

#define SESSION_A "00112233-4455-6677-8899-aabbccddeeff"
#define SESSION_B "ffeeddcc-bbaa-9988-7766-554433221100"

/* Publishes `count` frames; the cells of frame n are n, n + 1, ... */
void frames_push(struct bus_publisher *publisher, unsigned count);

void frame_check(const struct frame *frame, uint64_t number);

/* How long anything may take. */
#define PATIENCE_MS 20000

struct bus_publisher *publisher_at(void **state, const char *id, bool paced, uint64_t ring_bytes);
/* One that is read over TCP too. @param address filled in */
struct bus_publisher *publisher_on_network(void **state, char address[32], uint64_t ring_bytes);

struct bus_reader *reader_of(const char *place, const char *name, uint64_t from);
struct bus_reader *reader_at(void **state, const char *name, uint64_t from);

/* The next frame, end or loss, with the publisher answering meanwhile. */
int frame_await(struct bus_publisher *publisher, struct bus_reader *reader, struct frame *frame);

/* Frames from .. to - 1, and the end. */
void expect_frames(struct bus_publisher *publisher, struct bus_reader *reader, uint64_t from,
                   uint64_t to);
void expect_end(struct bus_publisher *publisher, struct bus_reader *reader);

struct bus_reader_health health_of(const struct bus_reader *reader);

#endif
