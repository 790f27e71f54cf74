#include "support_record.h"

#include <sys/wait.h>
#include <unistd.h>

static char directory[64];

static void remove_directory(void)
{
    char command[96];
    snprintf(command, sizeof command, "rm -rf '%s'", directory);
    if (*directory && system(command) != 0)
        fprintf(stderr, "%s is left behind\n", directory);
}

const char *scratch(void)
{
    if (!*directory) {
        strcpy(directory, "/tmp/rollscope-record-XXXXXX");
        assert_non_null(mkdtemp(directory));
        atexit(remove_directory);
    }
    return directory;
}

const char *scratch_file(const char *name)
{
    static char paths[4][256];
    static int turn;
    turn = (turn + 1) % 4;
    snprintf(paths[turn], sizeof paths[turn], "%s/%s", scratch(), name);
    return paths[turn];
}

struct session_about pattern_about(void)
{
    return (struct session_about){.session_id = "8d0a1c1e-5f1b-4c39-9a51-2f9b6f0c7d11",
                                  .title = "pattern",
                                  .software = "rollscope test",
                                  .created = "2026-12-31T23:59:59Z",
                                  .subject = "S\xc3\xb8ren",
                                  .body_part = "calf",
                                  .mat = {.geometry = {.rows = PATTERN_ROWS,
                                                       .cols = PATTERN_COLS,
                                                       .pitch_x_mm = 8.1,
                                                       .pitch_y_mm = 7.9,
                                                       .rate_hz = 100,
                                                       .scale_kpa = 200.0 / 4095,
                                                       .offset_kpa = 0.25,
                                                       .full_scale = 4095},
                                          .device = "pattern-mat",
                                          .serial = "0001",
                                          .protocol = "rollscope",
                                          .calibration = "cal-7"},
                                  .calibration_text = PATTERN_CALIBRATION,
                                  .calibrated = true};
}

struct frame pattern_frame(uint64_t i)
{
    static uint16_t cells[PATTERN_ROWS * PATTERN_COLS];
    for (uint64_t k = 0; k < PATTERN_ROWS * PATTERN_COLS; k++)
        cells[k] = (uint16_t)((7 * i + 13 * k) % 4096);
    return (struct frame){.number = i,
                          .sequence = 100 + 2 * i,
                          .time_us = PATTERN_START_US + (int64_t)i * PATTERN_STEP_US,
                          .flags = (uint32_t)(i % 16),
                          .rows = PATTERN_ROWS,
                          .cols = PATTERN_COLS,
                          .cells = cells};
}

struct event pattern_event(enum event_type type, uint32_t i, uint64_t number)
{
    const struct event_kind *kind = event_kind(type);
    struct event event = {.type = type, .number = number, .frame = 3 * i, .published_s = 0.03 * i};
    for (size_t j = 0; j < kind->column_count; j++)
        column_set_number(&event, &kind->columns[j],
                          kind->columns[j].type == COLUMN_BOOL ? (double)((i + j) % 2)
                          : kind->columns[j].type == COLUMN_U32 ||
                                  kind->columns[j].type == COLUMN_U64
                              ? (double)(i + 1 + 10 * j)
                              : 0.1 * (double)(i + 1) + (double)j);
    if (type == EVENT_MARKER) {
        snprintf(event.marker.kind, sizeof event.marker.kind, "pain%u", i);
        snprintf(event.marker.text, sizeof event.marker.text, "h\xc3\xa4lt %u", i);
    }
    return event;
}

struct event pattern_event_at(enum event_type type, uint32_t i, uint64_t number)
{
    struct event event = pattern_event(type, i, number);
    event.frame = i;
    event.published_s = i * PATTERN_STEP_US * 1e-6;
    return event;
}

struct truth pattern_truth(void)
{
    static struct truth_stroke strokes[] = {{0.05, 0.25, 120.5, 0}, {0.26, 0.45, 119.25, 1}};
    static struct truth_hold holds[] = {{0.46, 0.55, 40, 50, 2}};
    static struct truth_spot spots[] = {{30, 40, 8, 0.5, 2}, {10, 20, 6, 0.25, 0}, {1, 2, 3, 4, 5}};
    return (struct truth){.strokes = strokes,
                          .holds = holds,
                          .spots = spots,
                          .stroke_count = 2,
                          .hold_count = 1,
                          .spot_count = 3,
                          .scenario = "pattern",
                          .seed = UINT64_C(18446744073709551557)};
}

static void write_events(struct recorder *recorder, struct failure *failure)
{
    uint64_t number = 0;
    for (uint32_t i = 0; i < 3; i++)
        for (int type = 0; type < EVENT_SUMMARY; type++) {
            struct event event = pattern_event((enum event_type)type, i, number++);
            assert_int_equal(recorder_event(recorder, &event, failure), STATUS_OK);
        }
    struct event event = pattern_event(EVENT_SUMMARY, 4, number);
    assert_int_equal(recorder_event(recorder, &event, failure), STATUS_OK);
}

size_t pattern_counters(struct session_counter *counters, double frames)
{
    counters[0] = (struct session_counter){"lost", "frame", "frames that are missing", frames / 8};
    counters[1] = (struct session_counter){"rate_hz", "Hz", "frames a second", 100.25};
    return 2;
}

static void write_maps(struct recorder *recorder, struct failure *failure)
{
    enum { CELLS = PATTERN_ROWS * PATTERN_COLS };
    float kpa[SESSION_MAP_COUNT * CELLS];
    struct session_maps maps = {.duration_s = 0.57};
    for (int b = 0; b < SESSION_MAP_COUNT; b++)
        maps.kpa[b] = kpa + b * CELLS;
    for (int i = 0; i < SESSION_MAP_COUNT * CELLS; i++)
        kpa[i] = (float)(i / CELLS * 1000 + i % CELLS);
    assert_int_equal(recorder_maps(recorder, &maps, failure), STATUS_OK);
}

void pattern_write(const char *path, bool swmr)
{
    struct session_counter counters[2];
    struct recorder *recorder;
    struct failure failure = {0};
    struct parameters parameters;
    struct session_about about = pattern_about();
    struct truth truth = pattern_truth();
    parameters_default(&parameters);
    const struct recorder_options options = {.swmr = swmr};
    assert_int_equal(recorder_open(&recorder, path, &about, &parameters, &options, &failure), 0);
    assert_int_equal(recorder_truth(recorder, &truth, &failure), STATUS_OK);
    size_t count = pattern_counters(counters, 0);
    assert_int_equal(recorder_counters(recorder, counters, count, &failure), STATUS_OK);
    for (uint64_t i = 0; i < PATTERN_FRAMES; i++) {
        struct frame frame = pattern_frame(i);
        if (recorder_frame(recorder, &frame, &failure) < 0)
            fail_msg("%s", failure.text);
    }
    write_events(recorder, &failure);
    pattern_counters(counters, PATTERN_FRAMES);
    assert_int_equal(recorder_counters(recorder, counters, count, &failure), STATUS_OK);
    write_maps(recorder, &failure);
    if (recorder_close(recorder, &failure) < 0)
        fail_msg("%s", failure.text);
}

struct recorder *pattern_recorder(const char *path)
{
    struct recorder *recorder;
    struct failure failure;
    struct session_about about = pattern_about();
    struct parameters parameters;
    const struct recorder_options options = {.swmr = true};
    parameters_default(&parameters);
    parameters.slow_mm_s = 42;
    if (recorder_open(&recorder, path, &about, &parameters, &options, &failure) < 0)
        fail_msg("%s", failure.text);
    struct session_counter counters[2];
    assert_int_equal(recorder_counters(recorder, counters, pattern_counters(counters, 0), NULL), 0);
    return recorder;
}

static void check_frames(struct session *session)
{
    struct frame frame;
    struct failure failure;
    for (uint64_t i = 0; i < session_frames(session); i++) {
        if (session_read(session, &frame, &failure) != 1)
            fail_msg("%s", failure.text);
        struct frame written = pattern_frame(i);
        assert_int_equal(frame.time_us, written.time_us);
        assert_int_equal(frame.sequence, written.sequence);
        assert_memory_equal(frame.cells, written.cells, PATTERN_ROWS * PATTERN_COLS * 2);
    }
}

struct session *check_opens(const char *path, uint64_t least, bool closed)
{
    struct session *session;
    struct failure failure;
    struct parameters parameters;
    if (session_open(&session, path, &failure) < 0)
        fail_msg("%s", failure.text);
    assert_true(session_frames(session) >= least);
    assert_int_equal(session_about(session)->closed, closed);
    assert_string_equal(session_about(session)->subject, pattern_about().subject);
    assert_string_equal(session_about(session)->calibration_text, PATTERN_CALIBRATION);
    struct session_counter counters[SESSION_COUNTERS_MAX];
    assert_int_equal(session_counters(session, counters, &failure), 2);
    uint64_t counted_at = (uint64_t)(counters[0].value * 8 + 0.5);
    assert_true(counted_at == 0 || counted_at % 50 == 10);
    assert_int_equal(session_parameters(session, NULL, &parameters, &failure), 1);
    assert_true(parameters.slow_mm_s > 41.9 && parameters.slow_mm_s < 42.1);
    check_frames(session);
    return session;
}

int run_python(const char *script, const char *first, const char *second)
{
    char path[512];
    snprintf(path, sizeof path, "%s/tests/record/%s", getenv("ROLLSCOPE_SOURCE"), script);
    pid_t child = fork();
    if (child == 0) {
        unsetenv("ASAN_OPTIONS");
        execl("/usr/bin/python3", "python3", path, first, second, (char *)NULL);
        _exit(127);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}
