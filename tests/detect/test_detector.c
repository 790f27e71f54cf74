/* From pictures to events: rounds of a ball written by formula, counted by hand. */
#include "detect/detect.h"
#include "support_picture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

struct bench {
    struct picture picture;
    struct detector *detector;
    struct event *event;
    uint64_t frame;
    int strokes, holds;
    double travel_mm; /* of the last stroke */
};

static int set_up(void **state)
{
    struct bench *bench = calloc(1, sizeof *bench);
    struct parameters parameters;
    parameters_default(&parameters);
    picture_open(&bench->picture);
    bench->detector = detector_create(&bench->picture.geometry, &parameters);
    bench->event = calloc(1, sizeof *bench->event);
    *state = bench;
    return 0;
}

static int tear_down(void **state)
{
    struct bench *bench = *state;
    detector_destroy(bench->detector);
    free(bench->event);
    free(bench);
    return 0;
}

static void take(struct bench *bench)
{
    while (detector_next(bench->detector, bench->event)) {
        bench->strokes += bench->event->type == EVENT_STROKE;
        bench->holds += bench->event->type == EVENT_HOLD;
        if (bench->event->type == EVENT_STROKE)
            bench->travel_mm = bench->event->stroke.travel_mm;
    }
}

/* Frame after frame at 100 Hz: a ball that goes 80 mm there and back in 4 s, from 1 s on. */
static void begin_frame(struct bench *bench)
{
    double time_s = 0.01 * (double)bench->frame;
    double at[2] = {120 - 40 * cos(3.14159265 / 2 * (time_s - 1)), 235};
    picture_clear(&bench->picture, time_s);
    if (time_s >= 1)
        picture_ball(&bench->picture, at, 9, 100);
}

static void end_frame(struct bench *bench)
{
    detector_push(bench->detector, &bench->picture.pressure, bench->frame++);
    take(bench);
}

static void finish(struct bench *bench)
{
    detector_finish(bench->detector);
    take(bench);
}

static void a_frame_that_lights_half_the_mat_changes_nothing(void **state)
{
    struct bench *bench = *state;
    while (bench->frame < 1700) {
        begin_frame(bench);
        for (int i = 0; i < 32 * 20 && bench->frame % 333 == 332; i++)
            bench->picture.kpa[i] = 200;
        end_frame(bench);
    }
    finish(bench);
    assert_int_equal(bench->strokes, 8);
    assert_true(fabs(bench->travel_mm - 80) < 4);
}

static void a_tool_that_is_lost_for_some_frames_goes_on(void **state)
{
    struct bench *bench = *state;
    while (bench->frame < 1700) {
        begin_frame(bench);
        if (bench->frame > 150 && bench->frame % 200 < 6)
            picture_clear(&bench->picture, 0.01 * (double)bench->frame);
        end_frame(bench);
    }
    finish(bench);
    assert_int_equal(bench->strokes, 8);
    assert_true(fabs(bench->travel_mm - 80) < 8);
}

/* The same way under a strip that only the column under it feels; two columns are dead. */
static void a_strip_goes_on_behind_lines_that_are_dead(void **state)
{
    struct bench *bench = *state;
    for (int r = 0; r < 32; r++)
        bench->picture.faults[r * 32 + 11] = bench->picture.faults[r * 32 + 12] = CELL_DEAD;
    while (bench->frame < 1700) {
        double time_s = 0.01 * (double)bench->frame;
        int col = (int)((120 - 40 * cos(3.14159265 / 2 * (time_s - 1))) / 10);
        picture_clear(&bench->picture, time_s);
        for (int r = 6; r < 26 && time_s >= 1 && col != 11 && col != 12; r++)
            bench->picture.kpa[r * 32 + col] = 60;
        end_frame(bench);
    }
    finish(bench);
    assert_int_equal(bench->strokes, 8);
    assert_true(fabs(bench->travel_mm - 70) < 10);
}

/* Palm and fingers in touch bear, once a second, from a quarter to three quarters in turn. */
static void a_hand_that_shifts_its_weight_makes_no_stroke(void **state)
{
    struct bench *bench = *state;
    while (bench->frame < 1200) {
        double time_s = 0.01 * (double)bench->frame;
        double shift = 0.25 * sin(6.2831853 * time_s) * fmin(time_s / 2, 1);
        picture_clear(&bench->picture, time_s);
        for (int r = 12; r < 15; r++)
            for (int c = 12; c < 17; c++)
                bench->picture.kpa[r * 32 + c] = (float)(40 * (0.5 + (c < 14 ? shift : -shift)));
        end_frame(bench);
    }
    finish(bench);
    assert_int_equal(bench->strokes, 0);
}

static void a_knee_that_rests_beside_a_rolling_ball_is_no_hold(void **state)
{
    struct bench *bench = *state;
    const double knee[2] = {230, 80};
    while (bench->frame < 1700) {
        begin_frame(bench);
        if (bench->frame > 300 && bench->frame < 1500)
            picture_ball(&bench->picture, knee, 11, 120);
        end_frame(bench);
    }
    finish(bench);
    assert_int_equal(bench->strokes, 8);
    assert_int_equal(bench->holds, 0);
}

static void a_ball_that_is_pressed_without_rolling_is_a_hold(void **state)
{
    struct bench *bench = *state;
    const double ball[2] = {230, 80};
    while (bench->frame < 900) {
        picture_clear(&bench->picture, 0.01 * (double)bench->frame);
        if (bench->frame > 100 && bench->frame < 800)
            picture_ball(&bench->picture, ball, 11, 120);
        end_frame(bench);
    }
    finish(bench);
    assert_int_equal(bench->strokes, 0);
    assert_int_equal(bench->holds, 1);
}

#define CLAIM(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CLAIM(a_frame_that_lights_half_the_mat_changes_nothing),
        CLAIM(a_tool_that_is_lost_for_some_frames_goes_on),
        CLAIM(a_strip_goes_on_behind_lines_that_are_dead),
        CLAIM(a_hand_that_shifts_its_weight_makes_no_stroke),
        CLAIM(a_knee_that_rests_beside_a_rolling_ball_is_no_hold),
        CLAIM(a_ball_that_is_pressed_without_rolling_is_a_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
