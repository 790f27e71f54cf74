/* A recorded session as a source: its frames, its times, its spacing. */
#include "record/record.h"
#include "tools/sources/sources.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define ROWS   2
#define COLS   3
#define FRAMES 400
#define ZERO   INT64_C(1700000000000000)

static char path[] = "/tmp/rollscope-source-XXXXXX";

/* Irregular on purpose: 3 to 9 ms apart. */
static int64_t time_us(unsigned number)
{
    int64_t time = ZERO;
    for (unsigned i = 1; i <= number; i++)
        time += 3000 + 1000 * (i * 7 % 7 + i * 5 % 6) / 2;
    return time;
}

static int session_make(void **state)
{
    (void)state;
    int file = mkstemp(path);
    struct session_about about = {.mat = {.geometry = {.rows = ROWS,
                                                       .cols = COLS,
                                                       .pitch_x_mm = 10,
                                                       .pitch_y_mm = 10,
                                                       .scale_kpa = 0.1,
                                                       .full_scale = 4095}}};
    struct recorder *recorder;
    if (file < 0 || close(file) || unlink(path) ||
        recorder_open(&recorder, path, &about, NULL, NULL, NULL))
        return -1;
    for (unsigned i = 0; i < FRAMES; i++) {
        uint16_t cells[ROWS * COLS] = {(uint16_t)i, 1, 2, 3, 4, 5};
        struct frame frame = {.number = i,
                              .sequence = 2 * i,
                              .time_us = time_us(i),
                              .flags = i == 9 ? FRAME_SATURATED : 0,
                              .rows = ROWS,
                              .cols = COLS,
                              .cells = cells};
        if (recorder_frame(recorder, &frame, NULL))
            return -1;
    }
    return recorder_close(recorder, NULL);
}

static int session_remove(void **state)
{
    (void)state;
    return unlink(path);
}

static struct source *opened(const char *parameters)
{
    char text[128];
    struct address address;
    struct source *source;
    struct failure failure;
    snprintf(text, sizeof text, "session:%s?%s", path, parameters);
    assert_int_equal(source_address(&address, text, &failure), STATUS_OK);
    if (source_open_any(&source, &address, &failure))
        fail_msg("%s", failure.text);
    return source;
}

static void expect(struct source *source, unsigned number, unsigned recorded)
{
    struct frame frame;
    assert_int_equal(source_read(source, &frame, 1000, NULL), 1);
    assert_int_equal(frame.number, number);
    assert_int_equal(frame.sequence, 2 * recorded);
    assert_true(frame.time_us == time_us(recorded));
    assert_int_equal(frame.flags, recorded == 9 ? FRAME_SATURATED : 0);
    assert_int_equal(frame.cells[0], recorded);
}

static void frames_come_as_they_were_recorded(void **state)
{
    (void)state;
    struct source *source = opened("speed=max");
    struct frame frame;
    assert_int_equal(source_info(source)->geometry.cols, COLS);
    for (unsigned i = 0; i < FRAMES; i++)
        expect(source, i, i);
    assert_int_equal(source_read(source, &frame, 1000, NULL), STATUS_END);
    source_close(source);
}

static void a_part_begins_and_ends_at_the_times_given(void **state)
{
    (void)state;
    unsigned first = 0, last = 0;
    for (unsigned i = 0; i < FRAMES; i++) {
        first += time_us(i) < ZERO + 500000;
        last += time_us(i) <= ZERO + 1250000;
    }
    struct source *source = opened("speed=max&from=0.5&to=1.25");
    struct frame frame;
    for (unsigned i = first; i < last; i++)
        expect(source, i - first, i);
    assert_int_equal(source_read(source, &frame, 1000, NULL), STATUS_END);
    source_close(source);
}

static int64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* On a busy machine single frames are late; were lateness carried on, none at the end would be as
 * much in time as the best at the beginning. */
static void the_spacing_is_kept_no_frame_is_early_and_lateness_does_not_add_up(void **state)
{
    (void)state;
    struct source *source = opened("speed=2");
    struct frame frame;
    int64_t begun = now_us(), least_late[2] = {INT64_MAX, INT64_MAX};
    for (unsigned i = 0; i < FRAMES; i++) {
        int status;
        while (!(status = source_read(source, &frame, 3, NULL)))
            ;
        assert_int_equal(status, 1);
        int64_t late = now_us() - begun - (time_us(i) - ZERO) / 2;
        assert_true(late >= 0);
        int64_t *least = &least_late[i >= FRAMES / 2];
        *least = late < *least ? late : *least;
    }
    assert_true(least_late[1] - least_late[0] < 2000);
    source_close(source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_come_as_they_were_recorded),
        cmocka_unit_test(a_part_begins_and_ends_at_the_times_given),
        cmocka_unit_test(the_spacing_is_kept_no_frame_is_early_and_lateness_does_not_add_up),
    };
    return cmocka_run_group_tests(tests, session_make, session_remove);
}
