/* What travels: frames as bytes, events as JSON, folders as names. */
#include "bus/wire.h"
#include "support_bus.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

/* Laid out by hand after the table in docs/streams.md. */
static const uint8_t by_hand[] = {
    'R',  'S',  'F',  'R',  1,    0,    56,   0,    5,    0,    0,    0,
    1,    0,    2,    0,                                                   /* flags 5, 1 x 2 */
    0x08, 0x07, 0x06, 0x05, 0x04, 0x03, 0x02, 0x01,                        /* number */
    9,    0,    0,    0,    1,    0,    0,    0,                           /* sequence 2^32 + 9 */
    0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,                        /* time -2 */
    0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,                        /* session */
    0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff, 0x34, 0x12, 0xff, 0x0f /* cells */
};

static void a_frame_is_laid_out_as_documented(void **state)
{
    (void)state;
    const uint16_t cells[] = {0x1234, 0x0fff};
    struct frame frame = {.number = 0x0102030405060708,
                          .sequence = (UINT64_C(1) << 32) + 9,
                          .time_us = -2,
                          .flags = 5,
                          .rows = 1,
                          .cols = 2,
                          .cells = cells};
    uint8_t bytes[sizeof by_hand];
    assert_int_equal(wire_frame_encode(&frame, SESSION_A, bytes), sizeof by_hand);
    assert_memory_equal(bytes, by_hand, sizeof by_hand);

    struct frame back;
    uint16_t room[2];
    char session[BUS_SESSION_ID_SIZE];
    assert_int_equal(wire_frame_decode(&back, session, bytes, sizeof bytes), STATUS_OK);
    wire_cells_decode(&back, room, bytes);
    assert_string_equal(session, SESSION_A);
    assert_true(back.number == frame.number && back.sequence == frame.sequence);
    assert_true(back.time_us == -2 && back.flags == 5 && back.rows == 1 && back.cols == 2);
    assert_memory_equal(room, cells, sizeof cells);
}

static void a_frame_of_wrong_length_magic_version_or_shape_is_refused(void **state)
{
    (void)state;
    static const struct {
        size_t at;
        uint8_t value;
    } spoilt[] = {{0, 'X'}, {4, 2}, {6, 55}, {12, 0}, {12, 2}, {13, 2}, {14, 3}, {15, 9}};
    struct frame frame;
    char session[BUS_SESSION_ID_SIZE];
    uint8_t bytes[sizeof by_hand];
    for (size_t size = 0; size < sizeof by_hand; size++)
        assert_int_equal(wire_frame_decode(&frame, session, by_hand, size), STATUS_FORMAT);
    for (size_t i = 0; i < sizeof spoilt / sizeof spoilt[0]; i++) {
        memcpy(bytes, by_hand, sizeof bytes);
        bytes[spoilt[i].at] = spoilt[i].value;
        assert_int_equal(wire_frame_decode(&frame, session, bytes, sizeof bytes), STATUS_FORMAT);
    }
}

static void an_event_is_the_json_written_by_hand(void **state)
{
    (void)state;
    struct event event = {.type = EVENT_MARKER, .number = 3, .frame = 250, .published_s = 2.5};
    event.marker = (struct marker){.id = 1, .time_s = 0.1, .kind = "pain", .value = NAN};
    snprintf(event.marker.text, sizeof event.marker.text,
             "h\xc3\xbc"
             "fte \"links\"\n");
    char text[EVENT_JSON_SIZE];
    static const char expected[] =
        "{\"event\":\"marker\",\"number\":3,\"frame\":250,\"published_s\":2.5,\"id\":1,"
        "\"time_s\":0.10000000000000001,\"kind\":\"pain\",\"value\":null,"
        "\"text\":\"h\xc3\xbc"
        "fte \\\"links\\\"\\n\"}";
    assert_int_equal(event_encode(&event, text, sizeof text), (int)strlen(expected));
    assert_string_equal(text, expected);
    assert_int_equal(event_encode(&event, text, 40), STATUS_FULL);
}

static double awkward(unsigned i)
{
    static const double values[] = {1.0 / 3.0, 5e-324,    1.7976931348623157e308, -0.0,
                                    1e22,      0.1 + 0.2, 123456789.123456789,    -1e-7};
    return values[i % (sizeof values / sizeof values[0])];
}

static void every_number_of_every_kind_survives_to_the_bit(void **state)
{
    (void)state;
    for (int type = 0; type < EVENT_TYPE_COUNT; type++) {
        const struct event_kind *kind = event_kind((enum event_type)type);
        struct event event = {.type = (enum event_type)type, .number = UINT64_C(1) << 53};
        for (unsigned i = 0; i < kind->column_count; i++) {
            const struct column *column = &kind->columns[i];
            bool real = column->type == COLUMN_F64 || column->type == COLUMN_TIME;
            column_set_number(&event, column, real ? awkward(i) : 4294967295.0);
        }
        char text[EVENT_JSON_SIZE];
        struct event back;
        struct failure failure;
        int length = event_encode(&event, text, sizeof text);
        assert_true(length > 0);
        assert_int_equal(event_decode(&back, text, (size_t)length, &failure), STATUS_OK);
        assert_true(back.number == event.number);
        for (unsigned i = 0; i < kind->column_count; i++) {
            const struct column *column = &kind->columns[i];
            assert_memory_equal((char *)&back + column->offset, (char *)&event + column->offset,
                                column->size);
        }
    }
}

static void what_is_no_event_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"",
                                        "{",
                                        "[]",
                                        "1",
                                        "{}",
                                        "{\"event\":\"party\"}",
                                        "{\"event\":\"hold\",\"event\":\"hold\"}",
                                        "{\"event\":7}"};
    struct event event;
    struct failure failure;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        failure.text[0] = 0;
        assert_int_equal(event_decode(&event, texts[i], strlen(texts[i]), &failure), STATUS_FORMAT);
        assert_true(failure.text[0] != 0);
    }
}

static void a_bus_is_a_private_folder(void **state)
{
    struct failure failure;
    char folder[BUS_FOLDER_SIZE], expected[160];
    setenv("XDG_RUNTIME_DIR", *state, 1);
    assert_int_equal(bus_folder(folder, NULL, &failure), STATUS_OK);
    snprintf(expected, sizeof expected, "%s/rollscope/main", (char *)*state);
    assert_string_equal(folder, expected);
    struct stat about;
    assert_int_equal(stat(folder, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0700);
    assert_int_equal(bus_folder(folder, "left-leg", &failure), STATUS_OK);
    assert_non_null(strstr(folder, "/rollscope/left-leg"));
    assert_int_equal(bus_folder(folder, *state, &failure), STATUS_OK);
    assert_string_equal(folder, (char *)*state);
}

static void a_bus_that_cannot_be_is_refused(void **state)
{
    struct failure failure;
    char folder[BUS_FOLDER_SIZE], path[200];
    assert_int_equal(bus_folder(folder, "a b", &failure), STATUS_ARGUMENT);
    assert_int_equal(bus_folder(folder, "..", &failure), STATUS_ARGUMENT);
    snprintf(path, sizeof path, "%s/%0100d", (char *)*state, 0);
    assert_int_equal(bus_folder(folder, path, &failure), STATUS_ARGUMENT);
    assert_non_null(strstr(failure.text, "too long"));
    assert_int_equal(chmod(*state, 0777), 0);
    assert_int_equal(bus_folder(folder, *state, &failure), STATUS_ARGUMENT);
    assert_int_equal(bus_folder(folder, "/dev/null", &failure), STATUS_ARGUMENT);
}

#define FOLDER_TEST(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_frame_is_laid_out_as_documented),
        cmocka_unit_test(a_frame_of_wrong_length_magic_version_or_shape_is_refused),
        cmocka_unit_test(an_event_is_the_json_written_by_hand),
        cmocka_unit_test(every_number_of_every_kind_survives_to_the_bit),
        cmocka_unit_test(what_is_no_event_is_refused),
        FOLDER_TEST(a_bus_is_a_private_folder),
        FOLDER_TEST(a_bus_that_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
