/* Metrics, heartbeats and counters: what displays live on. */
#include "bus/sockets.h"
#include "support_bus.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct metrics metrics_of(uint64_t number)
{
    struct metrics metrics = {.number = number,
                              .frame = number * 10,
                              .time_s = (double)number / 10,
                              .tool = 3,
                              .speed_mm_s = NAN,
                              .force_n = 1.0 / 3.0,
                              .contact_count = 2,
                              .spot_count = 1};
    metrics.strokes.one_way = 7;
    metrics.strokes.slow_deep = 5;
    metrics.hold.active = true;
    metrics.quality.cells_good = 1023;
    metrics.contacts[1] = (struct contact){.id = 9, .x_mm = 0.1, .kind = CONTACT_BALL};
    metrics.spots[0] = (struct spot){.id = 4, .dose = 0.5, .strokes = 6};
    return metrics;
}

static struct bus_publisher *metrics_publisher(void **state)
{
    struct bus_session session = session_make(SESSION_A, false);
    const struct bus_publisher_options options = {.stream = BUS_METRICS};
    struct bus_publisher *publisher;
    assert_int_equal(bus_publisher_open(&publisher, *state, &session, &options, NULL), STATUS_OK);
    return publisher;
}

static struct bus_reader *display(void **state, enum bus_stream stream)
{
    const struct bus_reader_options options = {.skip = true};
    struct bus_reader *reader;
    assert_int_equal(bus_reader_open(&reader, *state, stream, &options, NULL), STATUS_OK);
    return reader;
}

static void metrics_push(struct bus_publisher *publisher, uint64_t from, uint64_t to)
{
    for (uint64_t number = from; number < to; number++) {
        struct metrics metrics = metrics_of(number);
        assert_int_equal(bus_publish_metrics(publisher, &metrics, NULL), 1);
    }
}

static void metrics_await(struct bus_publisher *publisher, struct bus_reader *reader,
                          struct metrics *metrics)
{
    int status = 0;
    for (int64_t until = now_ms() + PATIENCE_MS; !status && now_ms() < until;) {
        status = bus_read_metrics(reader, metrics, 1, NULL);
        bus_publisher_serve(publisher, 0);
    }
    assert_int_equal(status, 1);
}

static void a_display_that_joins_late_gets_the_present_state_at_once(void **state)
{
    struct bus_publisher *publisher = metrics_publisher(state);
    metrics_push(publisher, 0, 500);
    struct bus_reader *reader = display(state, BUS_METRICS);
    struct metrics metrics;
    metrics_await(publisher, reader, &metrics);
    assert_int_equal(metrics.number, 499);
    assert_int_equal(metrics.strokes.one_way, 7);
    assert_int_equal(metrics.spots[0].strokes, 6);
    struct bus_reader_health health;
    bus_reader_health(reader, &health);
    assert_int_equal(health.skipped, 0);
    bus_reader_close(reader);
    bus_publisher_close(publisher);
}

static void a_stalled_display_is_told_how_much_it_skipped(void **state)
{
    struct bus_publisher *publisher = metrics_publisher(state);
    metrics_push(publisher, 0, 1);
    struct bus_reader *reader = display(state, BUS_METRICS);
    struct bus_reader_health health = {0};
    struct metrics metrics;
    metrics_await(publisher, reader, &metrics);
    /* Far more than all queues hold. */
    metrics_push(publisher, 1, 2000);
    uint64_t given = 1, last = 0, next = 2000;
    while (metrics.number < 1999 && next < 4000) {
        int status = bus_read_metrics(reader, &metrics, 1, NULL);
        given += status == 1;
        last = status == 1 ? metrics.number : last;
        if (!status)
            metrics_push(publisher, next, next + 1);
        next += !status;
    }
    bus_reader_health(reader, &health);
    assert_int_equal(given + health.skipped, last + 1);
    assert_true(health.skipped > 500);
    assert_int_equal(health.lost, 0);
    bus_reader_close(reader);
    bus_publisher_close(publisher);
}

static void metrics_survive_the_trip_exactly(void **state)
{
    struct metrics given = metrics_of(12), read;
    char text[METRICS_JSON_SIZE];
    (void)state;
    int length = metrics_encode(&given, text, sizeof text);
    assert_true(length > 0);
    assert_int_equal(metrics_decode(&read, text, (size_t)length, NULL), STATUS_OK);
    assert_true(isnan(read.speed_mm_s));
    given.speed_mm_s = read.speed_mm_s = 0;
    assert_memory_equal(&given, &read, sizeof given);
}

static void the_largest_metrics_fit(void **state)
{
    struct metrics metrics = metrics_of(UINT32_MAX);
    char text[METRICS_JSON_SIZE];
    (void)state;
    metrics.contact_count = METRICS_CONTACTS;
    metrics.spot_count = METRICS_SPOTS;
    for (int i = 0; i < METRICS_CONTACTS; i++)
        metrics.contacts[i] = (struct contact){.id = UINT32_MAX,
                                               .x_mm = -1e-7 / 3,
                                               .y_mm = -1e-7 / 3,
                                               .force_n = -1e-7 / 3,
                                               .area_mm2 = -1e-7 / 3,
                                               .angle_rad = -1e-7 / 3};
    for (int i = 0; i < METRICS_SPOTS; i++)
        metrics.spots[i] = (struct spot){.id = UINT32_MAX,
                                         .x_mm = -1e-7 / 3,
                                         .y_mm = -1e-7 / 3,
                                         .radius_mm = -1e-7 / 3,
                                         .strokes = UINT32_MAX,
                                         .slow_deep = UINT32_MAX,
                                         .dose = -1e-7 / 3,
                                         .confidence = -1e-7 / 3};
    assert_true(metrics_encode(&metrics, text, sizeof text) > 0);
}

static void a_publisher_with_nothing_to_say_is_not_taken_for_dead(void **state)
{
    struct bus_publisher *publisher = metrics_publisher(state);
    struct bus_reader *reader = display(state, BUS_METRICS);
    struct metrics metrics;
    metrics_push(publisher, 0, 1);
    metrics_await(publisher, reader, &metrics);
    struct bus_reader_health health;
    for (int64_t until = now_ms() + 2500; now_ms() < until;) {
        assert_int_equal(bus_read_metrics(reader, &metrics, 20, NULL), 0);
        bus_publisher_serve(publisher, 0);
        bus_reader_health(reader, &health);
        assert_true(health.silent_s < 1.5);
    }
    bus_publisher_close(publisher);
    while (health.silent_s < 1.5) {
        bus_read_metrics(reader, &metrics, 20, NULL);
        bus_reader_health(reader, &health);
    }
    bus_reader_close(reader);
}

static void counters_come_with_their_unit_and_meaning(void **state)
{
    struct bus_publisher *publisher = metrics_publisher(state);
    struct bus_reader *reader = display(state, BUS_METRICS);
    const struct bus_counter counter = {"lost", "frame", "missing by the mat's numbers", 12};
    struct metrics metrics;
    const char *text;
    metrics_push(publisher, 0, 1);
    metrics_await(publisher, reader, &metrics);
    assert_int_equal(bus_publish_health(publisher, &counter, 1, NULL), 1);
    for (int64_t until = now_ms() + PATIENCE_MS; !bus_reader_counters(reader, &text);) {
        assert_true(now_ms() < until);
        assert_int_equal(bus_read_metrics(reader, &metrics, 5, NULL), 0);
    }
    size_t size = bus_reader_counters(reader, &text);
    const char wanted[] =
        "\"lost\":{\"value\":12.0,\"unit\":\"frame\",\"text\":\"missing by the mat's";
    assert_non_null(memmem(text, size, wanted, sizeof wanted - 1));
    assert_non_null(memmem(text, size, "\"bus_next\":{\"value\":1.0", 22));
    bus_reader_close(reader);
    bus_publisher_close(publisher);
}

#define BUS_TEST(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BUS_TEST(a_display_that_joins_late_gets_the_present_state_at_once),
        BUS_TEST(a_stalled_display_is_told_how_much_it_skipped),
        BUS_TEST(metrics_survive_the_trip_exactly),
        BUS_TEST(the_largest_metrics_fit),
        BUS_TEST(a_publisher_with_nothing_to_say_is_not_taken_for_dead),
        BUS_TEST(counters_come_with_their_unit_and_meaning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
