/* Publishers and readers: everything once and in order, whoever is late, stalled, killed or gone.
 * Publisher and reader take turns in one thread, so that every case is the same each time. */
#include "bus/sockets.h"
#include "support_bus.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void a_reader_that_starts_late_gets_everything(void **state)
{
    struct bus_publisher *publisher = publisher_at(state, SESSION_A, false, 0);
    frames_push(publisher, 700);
    struct bus_reader *reader = reader_at(state, "late", 0);
    expect_frames(publisher, reader, 0, 700);
    frames_push(publisher, 5);
    expect_frames(publisher, reader, 700, 705);
    bus_publisher_end(publisher);
    expect_end(publisher, reader);
    assert_int_equal(health_of(reader).lost, 0);
    bus_reader_close(reader);
    bus_publisher_close(publisher);
}

static void a_late_reader_learns_the_mat_exactly(void **state)
{
    struct bus_publisher *publisher = publisher_at(state, SESSION_A, true, 0);
    struct bus_reader *reader = reader_at(state, "late", 0);
    const struct bus_session *session = NULL;
    while (!(session = bus_reader_session(reader, 1)))
        bus_publisher_serve(publisher, 1);
    struct bus_session expected = session_make(SESSION_A, true);
    assert_string_equal(session->id, SESSION_A);
    assert_string_equal(session->source, "test:");
    assert_true(session->paced);
    assert_string_equal(session->mat.serial, "s/n \"7\"");
    assert_memory_equal(&session->mat.geometry.pitch_x_mm, &expected.mat.geometry.pitch_x_mm, 8);
    assert_memory_equal(&session->mat.geometry.scale_kpa, &expected.mat.geometry.scale_kpa, 8);
    assert_int_equal(session->mat.geometry.full_scale, 4095);
    bus_reader_close(reader);
    bus_publisher_close(publisher);
}

#define STALLED 20000  /* far more than the queues of the sockets hold */
#define FLOOD   150000 /* than those of TCP too, and than a ring of 100000 bytes */

static struct bus_reader_health stall(struct bus_publisher *publisher, struct bus_reader *reader)
{
    frames_push(publisher, 10);
    expect_frames(publisher, reader, 0, 10);
    frames_push(publisher, STALLED);
    expect_frames(publisher, reader, 10, STALLED + 10);
    struct bus_reader_health health = health_of(reader);
    assert_int_equal(health.lost, 0);
    bus_reader_close(reader);
    bus_publisher_close(publisher);
    return health;
}

static void a_stalled_reader_loses_nothing(void **state)
{
    struct bus_publisher *publisher = publisher_at(state, SESSION_A, false, 0);
    assert_int_equal(stall(publisher, reader_at(state, "stalled", 0)).asked_again, 0);
}

static void a_stalled_reader_of_another_machine_loses_nothing(void **state)
{
    char address[32];
    struct bus_publisher *publisher = publisher_on_network(state, address, 0);
    stall(publisher, reader_of(address, NULL, 0));
}

static void overrun(struct bus_publisher *publisher, struct bus_reader *reader)
{
    frames_push(publisher, 10);
    expect_frames(publisher, reader, 0, 10);
    frames_push(publisher, FLOOD);
    bus_publisher_end(publisher);
    struct frame frame;
    uint64_t first, last, lost = 0, expected = 10;
    int status;
    while ((status = frame_await(publisher, reader, &frame)) == 1) {
        uint64_t count = bus_reader_lost(reader, &first, &last);
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
    assert_int_equal(expected, FLOOD + 10);
    assert_true(lost > 1000);
    assert_int_equal(health_of(reader).lost, lost);
    bus_reader_close(reader);
    bus_publisher_close(publisher);
}

static void an_overrun_is_named_by_its_first_and_last_number(void **state)
{
    struct bus_publisher *publisher = publisher_at(state, SESSION_A, false, 100000);
    overrun(publisher, reader_at(state, "slow", 0));
}

static void an_overrun_is_named_on_another_machine_too(void **state)
{
    char address[32];
    struct bus_publisher *publisher = publisher_on_network(state, address, 100000);
    overrun(publisher, reader_of(address, NULL, 0));
}

static void a_publisher_killed_and_started_again_goes_on_numbering(void **state)
{
    struct bus_reader *reader = reader_at(state, "steady", 0);
    pid_t child = fork();
    if (!child) {
        struct bus_publisher *publisher = publisher_at(state, SESSION_A, false, 0);
        frames_push(publisher, 123);
        _exit(0); /* nothing is closed */
    }
    assert_int_equal(waitpid(child, NULL, 0), child);
    struct bus_publisher *publisher = publisher_at(state, SESSION_A, false, 0);
    struct frame last;
    assert_int_equal(bus_publisher_last(publisher, &last), 1);
    assert_int_equal(last.number, 122);
    frames_push(publisher, 77);
    bus_publisher_end(publisher);
    expect_frames(publisher, reader, 0, 200);
    expect_end(publisher, reader);
    bus_reader_close(reader);
    bus_publisher_close(publisher);
}

static void the_ring_is_removed_once_the_stream_is_over_and_read(void **state)
{
    char path[160];
    snprintf(path, sizeof path, "%s/frames.ring", (char *)*state);
    struct bus_publisher *publisher = publisher_at(state, SESSION_A, false, 0);
    frames_push(publisher, 3);
    bus_publisher_close(publisher);
    assert_int_equal(access(path, F_OK), 0);
    publisher = publisher_at(state, SESSION_A, false, 0);
    struct bus_reader *reader = reader_at(state, "last", 0);
    expect_frames(publisher, reader, 0, 3);
    bus_publisher_end(publisher);
    bus_publisher_close(publisher);
    assert_int_equal(access(path, F_OK), 0);
    publisher = publisher_at(state, SESSION_A, false, 0);
    assert_true(bus_publisher_ended(publisher));
    expect_end(publisher, reader);
    bus_reader_close(reader);
    while (!bus_publisher_left(publisher))
        bus_publisher_serve(publisher, 1);
    bus_publisher_close(publisher);
    assert_int_equal(access(path, F_OK), -1);
}

static void a_new_session_begins_at_zero_and_ends_the_old_readers(void **state)
{
    struct bus_publisher *publisher = publisher_at(state, SESSION_A, false, 0);
    struct bus_reader *reader = reader_at(state, "old", 0);
    frames_push(publisher, 3);
    expect_frames(publisher, reader, 0, 3);
    bus_publisher_close(publisher);
    publisher = publisher_at(state, SESSION_B, false, 0);
    frames_push(publisher, 3);
    struct frame frame;
    assert_int_equal(frame_await(publisher, reader, &frame), STATUS_LOST);
    struct bus_reader *fresh = reader_at(state, "new", 0);
    expect_frames(publisher, fresh, 0, 3);
    bus_reader_close(reader);
    bus_reader_close(fresh);
    bus_publisher_close(publisher);
}

static void an_orphaned_session_is_adopted_only_while_it_is_fresh(void **state)
{
    struct bus_session session = session_make(SESSION_A, false), other;
    struct bus_publisher *publisher = publisher_at(state, SESSION_A, false, 0);
    frames_push(publisher, 3);
    bus_publisher_close(publisher);

    struct bus_publisher_options options = {.adopt_s = 60};
    other = session_make(SESSION_B, false);
    assert_int_equal(bus_publisher_open(&publisher, *state, &other, &options, NULL), STATUS_OK);
    assert_string_equal(bus_publisher_session(publisher)->id, session.id);
    bus_publisher_end(publisher);
    bus_publisher_close(publisher);

    assert_int_equal(bus_publisher_open(&publisher, *state, &other, &options, NULL), STATUS_OK);
    assert_string_equal(bus_publisher_session(publisher)->id, SESSION_B);
    bus_publisher_close(publisher);
}

static void a_paced_publisher_waits_for_its_registered_readers_and_only_for_them(void **state)
{
    struct bus_publisher *publisher = publisher_at(state, SESSION_A, true, 0);
    struct bus_reader *reader = reader_at(state, "registered", 0);
    struct bus_reader *passer = reader_at(state, NULL, 0);
    frames_push(publisher, 1);
    expect_frames(publisher, reader, 0, 1);
    expect_frames(publisher, passer, 0, 1);
    uint64_t asked_again = health_of(reader).asked_again;
    unsigned pushed = 1;
    for (; bus_publisher_room(publisher) && pushed < 100000; pushed++)
        frames_push(publisher, 1);
    assert_true(pushed < 2000);
    expect_frames(publisher, reader, 1, pushed);
    while (!bus_publisher_room(publisher)) {
        struct frame frame;
        assert_int_equal(bus_read_frame(reader, &frame, 1, NULL), 0);
        bus_publisher_serve(publisher, 1);
    }
    assert_int_equal(health_of(reader).asked_again, asked_again);
    assert_false(bus_publisher_left(publisher));
    bus_reader_close(reader);
    while (!bus_publisher_left(publisher))
        bus_publisher_serve(publisher, 1);
    bus_reader_close(passer);
    bus_publisher_close(publisher);
}

static void a_killed_reader_is_replaced_by_its_successor(void **state)
{
    struct bus_publisher *publisher = publisher_at(state, SESSION_A, true, 0);
    struct bus_publisher_health health = {0};
    frames_push(publisher, 4);
    pid_t child = fork();
    if (!child) {
        struct frame frame;
        struct bus_reader *reader = reader_at(state, "twin", 0);
        while (bus_read_frame(reader, &frame, 100, NULL) != 1)
            ;
        _exit(0);
    }
    for (int64_t until = now_ms() + PATIENCE_MS; !health.readers;) {
        assert_true(now_ms() < until);
        bus_publisher_serve(publisher, 1);
        bus_publisher_health(publisher, &health);
    }
    while (!waitpid(child, NULL, WNOHANG))
        bus_publisher_serve(publisher, 1);
    struct bus_reader *reader = reader_at(state, "twin", 0);
    expect_frames(publisher, reader, 0, 4);
    struct frame frame;
    for (int64_t until = now_ms() + PATIENCE_MS; health.readers != 1 || health.behind;) {
        assert_true(now_ms() < until);
        assert_int_equal(bus_read_frame(reader, &frame, 1, NULL), 0);
        bus_publisher_serve(publisher, 1);
        bus_publisher_health(publisher, &health);
    }
    bus_reader_close(reader);
    bus_publisher_close(publisher);
}

static void finishing_ends_at_the_newest_frame_there_is(void **state)
{
    struct bus_publisher *publisher = publisher_at(state, SESSION_A, false, 0);
    struct bus_reader *reader = reader_at(state, "finisher", 0);
    frames_push(publisher, 600);
    expect_frames(publisher, reader, 0, 1);
    bus_reader_finish(reader);
    expect_frames(publisher, reader, 1, 600);
    expect_end(publisher, reader);
    bus_reader_close(reader);
    bus_publisher_close(publisher);

    reader = reader_at(state, "alone", 0);
    struct frame frame;
    bus_reader_finish(reader);
    assert_int_equal(bus_read_frame(reader, &frame, 0, NULL), STATUS_END);
    bus_reader_close(reader);
}

#define BUS_TEST(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BUS_TEST(a_reader_that_starts_late_gets_everything),
        BUS_TEST(a_late_reader_learns_the_mat_exactly),
        BUS_TEST(a_stalled_reader_loses_nothing),
        BUS_TEST(a_stalled_reader_of_another_machine_loses_nothing),
        BUS_TEST(an_overrun_is_named_by_its_first_and_last_number),
        BUS_TEST(an_overrun_is_named_on_another_machine_too),
        BUS_TEST(a_publisher_killed_and_started_again_goes_on_numbering),
        BUS_TEST(the_ring_is_removed_once_the_stream_is_over_and_read),
        BUS_TEST(a_new_session_begins_at_zero_and_ends_the_old_readers),
        BUS_TEST(an_orphaned_session_is_adopted_only_while_it_is_fresh),
        BUS_TEST(a_paced_publisher_waits_for_its_registered_readers_and_only_for_them),
        BUS_TEST(a_killed_reader_is_replaced_by_its_successor),
        BUS_TEST(finishing_ends_at_the_newest_frame_there_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
