/* The reversal detector on motions written down by formula: minimum-jerk passes, stops, slips. */
#include "detect/strokes.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define PASSES_MAX 64

struct bench {
    struct history *history;
    struct strokes strokes;
    struct pass passes[PASSES_MAX];
    double certain_s[PASSES_MAX];
    int count;
    double time_s, x_mm, rate_hz;
    double breathing_mm, breathing_hz, noise_mm, force_n;
    uint32_t random;
};

static double noise(struct bench *bench)
{
    bench->random = bench->random * 1664525u + 1013904223u;
    return ((double)(bench->random >> 8) / (1 << 24) - 0.5) * sqrt(12) * bench->noise_mm;
}

static void sample(struct bench *bench, double x_mm)
{
    double breath = bench->breathing_mm * sin(6.2831853 * bench->breathing_hz * bench->time_s);
    double x = x_mm + breath + noise(bench);
    struct sample sample = {.time_s = bench->time_s,
                            .at_mm = {x, noise(bench)},
                            .move_mm = {x, noise(bench)},
                            .force_n = bench->force_n};
    bench->history->calm_s = strokes_calm_s(&bench->strokes);
    history_push(bench->history, &sample);
    if (strokes_push(&bench->strokes, bench->history, &sample, &bench->passes[bench->count]))
        bench->certain_s[bench->count++] = bench->time_s;
    bench->time_s += 1 / bench->rate_hz;
}

/* A minimum-jerk movement by `way_mm` in `duration_s`; with no way, a stop. */
static void go(struct bench *bench, double way_mm, double duration_s)
{
    double start_s = bench->time_s;
    while (bench->time_s < start_s + duration_s - 1e-9) {
        double t = (bench->time_s - start_s) / duration_s;
        sample(bench, bench->x_mm + way_mm * t * t * t * (10 - 15 * t + 6 * t * t));
    }
    bench->x_mm += way_mm;
}

static void lift(struct bench *bench)
{
    if (strokes_lift(&bench->strokes, bench->history, &bench->passes[bench->count]))
        bench->certain_s[bench->count++] = bench->time_s;
}

static int set_up(void **state)
{
    struct bench *bench = calloc(1, sizeof *bench);
    struct parameters parameters;
    parameters_default(&parameters);
    strokes_start(&bench->strokes, &parameters, 10);
    bench->history = calloc(1, sizeof *bench->history);
    bench->rate_hz = 100;
    bench->force_n = 200;
    bench->noise_mm = 0.1;
    *state = bench;
    return 0;
}

static int tear_down(void **state)
{
    struct bench *bench = *state;
    free(bench->history);
    free(bench);
    return 0;
}

static void assert_near(double value, double expected, double tolerance)
{
    if (!(fabs(value - expected) <= tolerance))
        fail_msg("%g is not within %g of %g", value, tolerance, expected);
}

static void there_and_back_is_two_strokes_with_true_turning_times(void **state)
{
    struct bench *bench = *state;
    go(bench, 0, 2);
    for (int i = 0; i < 6; i++) {
        go(bench, 100, 2);
        go(bench, -100, 2);
    }
    go(bench, 0, 2);
    assert_int_equal(bench->count, 12);
    for (int i = 0; i < 12; i++) {
        assert_near(bench->passes[i].start_s, 2 + 2 * i, 0.12);
        assert_near(bench->passes[i].end_s, 4 + 2 * i, 0.12);
        assert_near(bench->passes[i].travel_mm, 100, 3);
        assert_true(bench->certain_s[i] - bench->passes[i].end_s < (i < 11 ? 0.7 : 1.4));
    }
}

static void a_slip_back_of_four_millimetres_does_not_end_a_pass(void **state)
{
    struct bench *bench = *state;
    go(bench, 0, 2);
    go(bench, 60, 1.5);
    go(bench, -4, 0.4);
    go(bench, 60, 1.5);
    go(bench, 0, 3);
    assert_int_equal(bench->count, 1);
}

static void a_return_of_twelve_millimetres_does(void **state)
{
    struct bench *bench = *state;
    go(bench, 0, 2);
    go(bench, 60, 1.5);
    go(bench, -12, 0.8);
    go(bench, 60, 1.5);
    go(bench, 0, 3);
    assert_int_equal(bench->count, 3);
}

static void a_stop_under_a_second_does_not_end_a_pass(void **state)
{
    struct bench *bench = *state;
    go(bench, 0, 2);
    go(bench, 60, 1.5);
    go(bench, 0, 0.7);
    go(bench, 60, 1.5);
    go(bench, 0, 3);
    assert_int_equal(bench->count, 1);
    assert_near(bench->passes[0].end_s, 5.7, 0.15);
}

static void a_stop_of_a_second_and_a_half_does(void **state)
{
    struct bench *bench = *state;
    go(bench, 0, 2);
    go(bench, 60, 1.5);
    go(bench, 0, 1.5);
    go(bench, 60, 1.5);
    go(bench, 0, 3);
    assert_int_equal(bench->count, 2);
    assert_near(bench->passes[0].end_s, 3.5, 0.15);
    assert_near(bench->passes[1].start_s, 5.0, 0.15);
}

static void a_slow_short_stroke_counts_and_a_shorter_one_does_not(void **state)
{
    struct bench *bench = *state;
    go(bench, 0, 2);
    go(bench, 15, 2.5);
    go(bench, -15, 2.5);
    go(bench, 0, 2);
    assert_int_equal(bench->count, 2);
    go(bench, 8, 2);
    go(bench, -8, 2);
    go(bench, 0, 2);
    assert_int_equal(bench->count, 2);
}

static void breathing_in_a_hold_makes_no_stroke(void **state)
{
    struct bench *bench = *state;
    bench->breathing_mm = 3;
    bench->breathing_hz = 0.25;
    go(bench, 0, 60);
    assert_int_equal(bench->count, 0);
}

static void lifting_off_ends_a_stroke_at_once(void **state)
{
    struct bench *bench = *state;
    go(bench, 0, 1);
    go(bench, 80, 2);
    lift(bench);
    assert_int_equal(bench->count, 1);
    assert_near(bench->passes[0].end_s, 3, 0.25);
    assert_near(bench->certain_s[0], 3, 0.02);
}

static void noise_and_rate_do_not_change_the_count(void **state)
{
    struct bench *bench = *state;
    bench->noise_mm = 0.7;
    bench->rate_hz = 25;
    go(bench, 0, 2);
    for (int i = 0; i < 10; i++)
        go(bench, i % 2 ? -40 : 40, 1.6);
    go(bench, 0, 3);
    assert_int_equal(bench->count, 10);
}

#define CLAIM(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static void a_very_slow_stroke_is_found_from_turn_to_turn(void **state)
{
    struct bench *bench = *state;
    bench->noise_mm = 0.15;
    go(bench, 0, 2);
    for (int i = 0; i < 3; i++) {
        go(bench, 24, 6);
        go(bench, -24, 6);
    }
    go(bench, 0, 6);
    assert_int_equal(bench->count, 6);
    for (int i = 0; i < 6; i++) {
        assert_near(bench->passes[i].start_s, 2 + 6 * i, 1);
        assert_near(bench->passes[i].end_s, 8 + 6 * i, 1);
    }
}

static void leaning_in_after_a_stroke_does_not_prolong_it(void **state)
{
    struct bench *bench = *state;
    bench->rate_hz = 50;
    go(bench, 0, 2);
    go(bench, 28, 0.46);
    go(bench, 1.5, 1.2);
    go(bench, 0, 3);
    assert_int_equal(bench->count, 1);
    assert_near(bench->passes[0].end_s, 2.46, 0.12);
}

static void noise_aside_does_not_hide_a_turn(void **state)
{
    struct bench *bench = *state;
    bench->rate_hz = 31;
    bench->noise_mm = 2.5;
    go(bench, 0, 2);
    for (int i = 0; i < 20; i++) {
        go(bench, 50, 1.5);
        go(bench, -50, 1.5);
    }
    go(bench, 0, 3);
    assert_int_equal(bench->count, 40);
}

static void breathing_after_a_stroke_does_not_prolong_it(void **state)
{
    struct bench *bench = *state;
    bench->breathing_mm = 2.5;
    for (int i = 0; i < 4; i++) {
        bench->breathing_hz = 0.2 + 0.04 * i;
        go(bench, 0, 4);
        double end_s = bench->time_s + 2.5;
        go(bench, 40, 2.5);
        go(bench, 0, 9 + 0.7 * i);
        assert_int_equal(bench->count, i + 1);
        assert_near(bench->passes[i].end_s, end_s, 0.8);
    }
}

static void a_rest_before_lifting_off_is_no_part_of_the_stroke(void **state)
{
    struct bench *bench = *state;
    go(bench, 0, 2);
    go(bench, 40, 0.5);
    go(bench, 0, 0.4);
    lift(bench);
    assert_int_equal(bench->count, 1);
    assert_near(bench->passes[0].end_s, 2.5, 0.1);
}

static void creeping_on_at_a_turn_is_no_part_of_the_stroke(void **state)
{
    struct bench *bench = *state;
    go(bench, 0, 2);
    go(bench, 80, 1.2);
    go(bench, 3, 0.9);
    go(bench, -80, 1.2);
    go(bench, 0, 3);
    assert_int_equal(bench->count, 2);
    assert_near(bench->passes[0].end_s, 3.2, 0.15);
    assert_near(bench->passes[1].start_s, 4.1, 0.15);
}

static void a_centre_that_wanders_while_the_load_goes_prolongs_no_stroke(void **state)
{
    struct bench *bench = *state;
    go(bench, 0, 2);
    go(bench, 40, 0.5);
    go(bench, 0, 0.4);
    for (int i = 0; i < 4; i++) {
        bench->force_n *= 0.7;
        go(bench, 0.6, 0.02);
    }
    lift(bench);
    assert_int_equal(bench->count, 1);
    assert_near(bench->passes[0].end_s, 2.5, 0.1);
}

static void a_stop_in_a_slow_pass_divides_it_when_it_goes_on(void **state)
{
    struct bench *bench = *state;
    go(bench, 0, 3);
    go(bench, 24, 5);
    go(bench, 0, 1.6);
    go(bench, 24, 5);
    go(bench, 0, 4);
    assert_int_equal(bench->count, 2);
    assert_near(bench->passes[0].end_s, 8, 0.35);
    assert_near(bench->passes[1].start_s, 9.6, 0.35);
    assert_near(bench->passes[1].end_s, 14.6, 0.35);
}

static void a_pause_in_a_slow_pass_does_not(void **state)
{
    struct bench *bench = *state;
    go(bench, 0, 3);
    go(bench, 24, 3);
    go(bench, 0, 0.6);
    go(bench, 24, 3);
    go(bench, 0, 4);
    assert_int_equal(bench->count, 1);
    assert_near(bench->passes[0].end_s, 9.6, 0.3);
}

static void a_slow_turn_ends_at_its_extreme(void **state)
{
    struct bench *bench = *state;
    go(bench, 0, 3);
    go(bench, 40, 5);
    go(bench, -40, 5);
    go(bench, 0, 4);
    assert_int_equal(bench->count, 2);
    assert_near(bench->passes[0].end_s, 8, 0.15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CLAIM(there_and_back_is_two_strokes_with_true_turning_times),
        CLAIM(a_slip_back_of_four_millimetres_does_not_end_a_pass),
        CLAIM(a_return_of_twelve_millimetres_does),
        CLAIM(a_stop_under_a_second_does_not_end_a_pass),
        CLAIM(a_stop_of_a_second_and_a_half_does),
        CLAIM(a_slow_short_stroke_counts_and_a_shorter_one_does_not),
        CLAIM(breathing_in_a_hold_makes_no_stroke),
        CLAIM(lifting_off_ends_a_stroke_at_once),
        CLAIM(noise_and_rate_do_not_change_the_count),
        CLAIM(a_very_slow_stroke_is_found_from_turn_to_turn),
        CLAIM(leaning_in_after_a_stroke_does_not_prolong_it),
        CLAIM(noise_aside_does_not_hide_a_turn),
        CLAIM(breathing_after_a_stroke_does_not_prolong_it),
        CLAIM(a_rest_before_lifting_off_is_no_part_of_the_stroke),
        CLAIM(a_stop_in_a_slow_pass_divides_it_when_it_goes_on),
        CLAIM(a_pause_in_a_slow_pass_does_not),
        CLAIM(a_slow_turn_ends_at_its_extreme),
        CLAIM(creeping_on_at_a_turn_is_no_part_of_the_stroke),
        CLAIM(a_centre_that_wanders_while_the_load_goes_prolongs_no_stroke),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
