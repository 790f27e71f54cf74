/* What is recorded is what is read: frames, times, events, truth, names. */
#include "support_record.h"

#include <math.h>

static struct session *opened(const char *path)
{
    struct session *session;
    struct failure failure;
    if (session_open(&session, path, &failure) < 0)
        fail_msg("%s", failure.text);
    return session;
}

static void check_frames(struct session *session)
{
    struct frame read, written;
    struct failure failure = {0};
    assert_int_equal(session_frames(session), PATTERN_FRAMES);
    for (uint64_t i = 0; i < PATTERN_FRAMES; i++) {
        assert_int_equal(session_read(session, &read, &failure), 1);
        written = pattern_frame(i);
        assert_int_equal(read.number, i);
        assert_int_equal(read.time_us, written.time_us);
        assert_int_equal(read.sequence, written.sequence);
        assert_int_equal(read.flags, written.flags);
        assert_int_equal(read.rows, PATTERN_ROWS);
        assert_int_equal(read.cols, PATTERN_COLS);
        assert_memory_equal(read.cells, written.cells, PATTERN_ROWS * PATTERN_COLS * 2);
    }
    assert_int_equal(session_read(session, &read, &failure), STATUS_END);
}

static void check_event(const struct event *read, const struct event *written)
{
    const struct event_kind *kind = event_kind(written->type);
    assert_int_equal(read->type, written->type);
    assert_int_equal(read->number, written->number);
    assert_int_equal(read->frame, written->frame);
    assert_memory_equal(&read->published_s, &written->published_s, sizeof(double));
    for (size_t i = 0; i < kind->column_count; i++)
        assert_memory_equal((const char *)read + kind->columns[i].offset,
                            (const char *)written + kind->columns[i].offset, kind->columns[i].size);
}

static void check_events(struct session *session)
{
    struct event *events;
    for (int type = 0; type < EVENT_SUMMARY; type++) {
        assert_int_equal(session_events(session, NULL, (enum event_type)type, &events, NULL), 3);
        for (uint32_t i = 0; i < 3; i++) {
            struct event written =
                pattern_event((enum event_type)type, i, i * EVENT_SUMMARY + (unsigned)type);
            check_event(&events[i], &written);
        }
        free(events);
    }
    assert_int_equal(session_events(session, NULL, EVENT_SUMMARY, &events, NULL), 1);
    struct event written = pattern_event(EVENT_SUMMARY, 4, 3 * EVENT_SUMMARY);
    check_event(events, &written);
    free(events);
}

static void check_truth(struct session *session)
{
    struct truth read, written = pattern_truth();
    assert_int_equal(session_truth(session, &read, NULL), 1);
    assert_int_equal(read.stroke_count, 2);
    assert_int_equal(read.hold_count, 1);
    assert_int_equal(read.spot_count, 3);
    assert_int_equal(read.seed, written.seed);
    assert_string_equal(read.scenario, "pattern");
    for (size_t i = 0; i < 2; i++) {
        assert_memory_equal(&read.strokes[i].start_s, &written.strokes[i].start_s, 24);
        assert_int_equal(read.strokes[i].tool, written.strokes[i].tool);
    }
    assert_memory_equal(read.holds, written.holds, 32);
    assert_int_equal(read.holds[0].tool, 2);
    for (size_t i = 0; i < 3; i++) {
        assert_memory_equal(&read.spots[i].x_mm, &written.spots[i].x_mm, 32);
        assert_int_equal(read.spots[i].strokes, written.spots[i].strokes);
    }
    truth_free(&read);
}

static void check_about(struct session *session)
{
    const struct session_about *read = session_about(session);
    struct session_about written = pattern_about();
    assert_string_equal(read->session_id, written.session_id);
    assert_string_equal(read->title, written.title);
    assert_string_equal(read->software, written.software);
    assert_string_equal(read->created, written.created);
    assert_string_equal(read->subject, written.subject);
    assert_string_equal(read->body_part, written.body_part);
    assert_string_equal(read->side, "");
    assert_string_equal(read->mat.device, written.mat.device);
    assert_string_equal(read->mat.serial, written.mat.serial);
    assert_string_equal(read->mat.protocol, written.mat.protocol);
    assert_string_equal(read->mat.calibration, written.mat.calibration);
    assert_string_equal(read->calibration_text, written.calibration_text);
    assert_memory_equal(&read->mat.geometry.pitch_x_mm, &written.mat.geometry.pitch_x_mm, 40);
    assert_int_equal(read->mat.geometry.full_scale, 4095);
    assert_true(read->closed && read->calibrated);
    assert_true(fabs(session_duration_s(session) - 0.560056) < 1e-12);
}

static void check_counters(struct session *session)
{
    struct session_counter read[SESSION_COUNTERS_MAX], written[2];
    size_t count = pattern_counters(written, PATTERN_FRAMES);
    assert_int_equal(session_counters(session, read, NULL), count);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(read[i].name, written[i].name);
        assert_string_equal(read[i].unit, written[i].unit);
        assert_string_equal(read[i].text, written[i].text);
        assert_memory_equal(&read[i].value, &written[i].value, sizeof read[i].value);
    }
}

static void check_file(const char *name, bool swmr)
{
    pattern_write(scratch_file(name), swmr);
    struct session *session = opened(scratch_file(name));
    check_about(session);
    check_frames(session);
    check_events(session);
    check_truth(session);
    check_counters(session);
    session_close(session);
}

static void everything_written_is_read_back(void **state)
{
    (void)state;
    check_file("plain.h5", false);
}

static void everything_written_for_readers_is_read_back(void **state)
{
    (void)state;
    check_file("swmr.h5", true);
}

static void reading_goes_on_where_it_was_sent(void **state)
{
    (void)state;
    struct frame frame;
    struct failure failure;
    struct session *session = opened(scratch_file("plain.h5"));
    const uint64_t order[] = {40, 3, 56, 0, 17};
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(session_seek(session, order[i], NULL), STATUS_OK);
        assert_int_equal(session_read(session, &frame, NULL), 1);
        assert_int_equal(frame.number, order[i]);
        assert_int_equal(frame.time_us, PATTERN_START_US + (int64_t)order[i] * PATTERN_STEP_US);
        assert_int_equal(frame.cells[5], (7 * order[i] + 65) % 4096);
    }
    assert_int_equal(session_seek(session, PATTERN_FRAMES, NULL), STATUS_OK);
    assert_int_equal(session_read(session, &frame, NULL), STATUS_END);
    assert_int_equal(session_seek(session, PATTERN_FRAMES + 1, &failure), STATUS_ARGUMENT);
    session_close(session);
}

static void skimming_gives_all_but_the_cells(void **state)
{
    (void)state;
    struct session *session;
    struct frame frame;
    struct failure failure;
    assert_int_equal(session_open(&session, scratch_file("plain.h5"), &failure), STATUS_OK);
    assert_true(session_skim(session));
    for (uint64_t i = 0; i < PATTERN_FRAMES; i++) {
        struct frame written = pattern_frame(i);
        assert_int_equal(session_read(session, &frame, &failure), 1);
        assert_int_equal(frame.time_us, written.time_us);
        assert_int_equal(frame.sequence, written.sequence);
        assert_int_equal(frame.flags, written.flags);
        assert_null(frame.cells);
    }
    assert_int_equal(session_read(session, &frame, &failure), STATUS_END);
    session_close(session);
}

static void every_microsecond_survives(void **state)
{
    (void)state;
    struct recorder *recorder;
    struct session *session;
    struct failure failure = {0};
    struct session_about about = pattern_about();
    struct frame frame = pattern_frame(0);
    const int64_t starts[] = {0, 7000001, INT64_C(1798761599999999), INT64_C(4294967295999999),
                              INT64_C(8589934591000000)};
    const char *path = scratch_file("times.h5");
    assert_int_equal(recorder_open(&recorder, path, &about, NULL, NULL, &failure), STATUS_OK);
    for (size_t i = 0; i < 5; i++)
        for (int j = 0; j < 400; j++) {
            frame.time_us = starts[i] + j * INT64_C(2497) + (i > 1);
            assert_int_equal(recorder_frame(recorder, &frame, &failure), STATUS_OK);
        }
    assert_int_equal(recorder_close(recorder, &failure), STATUS_OK);
    session = opened(path);
    for (size_t i = 0; i < 5; i++)
        for (int j = 0; j < 400; j++) {
            assert_int_equal(session_read(session, &frame, &failure), 1);
            assert_int_equal(frame.time_us, starts[i] + j * INT64_C(2497) + (i > 1));
        }
    session_close(session);
}

static void a_spot_said_again_replaces_the_earlier_one(void **state)
{
    (void)state;
    struct recorder *recorder;
    struct failure failure = {0};
    struct session_about about = pattern_about();
    const char *path = scratch_file("spots.h5");
    const struct recorder_options options = {.swmr = true};
    assert_int_equal(recorder_open(&recorder, path, &about, NULL, &options, &failure), STATUS_OK);
    struct frame frame = pattern_frame(0);
    assert_int_equal(recorder_frame(recorder, &frame, &failure), STATUS_OK);
    const uint32_t ids[] = {1, 2, 1, 3, 2};
    for (uint32_t i = 0; i < 5; i++) {
        struct event event = pattern_event(EVENT_SPOT, i, i);
        event.spot.id = ids[i];
        assert_int_equal(recorder_event(recorder, &event, &failure), STATUS_OK);
        if (i == 1)
            assert_int_equal(recorder_sync(recorder, &failure), STATUS_OK);
    }
    assert_int_equal(recorder_close(recorder, &failure), STATUS_OK);
    struct session *session = opened(path);
    struct event *events;
    assert_int_equal(session_events(session, NULL, EVENT_SPOT, &events, &failure), 3);
    assert_int_equal(events[0].spot.id, 1);
    assert_int_equal(events[0].number, 2);
    assert_int_equal(events[1].spot.id, 2);
    assert_int_equal(events[1].number, 4);
    assert_int_equal(events[2].spot.id, 3);
    free(events);
    session_close(session);
}

static void a_bout_said_again_replaces_the_earlier_one(void **state)
{
    (void)state;
    struct recorder *recorder;
    struct failure failure = {0};
    struct session_about about = pattern_about();
    const char *path = scratch_file("bouts.h5");
    assert_int_equal(recorder_open(&recorder, path, &about, NULL, NULL, &failure), STATUS_OK);
    struct frame frame = pattern_frame(0);
    assert_int_equal(recorder_frame(recorder, &frame, &failure), STATUS_OK);
    for (uint32_t i = 0; i < 200; i++) {
        struct event event = pattern_event(EVENT_BOUT, i, i);
        event.bout.id = i % 100 + 1;
        assert_int_equal(recorder_event(recorder, &event, &failure), STATUS_OK);
    }
    assert_int_equal(recorder_close(recorder, &failure), STATUS_OK);
    struct session *session = opened(path);
    struct event *events;
    assert_int_equal(session_events(session, NULL, EVENT_BOUT, &events, &failure), 100);
    for (uint32_t i = 0; i < 100; i++) {
        assert_int_equal(events[i].bout.id, i + 1);
        assert_int_equal(events[i].number, 100 + i);
    }
    free(events);
    session_close(session);
}

static void a_session_without_frames_is_read(void **state)
{
    (void)state;
    struct recorder *recorder;
    struct frame frame;
    struct failure failure = {0};
    struct session_about about = pattern_about();
    struct event *events;
    const char *path = scratch_file("empty.h5");
    assert_int_equal(recorder_open(&recorder, path, &about, NULL, NULL, &failure), STATUS_OK);
    assert_int_equal(recorder_close(recorder, &failure), STATUS_OK);
    struct session *session = opened(path);
    assert_int_equal(session_frames(session), 0);
    assert_int_equal(session_read(session, &frame, &failure), STATUS_END);
    assert_int_equal(session_events(session, NULL, EVENT_STROKE, &events, &failure), 0);
    assert_null(events);
    assert_int_equal(session_truth(session, &(struct truth){0}, &failure), 0);
    session_close(session);
}

static void an_existing_file_is_never_overwritten(void **state)
{
    (void)state;
    struct recorder *recorder;
    struct failure failure;
    struct session_about about = pattern_about();
    const char *path = scratch_file("kept.h5");
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("mine", file);
    fclose(file);
    assert_int_equal(recorder_open(&recorder, path, &about, NULL, NULL, &failure), STATUS_BUSY);
    assert_non_null(strstr(failure.text, path));
    char text[8] = "";
    file = fopen(path, "r");
    assert_non_null(fgets(text, sizeof text, file));
    fclose(file);
    assert_string_equal(text, "mine");
}

static void a_frame_out_of_order_or_shape_is_refused_and_the_rest_goes_on(void **state)
{
    (void)state;
    struct recorder *recorder;
    struct failure failure;
    struct session_about about = pattern_about();
    const char *path = scratch_file("order.h5");
    assert_int_equal(recorder_open(&recorder, path, &about, NULL, NULL, &failure), STATUS_OK);
    struct frame first = pattern_frame(1), again = first, wide = first;
    assert_int_equal(recorder_frame(recorder, &first, &failure), STATUS_OK);
    assert_int_equal(recorder_frame(recorder, &again, &failure), STATUS_ARGUMENT);
    wide.time_us += 1;
    wide.cols = 11;
    assert_int_equal(recorder_frame(recorder, &wide, &failure), STATUS_ARGUMENT);
    struct frame next = pattern_frame(2);
    assert_int_equal(recorder_frame(recorder, &next, &failure), STATUS_OK);
    assert_int_equal(recorder_close(recorder, &failure), STATUS_OK);
    struct session *session = opened(path);
    assert_int_equal(session_frames(session), 2);
    session_close(session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_written_is_read_back),
        cmocka_unit_test(everything_written_for_readers_is_read_back),
        cmocka_unit_test(reading_goes_on_where_it_was_sent),
        cmocka_unit_test(skimming_gives_all_but_the_cells),
        cmocka_unit_test(every_microsecond_survives),
        cmocka_unit_test(a_spot_said_again_replaces_the_earlier_one),
        cmocka_unit_test(a_bout_said_again_replaces_the_earlier_one),
        cmocka_unit_test(a_session_without_frames_is_read),
        cmocka_unit_test(an_existing_file_is_never_overwritten),
        cmocka_unit_test(a_frame_out_of_order_or_shape_is_refused_and_the_rest_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
