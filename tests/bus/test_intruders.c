/* What makes no sense is dropped and counted; events come once though their publisher starts again.
 */
#include "bus/sockets.h"
#include "support_bus.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <zmq.h>

static void requests_that_make_no_sense_are_counted_and_dropped(void **state)
{
    static const char *const texts[] = {"",
                                        "{",
                                        "[1]",
                                        "{\"ask\":\"money\"}",
                                        "{\"ask\":\"range\",\"from\":-1}",
                                        "{\"ask\":\"range\",\"from\":1.5}"};
    size_t count = sizeof texts / sizeof texts[0];
    struct bus_publisher *publisher = publisher_at(state, SESSION_A, false, 0);
    frames_push(publisher, 2);
    void *context = zmq_ctx_new(), *dealer = zmq_socket(context, ZMQ_DEALER);
    char endpoint[160];
    snprintf(endpoint, sizeof endpoint, "ipc://%s/frames.ask", (char *)*state);
    assert_int_equal(zmq_connect(dealer, endpoint), 0);
    for (size_t i = 0; i < count; i++)
        zmq_send(dealer, texts[i], strlen(texts[i]), 0);
    zmq_send(dealer, "{\"ask\":\"state\"}", 15, ZMQ_SNDMORE);
    zmq_send(dealer, "more", 4, 0);
    struct bus_publisher_health health = {0};
    while (health.malformed < count + 1) {
        bus_publisher_serve(publisher, 10);
        bus_publisher_health(publisher, &health);
    }
    struct bus_reader *reader = reader_at(state, "sane", 0);
    expect_frames(publisher, reader, 0, 2);
    bus_reader_close(reader);
    zmq_close(dealer);
    zmq_ctx_term(context);
    bus_publisher_close(publisher);
}

static void messages_that_make_no_sense_are_counted_and_dropped(void **state)
{
    void *context = zmq_ctx_new(), *forger = zmq_socket(context, ZMQ_PUB);
    struct bus_publisher *publisher = publisher_at(state, SESSION_A, false, 0);
    struct bus_reader *reader = reader_at(state, "wary", 0);
    frames_push(publisher, 1);
    expect_frames(publisher, reader, 0, 1);
    bus_publisher_close(publisher);

    /* The publisher's place is taken by one that talks nonsense, then by a true one again. */
    char endpoint[160];
    snprintf(endpoint, sizeof endpoint, "ipc://%s/frames", (char *)*state);
    assert_int_equal(zmq_bind(forger, endpoint), 0);
    struct frame frame;
    for (int64_t until = now_ms() + PATIENCE_MS; health_of(reader).malformed < 4;) {
        assert_true(now_ms() < until);
        zmq_send(forger, "frame", 5, ZMQ_SNDMORE);
        zmq_send(forger, "RSFR nonsense", 13, 0);
        zmq_send(forger, "lonely", 6, 0);
        zmq_send(forger, "end", 3, ZMQ_SNDMORE);
        zmq_send(forger, "{}", 2, 0);
        assert_int_equal(bus_read_frame(reader, &frame, 1, NULL), 0);
    }
    zmq_close(forger);
    zmq_ctx_term(context);
    publisher = publisher_at(state, SESSION_A, false, 0);
    frames_push(publisher, 1);
    expect_frames(publisher, reader, 1, 2);
    bus_reader_close(reader);
    bus_publisher_close(publisher);
}

static void frames_of_another_shape_are_refused(void **state)
{
    struct bus_publisher *publisher = publisher_at(state, SESSION_A, false, 0);
    uint16_t cells[ROWS * COLS] = {0};
    struct frame frame = {.rows = COLS, .cols = ROWS, .cells = cells};
    struct failure failure;
    assert_int_equal(bus_publish_frame(publisher, &frame, &failure), STATUS_ARGUMENT);
    assert_non_null(strstr(failure.text, "3 x 5"));
    bus_publisher_close(publisher);
}

static struct event event_number_of(uint64_t number)
{
    struct event event = {.type = number % 3 ? EVENT_CONTACT : EVENT_STROKE, .number = number};
    event.published_s = (double)number / 3;
    if (event.type == EVENT_CONTACT)
        event.contact.x_mm = (double)number / 7;
    else
        event.stroke.travel_mm = (double)number / 7;
    return event;
}

static void expect_event(struct bus_publisher *publisher, struct bus_reader *reader,
                         uint64_t number)
{
    struct event event, expected = event_number_of(number);
    struct failure failure;
    int status = 0;
    for (int64_t until = now_ms() + PATIENCE_MS; !status && now_ms() < until;) {
        status = bus_read_event(reader, &event, 1, &failure);
        bus_publisher_serve(publisher, 0);
    }
    assert_int_equal(status, 1);
    assert_memory_equal(&event, &expected, sizeof event);
}

static void events_come_once_though_the_detector_starts_again(void **state)
{
    struct bus_session session = session_make(SESSION_A, false);
    struct bus_publisher *publisher;
    struct bus_reader *reader;
    struct bus_reader_options options = {.name = "r"};
    const struct bus_publisher_options events = {.stream = BUS_EVENTS};
    assert_int_equal(bus_reader_open(&reader, *state, BUS_EVENTS, &options, NULL), STATUS_OK);
    assert_int_equal(bus_publisher_open(&publisher, *state, &session, &events, NULL), STATUS_OK);
    for (uint64_t number = 0; number < 50; number++) {
        struct event event = event_number_of(number);
        assert_int_equal(bus_publish_event(publisher, &event, NULL), 1);
    }
    bus_publisher_close(publisher);
    assert_int_equal(bus_publisher_open(&publisher, *state, &session, &events, NULL), STATUS_OK);
    assert_int_equal(bus_publisher_next(publisher), 50);
    for (uint64_t number = 0; number < 80; number++) {
        struct event event = event_number_of(number);
        assert_int_equal(bus_publish_event(publisher, &event, NULL), number >= 50);
    }
    struct event event = event_number_of(81);
    assert_int_equal(bus_publish_event(publisher, &event, NULL), STATUS_ARGUMENT);
    for (uint64_t number = 0; number < 80; number++)
        expect_event(publisher, reader, number);
    bus_publisher_end(publisher);
    int status = 0;
    while (!status) {
        status = bus_read_event(reader, &event, 1, NULL);
        bus_publisher_serve(publisher, 0);
    }
    assert_int_equal(status, STATUS_END);
    bus_reader_close(reader);
    bus_publisher_close(publisher);
}

#define BUS_TEST(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BUS_TEST(requests_that_make_no_sense_are_counted_and_dropped),
        BUS_TEST(messages_that_make_no_sense_are_counted_and_dropped),
        BUS_TEST(frames_of_another_shape_are_refused),
        BUS_TEST(events_come_once_though_the_detector_starts_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
