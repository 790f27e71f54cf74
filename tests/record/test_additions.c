/* A finished session takes notes, markers and further analyses; nothing in it is lost. */
#include "support_record.h"

#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

static struct session *opened(const char *path)
{
    struct session *session;
    struct failure failure;
    if (session_open(&session, path, &failure) < 0)
        fail_msg("%s", failure.text);
    return session;
}

static void notes_and_markers_are_added_and_the_rest_stays(void **state)
{
    (void)state;
    const char *path = scratch_file("annotated.h5");
    const struct annotation texts[] = {{"subject", "P-17"},
                                       {"notes", "left knee \xe2\x80\x93 sore"}};
    const struct marker markers[] = {{.time_s = 0.2, .kind = "pain", .value = 6},
                                     {.time_s = 0.4, .kind = "note", .value = NAN, .text = "rest"}};
    const struct annotations annotations = {
        .texts = texts, .text_count = 2, .markers = markers, .marker_count = 2};
    struct failure failure;
    struct event *events;
    struct frame frame;
    pattern_write(path, true);
    assert_int_equal(chmod(path, 0640), 0);
    if (session_annotate(path, &annotations, &failure) < 0)
        fail_msg("%s", failure.text);
    struct stat file;
    assert_int_equal(stat(path, &file), 0);
    assert_int_equal(file.st_mode & 0777, 0640);
    struct session *session = opened(path);
    assert_string_equal(session_about(session)->subject, "P-17");
    assert_string_equal(session_about(session)->notes, "left knee \xe2\x80\x93 sore");
    assert_string_equal(session_about(session)->body_part, "calf");
    assert_int_equal(session_events(session, NULL, EVENT_MARKER, &events, &failure), 5);
    assert_string_equal(events[2].marker.text, "h\xc3\xa4lt 2");
    assert_int_equal(events[3].marker.id, events[2].marker.id + 1);
    assert_true(events[3].number > events[2].number);
    assert_true(fabs(events[3].marker.value - 6) < 1e-12);
    assert_string_equal(events[4].marker.text, "rest");
    assert_true(isnan(events[4].marker.value));
    free(events);
    assert_true(session_check(session));
    for (int i = 0; i < PATTERN_FRAMES; i++)
        assert_int_equal(session_read(session, &frame, &failure), 1);
    session_close(session);
    assert_int_not_equal(access(scratch_file("annotated.h5.new"), F_OK), 0);
}

static void a_session_of_others_takes_markers_too(void **state)
{
    (void)state;
    struct failure failure;
    struct event *events;
    const struct marker marker = {.time_s = 0.1, .kind = "pain", .value = 3};
    const struct annotations annotations = {.markers = &marker, .marker_count = 1};
    assert_int_equal(run_python("write_foreign.py", scratch(), NULL), 0);
    const char *path = scratch_file("xarray.h5");
    if (session_annotate(path, &annotations, &failure) < 0)
        fail_msg("%s", failure.text);
    struct session *session = opened(path);
    assert_int_equal(session_events(session, NULL, EVENT_MARKER, &events, &failure), 1);
    assert_true(fabs(events[0].marker.time_s - 0.1) < 1e-9);
    free(events);
    session_close(session);
}

static void a_marker_is_written_in_the_units_of_its_table(void **state)
{
    (void)state;
    struct failure failure;
    struct event *events;
    const char *path = scratch_file("milliseconds.h5");
    const struct marker marker = {.time_s = 0.4, .kind = "pain", .value = 3};
    const struct annotations annotations = {.markers = &marker, .marker_count = 1};
    pattern_write(path, false);
    assert_int_equal(run_python("alter.py", "tell_markers_in_milliseconds", path), 0);
    if (session_annotate(path, &annotations, &failure) < 0)
        fail_msg("%s", failure.text);
    struct session *session = opened(path);
    assert_int_equal(session_events(session, NULL, EVENT_MARKER, &events, &failure), 4);
    assert_true(fabs(events[0].marker.time_s - pattern_event(EVENT_MARKER, 0, 0).marker.time_s) <
                1e-9);
    assert_true(fabs(events[3].marker.time_s - 0.4) < 1e-9);
    free(events);
    session_close(session);
}

static double marker_in_file_s(const char *path, const char *units)
{
    char command[1024];
    double found = NAN;
    snprintf(command, sizeof command,
             "/usr/bin/python3 -c 'import h5py; t = h5py.File(\"%s\")[\"markers/time\"]; "
             "assert t.attrs[\"units\"] == b\"%s\", t.attrs[\"units\"]; print(t[-1])'",
             path, units);
    FILE *out = popen(command, "r");
    assert_non_null(out);
    assert_int_equal(fscanf(out, "%lf", &found), 1);
    assert_int_equal(pclose(out), 0);
    return found;
}

static void times_in_a_later_part_count_from_the_session_s_start(void **state)
{
    (void)state;
    struct failure failure;
    struct recorder *recorder;
    struct event *events;
    const char *path = scratch_file("later-002.h5");
    const struct marker marker = {.time_s = 100.25, .kind = "pain", .value = 3};
    const struct annotations annotations = {.markers = &marker, .marker_count = 1};
    struct session_about about = pattern_about();
    about.part = 2;
    about.origin_us = PATTERN_START_US - 100000000;
    about.closed = false;
    if (recorder_open(&recorder, path, &about, NULL, NULL, &failure) < 0)
        fail_msg("%s", failure.text);
    for (uint64_t i = 0; i < PATTERN_FRAMES; i++) {
        const struct frame frame = pattern_frame(i);
        assert_int_equal(recorder_frame(recorder, &frame, &failure), STATUS_OK);
    }
    assert_int_equal(recorder_close(recorder, &failure), STATUS_OK);
    if (session_annotate(path, &annotations, &failure) < 0)
        fail_msg("%s", failure.text);
    assert_true(fabs(marker_in_file_s(path, "seconds since 2026-12-31T23:58:19.123457Z") - 100.25) <
                1e-9);
    struct session *session = opened(path);
    assert_int_equal(session_events(session, NULL, EVENT_MARKER, &events, &failure), 1);
    assert_true(fabs(events[0].marker.time_s - 0.25) < 1e-9);
    free(events);
    session_close(session);
}

static void the_file_s_own_attributes_are_not_for_annotating(void **state)
{
    (void)state;
    struct failure failure;
    const char *path = scratch_file("kept.h5");
    const struct annotation text = {"closed", "0"};
    const struct annotations annotations = {.texts = &text, .text_count = 1};
    pattern_write(path, false);
    assert_int_equal(session_annotate(path, &annotations, &failure), STATUS_ARGUMENT);
    assert_non_null(strstr(failure.text, "closed"));
    struct session *session = opened(path);
    assert_true(session_about(session)->closed);
    session_close(session);
    assert_int_not_equal(access(scratch_file("kept.h5.new"), F_OK), 0);
}

static void an_analysis_is_written_beside_and_never_over(void **state)
{
    (void)state;
    struct failure failure;
    struct event *events;
    struct parameters parameters, read;
    const char *path = scratch_file("analysed.h5");
    struct event found[3] = {pattern_event(EVENT_STROKE, 7, 0), pattern_event(EVENT_SPOT, 8, 1),
                             pattern_event(EVENT_SUMMARY, 9, 2)};
    parameters_default(&parameters);
    parameters.hold_s = 5;
    struct session_analysis analysis = {.name = "holds-of-5s",
                                        .software = "rollscope 9",
                                        .parameters = &parameters,
                                        .events = found,
                                        .event_count = 3};
    pattern_write(path, false);
    if (session_add_analysis(path, &analysis, &failure) < 0)
        fail_msg("%s", failure.text);
    assert_int_equal(session_add_analysis(path, &analysis, &failure), STATUS_BUSY);
    analysis.name = "../etc";
    assert_int_equal(session_add_analysis(path, &analysis, &failure), STATUS_ARGUMENT);
    analysis.name = "second";
    assert_int_equal(session_add_analysis(path, &analysis, &failure), STATUS_OK);
    struct session *session = opened(path);
    assert_int_equal(session_events(session, "holds-of-5s", EVENT_STROKE, &events, &failure), 1);
    assert_memory_equal(&events[0].stroke.start_s, &found[0].stroke.start_s, sizeof(double));
    free(events);
    assert_int_equal(session_events(session, "second", EVENT_SUMMARY, &events, &failure), 1);
    free(events);
    assert_int_equal(session_events(session, "third", EVENT_STROKE, &events, &failure),
                     STATUS_NOT_FOUND);
    assert_int_equal(session_parameters(session, "second", &read, &failure), 1);
    assert_memory_equal(&read, &parameters, sizeof read);
    assert_int_equal(session_events(session, NULL, EVENT_STROKE, &events, &failure), 3);
    free(events);
    session_close(session);
    assert_int_equal(run_python("open_everywhere.py", path, NULL), 0);
}

static void fill_maps(struct session_maps *maps, float *kpa, float first)
{
    maps->duration_s = first;
    for (int b = 0; b < SESSION_MAP_COUNT; b++)
        maps->kpa[b] = kpa + (size_t)b * PATTERN_ROWS * PATTERN_COLS;
    for (int i = 0; i < SESSION_MAP_COUNT * PATTERN_ROWS * PATTERN_COLS; i++)
        kpa[i] = first + (float)i;
}

static void expect_maps(struct session *session, const char *analysis,
                        const struct session_maps *expected)
{
    struct failure failure;
    struct session_maps maps;
    if (session_maps(session, analysis, &maps, &failure) != 1)
        fail_msg("%s", failure.text);
    assert_true(maps.duration_s == expected->duration_s);
    for (int b = 0; b < SESSION_MAP_COUNT; b++)
        assert_memory_equal(maps.kpa[b], expected->kpa[b],
                            PATTERN_ROWS * PATTERN_COLS * sizeof(float));
    session_maps_free(&maps);
}

static void maps_are_replaced_and_those_of_an_analysis_stay_apart(void **state)
{
    (void)state;
    struct recorder *recorder;
    struct failure failure;
    struct session_maps maps, other, none;
    struct parameters parameters;
    float kpa[SESSION_MAP_COUNT * PATTERN_ROWS * PATTERN_COLS];
    float more[SESSION_MAP_COUNT * PATTERN_ROWS * PATTERN_COLS];
    const struct recorder_options options = {.swmr = true};
    const struct session_about about = pattern_about();
    const char *path = scratch_file("maps.h5");
    parameters_default(&parameters);
    assert_int_equal(recorder_open(&recorder, path, &about, NULL, &options, &failure), STATUS_OK);
    fill_maps(&maps, kpa, 3);
    assert_int_equal(recorder_maps(recorder, &maps, &failure), STATUS_ARGUMENT);
    struct frame frame = pattern_frame(0);
    assert_int_equal(recorder_frame(recorder, &frame, &failure), STATUS_OK);
    assert_int_equal(recorder_maps(recorder, &maps, &failure), STATUS_OK);
    fill_maps(&maps, kpa, 7);
    assert_int_equal(recorder_maps(recorder, &maps, &failure), STATUS_OK);
    assert_int_equal(recorder_close(recorder, &failure), STATUS_OK);
    fill_maps(&other, more, 50);
    const struct session_analysis analysis = {
        .name = "again", .software = "rollscope 9", .parameters = &parameters, .maps = &other};
    if (session_add_analysis(path, &analysis, &failure) < 0)
        fail_msg("%s", failure.text);
    struct session *session = opened(path);
    expect_maps(session, NULL, &maps);
    expect_maps(session, "again", &other);
    assert_int_equal(session_maps(session, "never", &none, &failure), STATUS_NOT_FOUND);
    session_close(session);
    assert_int_equal(
        recorder_open(&recorder, scratch_file("mapless.h5"), &about, NULL, NULL, &failure),
        STATUS_OK);
    assert_int_equal(recorder_frame(recorder, &frame, &failure), STATUS_OK);
    assert_int_equal(recorder_close(recorder, &failure), STATUS_OK);
    session = opened(scratch_file("mapless.h5"));
    assert_int_equal(session_maps(session, NULL, &none, &failure), 0);
    session_close(session);
}

static void a_file_being_recorded_is_busy(void **state)
{
    (void)state;
    struct recorder *recorder;
    struct failure failure;
    struct session_about about = pattern_about();
    const struct annotations annotations = {.text_count = 0};
    const struct recorder_options options = {.swmr = true};
    const char *path = scratch_file("recorded.h5");
    assert_int_equal(recorder_open(&recorder, path, &about, NULL, &options, &failure), STATUS_OK);
    struct frame frame = pattern_frame(0);
    assert_int_equal(recorder_frame(recorder, &frame, &failure), STATUS_OK);
    assert_int_equal(session_annotate(path, &annotations, &failure), STATUS_BUSY);
    assert_int_equal(recorder_close(recorder, &failure), STATUS_OK);
    assert_int_equal(session_annotate(path, &annotations, &failure), STATUS_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(notes_and_markers_are_added_and_the_rest_stays),
        cmocka_unit_test(a_session_of_others_takes_markers_too),
        cmocka_unit_test(a_marker_is_written_in_the_units_of_its_table),
        cmocka_unit_test(times_in_a_later_part_count_from_the_session_s_start),
        cmocka_unit_test(the_file_s_own_attributes_are_not_for_annotating),
        cmocka_unit_test(an_analysis_is_written_beside_and_never_over),
        cmocka_unit_test(maps_are_replaced_and_those_of_an_analysis_stay_apart),
        cmocka_unit_test(a_file_being_recorded_is_busy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
