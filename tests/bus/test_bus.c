/* Publishers and readers: everything once and in order, whoever is late, stalled, killed or gone.
 * Publisher and reader take turns in one thread, so that every case is the same each time. */
#include "bus/sockets.h"
#include "support_bus.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <zmq.h>

#define PATIENCE_MS 20000

static struct frame_publisher *publisher_at(void **state, const char *id, bool paced,
                                            uint64_t ring_bytes)
{
    struct bus_session session = session_make(id, paced);
    struct frame_publisher_options options = {.ring_bytes = ring_bytes};
    struct frame_publisher *publisher;
    struct failure failure;
    if (frame_publisher_open(&publisher, *state, &session, &options, &failure))
        fail_msg("%s", failure.text);
    return publisher;
}

static struct frame_reader *reader_at(void **state, const char *name, uint64_t from)
{
    struct bus_reader_options options = {.name = name, .from = from};
    struct frame_reader *reader;
    assert_int_equal(frame_reader_open(&reader, *state, &options, NULL), STATUS_OK);
    return reader;
}

/* The next frame, end or loss, with the publisher answering meanwhile. */
static int next(struct frame_publisher *publisher, struct frame_reader *reader, struct frame *frame)
{
    struct failure failure;
    for (int64_t until = now_ms() + PATIENCE_MS; now_ms() < until;) {
        int status = frame_reader_next(reader, frame, 1, &failure);
        if (status)
            return status;
        frame_publisher_serve(publisher, 0);
    }
    fail_msg("nothing came");
    return 0;
}

static void expect_frames(struct frame_publisher *publisher, struct frame_reader *reader,
                          uint64_t from, uint64_t to)
{
    struct frame frame;
    for (uint64_t number = from; number < to; number++) {
        assert_int_equal(next(publisher, reader, &frame), 1);
        frame_check(&frame, number);
    }
}

static void expect_end(struct frame_publisher *publisher, struct frame_reader *reader)
{
    struct frame frame;
    assert_int_equal(next(publisher, reader, &frame), STATUS_END);
}

static struct bus_reader_health health_of(const struct frame_reader *reader)
{
    struct bus_reader_health health;
    frame_reader_health(reader, &health);
    return health;
}

static void a_reader_that_starts_late_gets_everything(void **state)
{
    struct frame_publisher *publisher = publisher_at(state, SESSION_A, false, 0);
    frames_push(publisher, 700);
    struct frame_reader *reader = reader_at(state, "late", 0);
    expect_frames(publisher, reader, 0, 700);
    frames_push(publisher, 5);
    expect_frames(publisher, reader, 700, 705);
    frame_publisher_end(publisher);
    expect_end(publisher, reader);
    assert_int_equal(health_of(reader).lost, 0);
    frame_reader_close(reader);
    frame_publisher_close(publisher);
}

static void a_late_reader_learns_the_mat_exactly(void **state)
{
    struct frame_publisher *publisher = publisher_at(state, SESSION_A, true, 0);
    struct frame_reader *reader = reader_at(state, "late", 0);
    const struct bus_session *session = NULL;
    while (!(session = frame_reader_session(reader, 1)))
        frame_publisher_serve(publisher, 1);
    struct bus_session expected = session_make(SESSION_A, true);
    assert_string_equal(session->id, SESSION_A);
    assert_string_equal(session->source, "test:");
    assert_true(session->paced);
    assert_string_equal(session->mat.serial, "s/n \"7\"");
    assert_memory_equal(&session->mat.geometry.pitch_x_mm, &expected.mat.geometry.pitch_x_mm, 8);
    assert_memory_equal(&session->mat.geometry.scale_kpa, &expected.mat.geometry.scale_kpa, 8);
    assert_int_equal(session->mat.geometry.full_scale, 4095);
    frame_reader_close(reader);
    frame_publisher_close(publisher);
}

static void a_stalled_reader_loses_nothing(void **state)
{
    struct frame_publisher *publisher = publisher_at(state, SESSION_A, false, 0);
    struct frame_reader *reader = reader_at(state, "stalled", 0);
    frames_push(publisher, 10);
    expect_frames(publisher, reader, 0, 10);
    /* Far more than the queues of the sockets hold: most of it is never delivered live. */
    frames_push(publisher, 20000);
    expect_frames(publisher, reader, 10, 20010);
    struct bus_reader_health health = health_of(reader);
    assert_true(health.asked_again > 1000);
    assert_int_equal(health.lost, 0);
    frame_reader_close(reader);
    frame_publisher_close(publisher);
}

static void an_overrun_is_named_by_its_first_and_last_number(void **state)
{
    struct frame_publisher *publisher = publisher_at(state, SESSION_A, false, 100000);
    struct frame_reader *reader = reader_at(state, "slow", 0);
    frames_push(publisher, 10);
    expect_frames(publisher, reader, 0, 10);
    frames_push(publisher, 30000);
    frame_publisher_end(publisher);
    struct frame frame;
    uint64_t first, last, lost = 0, expected = 10;
    int status;
    while ((status = next(publisher, reader, &frame)) == 1) {
        uint64_t count = frame_reader_lost(reader, &first, &last);
        if (count) {
            assert_int_equal(first, expected);
            assert_int_equal(last, frame.number - 1);
            assert_int_equal(count, last - first + 1);
            expected = frame.number;
            lost += count;
        }
        frame_check(&frame, expected++);
    }
    assert_int_equal(status, STATUS_END);
    assert_int_equal(expected, 30010);
    assert_true(lost > 1000);
    assert_int_equal(health_of(reader).lost, lost);
    frame_reader_close(reader);
    frame_publisher_close(publisher);
}

static void a_publisher_killed_and_started_again_goes_on_numbering(void **state)
{
    struct frame_reader *reader = reader_at(state, "steady", 0);
    pid_t child = fork();
    if (!child) {
        struct frame_publisher *publisher = publisher_at(state, SESSION_A, false, 0);
        frames_push(publisher, 123);
        _exit(0); /* nothing is closed */
    }
    assert_int_equal(waitpid(child, NULL, 0), child);
    struct frame_publisher *publisher = publisher_at(state, SESSION_A, false, 0);
    struct frame last;
    assert_int_equal(frame_publisher_last(publisher, &last), 1);
    assert_int_equal(last.number, 122);
    frames_push(publisher, 77);
    frame_publisher_end(publisher);
    expect_frames(publisher, reader, 0, 200);
    expect_end(publisher, reader);
    frame_reader_close(reader);
    frame_publisher_close(publisher);
}

static void a_new_session_begins_at_zero_and_ends_the_old_readers(void **state)
{
    struct frame_publisher *publisher = publisher_at(state, SESSION_A, false, 0);
    struct frame_reader *reader = reader_at(state, "old", 0);
    frames_push(publisher, 3);
    expect_frames(publisher, reader, 0, 3);
    frame_publisher_close(publisher);
    publisher = publisher_at(state, SESSION_B, false, 0);
    frames_push(publisher, 3);
    struct frame frame;
    assert_int_equal(next(publisher, reader, &frame), STATUS_LOST);
    struct frame_reader *fresh = reader_at(state, "new", 0);
    expect_frames(publisher, fresh, 0, 3);
    frame_reader_close(reader);
    frame_reader_close(fresh);
    frame_publisher_close(publisher);
}

static void an_orphaned_session_is_adopted_only_while_it_is_fresh(void **state)
{
    struct bus_session session = session_make(SESSION_A, false), other;
    struct frame_publisher *publisher = publisher_at(state, SESSION_A, false, 0);
    frames_push(publisher, 3);
    frame_publisher_close(publisher);

    struct frame_publisher_options options = {.adopt_s = 60};
    other = session_make(SESSION_B, false);
    assert_int_equal(frame_publisher_open(&publisher, *state, &other, &options, NULL), STATUS_OK);
    assert_string_equal(frame_publisher_session(publisher)->id, session.id);
    frame_publisher_end(publisher);
    frame_publisher_close(publisher);

    assert_int_equal(frame_publisher_open(&publisher, *state, &other, &options, NULL), STATUS_OK);
    assert_string_equal(frame_publisher_session(publisher)->id, SESSION_B);
    frame_publisher_close(publisher);
}

static void a_paced_publisher_waits_for_its_registered_readers_and_only_for_them(void **state)
{
    struct frame_publisher *publisher = publisher_at(state, SESSION_A, true, 0);
    struct frame_reader *reader = reader_at(state, "registered", 0);
    struct frame_reader *passer = reader_at(state, NULL, 0);
    frames_push(publisher, 1);
    expect_frames(publisher, reader, 0, 1);
    expect_frames(publisher, passer, 0, 1);
    uint64_t asked_again = health_of(reader).asked_again;
    unsigned pushed = 1;
    for (; frame_publisher_room(publisher) && pushed < 100000; pushed++)
        frames_push(publisher, 1);
    assert_true(pushed < 2000);
    expect_frames(publisher, reader, 1, pushed);
    while (!frame_publisher_room(publisher)) {
        struct frame frame;
        assert_int_equal(frame_reader_next(reader, &frame, 1, NULL), 0);
        frame_publisher_serve(publisher, 1);
    }
    assert_int_equal(health_of(reader).asked_again, asked_again);
    assert_false(frame_publisher_left(publisher));
    frame_reader_close(reader);
    while (!frame_publisher_left(publisher))
        frame_publisher_serve(publisher, 1);
    frame_reader_close(passer);
    frame_publisher_close(publisher);
}

static void a_killed_reader_is_replaced_by_its_successor(void **state)
{
    struct frame_publisher *publisher = publisher_at(state, SESSION_A, true, 0);
    struct bus_publisher_health health = {0};
    frames_push(publisher, 4);
    pid_t child = fork();
    if (!child) {
        struct frame frame;
        struct frame_reader *reader = reader_at(state, "twin", 0);
        while (frame_reader_next(reader, &frame, 100, NULL) != 1)
            ;
        _exit(0);
    }
    while (!health.readers) {
        frame_publisher_serve(publisher, 1);
        frame_publisher_health(publisher, &health);
    }
    while (!waitpid(child, NULL, WNOHANG))
        frame_publisher_serve(publisher, 1);
    struct frame_reader *reader = reader_at(state, "twin", 0);
    expect_frames(publisher, reader, 0, 4);
    struct frame frame;
    for (int64_t until = now_ms() + PATIENCE_MS; health.readers != 1 || health.behind;) {
        assert_true(now_ms() < until);
        assert_int_equal(frame_reader_next(reader, &frame, 1, NULL), 0);
        frame_publisher_serve(publisher, 1);
        frame_publisher_health(publisher, &health);
    }
    frame_reader_close(reader);
    frame_publisher_close(publisher);
}

static void finishing_ends_at_the_newest_frame_there_is(void **state)
{
    struct frame_publisher *publisher = publisher_at(state, SESSION_A, false, 0);
    struct frame_reader *reader = reader_at(state, "finisher", 0);
    frames_push(publisher, 600);
    expect_frames(publisher, reader, 0, 1);
    frame_reader_finish(reader);
    expect_frames(publisher, reader, 1, 600);
    expect_end(publisher, reader);
    frame_reader_close(reader);
    frame_publisher_close(publisher);

    reader = reader_at(state, "alone", 0);
    struct frame frame;
    frame_reader_finish(reader);
    assert_int_equal(frame_reader_next(reader, &frame, 0, NULL), STATUS_END);
    frame_reader_close(reader);
}

static void requests_that_make_no_sense_are_counted_and_dropped(void **state)
{
    static const char *const texts[] = {"",
                                        "{",
                                        "[1]",
                                        "{\"ask\":\"money\"}",
                                        "{\"ask\":\"range\",\"from\":-1}",
                                        "{\"ask\":\"range\",\"from\":1.5}"};
    size_t count = sizeof texts / sizeof texts[0];
    struct frame_publisher *publisher = publisher_at(state, SESSION_A, false, 0);
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
        frame_publisher_serve(publisher, 10);
        frame_publisher_health(publisher, &health);
    }
    struct frame_reader *reader = reader_at(state, "sane", 0);
    expect_frames(publisher, reader, 0, 2);
    frame_reader_close(reader);
    zmq_close(dealer);
    zmq_ctx_term(context);
    frame_publisher_close(publisher);
}

static void messages_that_make_no_sense_are_counted_and_dropped(void **state)
{
    void *context = zmq_ctx_new(), *forger = zmq_socket(context, ZMQ_PUB);
    struct frame_publisher *publisher = publisher_at(state, SESSION_A, false, 0);
    struct frame_reader *reader = reader_at(state, "wary", 0);
    frames_push(publisher, 1);
    expect_frames(publisher, reader, 0, 1);
    frame_publisher_close(publisher);

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
        assert_int_equal(frame_reader_next(reader, &frame, 1, NULL), 0);
    }
    zmq_close(forger);
    zmq_ctx_term(context);
    publisher = publisher_at(state, SESSION_A, false, 0);
    frames_push(publisher, 1);
    expect_frames(publisher, reader, 1, 2);
    frame_reader_close(reader);
    frame_publisher_close(publisher);
}

static void frames_of_another_shape_are_refused(void **state)
{
    struct frame_publisher *publisher = publisher_at(state, SESSION_A, false, 0);
    uint16_t cells[ROWS * COLS] = {0};
    struct frame frame = {.rows = COLS, .cols = ROWS, .cells = cells};
    struct failure failure;
    assert_int_equal(frame_publisher_push(publisher, &frame, &failure), STATUS_ARGUMENT);
    assert_non_null(strstr(failure.text, "3 x 5"));
    frame_publisher_close(publisher);
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

static void expect_event(struct event_publisher *publisher, struct event_reader *reader,
                         uint64_t number)
{
    struct event event, expected = event_number_of(number);
    struct failure failure;
    int status = 0;
    for (int64_t until = now_ms() + PATIENCE_MS; !status && now_ms() < until;) {
        status = event_reader_next(reader, &event, 1, &failure);
        event_publisher_serve(publisher, 0);
    }
    assert_int_equal(status, 1);
    assert_memory_equal(&event, &expected, sizeof event);
    assert_int_equal(event_reader_row(reader), number % 3 ? number - number / 3 - 1 : number / 3);
}

static void events_come_once_with_their_rows_though_the_detector_starts_again(void **state)
{
    struct bus_session session = session_make(SESSION_A, false);
    struct event_publisher *publisher;
    struct event_reader *reader;
    struct bus_reader_options options = {.name = "r"};
    assert_int_equal(event_reader_open(&reader, *state, &options, NULL), STATUS_OK);
    assert_int_equal(event_publisher_open(&publisher, *state, &session, NULL), STATUS_OK);
    for (uint64_t number = 0; number < 50; number++) {
        struct event event = event_number_of(number);
        assert_int_equal(event_publisher_push(publisher, &event, NULL), 1);
    }
    event_publisher_close(publisher);
    assert_int_equal(event_publisher_open(&publisher, *state, &session, NULL), STATUS_OK);
    assert_int_equal(event_publisher_next(publisher), 50);
    for (uint64_t number = 0; number < 80; number++) {
        struct event event = event_number_of(number);
        assert_int_equal(event_publisher_push(publisher, &event, NULL), number >= 50);
    }
    struct event event = event_number_of(81);
    assert_int_equal(event_publisher_push(publisher, &event, NULL), STATUS_ARGUMENT);
    for (uint64_t number = 0; number < 80; number++)
        expect_event(publisher, reader, number);
    event_publisher_end(publisher);
    int status = 0;
    while (!status) {
        status = event_reader_next(reader, &event, 1, NULL);
        event_publisher_serve(publisher, 0);
    }
    assert_int_equal(status, STATUS_END);
    event_reader_close(reader);
    event_publisher_close(publisher);
}

#define BUS_TEST(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BUS_TEST(a_reader_that_starts_late_gets_everything),
        BUS_TEST(a_late_reader_learns_the_mat_exactly),
        BUS_TEST(a_stalled_reader_loses_nothing),
        BUS_TEST(an_overrun_is_named_by_its_first_and_last_number),
        BUS_TEST(a_publisher_killed_and_started_again_goes_on_numbering),
        BUS_TEST(a_new_session_begins_at_zero_and_ends_the_old_readers),
        BUS_TEST(an_orphaned_session_is_adopted_only_while_it_is_fresh),
        BUS_TEST(a_paced_publisher_waits_for_its_registered_readers_and_only_for_them),
        BUS_TEST(a_killed_reader_is_replaced_by_its_successor),
        BUS_TEST(finishing_ends_at_the_newest_frame_there_is),
        BUS_TEST(requests_that_make_no_sense_are_counted_and_dropped),
        BUS_TEST(messages_that_make_no_sense_are_counted_and_dropped),
        BUS_TEST(frames_of_another_shape_are_refused),
        BUS_TEST(events_come_once_with_their_rows_though_the_detector_starts_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
