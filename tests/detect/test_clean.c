/* Which passes are strokes: motions written down by formula, judged as a whole. */
#include "detect/clean.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct history history;

/* `travel_mm` in `duration_s` along x, with a sway of `sway_mm` across it and along it at 3 Hz. */
static struct pass pass_of(double travel_mm, double duration_s, double sway_mm)
{
    history_clear(&history);
    for (int i = 0; i <= 100; i++) {
        double share = i / 100.0, sway = sway_mm * sin(6.2831853 * 3 * share * duration_s);
        struct sample sample = {.time_s = share * duration_s,
                                .move_mm = {share * travel_mm + sway, sway}};
        history_push(&history, &sample);
    }
    return (struct pass){.end_s = duration_s, .travel_mm = travel_mm, .noise_mm = 0.3};
}

static void a_short_slow_way_is_a_stroke(void **state)
{
    (void)state;
    struct pass pass = pass_of(11, 2, 0.1);
    assert_true(clean_pass(&pass, &history, false));
    assert_true(clean_pass(&pass, &history, true));
}

static void a_flick_of_a_sixth_of_a_second_is_none(void **state)
{
    (void)state;
    struct pass pass = pass_of(40, 1.0, 0);
    assert_true(clean_pass(&pass, &history, false));
    pass = pass_of(40, 0.25, 0);
    assert_true(clean_pass(&pass, &history, false));
    assert_false(clean_pass(&pass, &history, true));
    pass = pass_of(40, 0.15, 0);
    assert_false(clean_pass(&pass, &history, false));
}

static void a_way_within_the_noise_is_none(void **state)
{
    (void)state;
    struct pass pass = pass_of(16, 1.0, 0);
    pass.noise_mm = 2;
    assert_true(clean_pass(&pass, &history, false));
    assert_false(clean_pass(&pass, &history, true));
    pass.noise_mm = 4;
    assert_false(clean_pass(&pass, &history, false));
}

static void a_way_to_and_fro_is_none(void **state)
{
    (void)state;
    struct pass pass = pass_of(20, 2, 4);
    assert_false(clean_pass(&pass, &history, false));
}

static void a_slip_back_in_a_short_pass_is_allowed_to_a_tool(void **state)
{
    (void)state;
    struct pass pass = pass_of(12, 2, 0);
    history_clear(&history);
    for (int i = 0; i <= 200; i++) {
        double x = i < 80 ? i * 0.1 : i < 120 ? 8 - (i - 80) * 0.1 : 4 + (i - 120) * 0.1;
        struct sample sample = {.time_s = i * 0.01, .move_mm = {x, 0}};
        history_push(&history, &sample);
    }
    assert_true(clean_pass(&pass, &history, false));
    assert_false(clean_pass(&pass, &history, true));
}

/* A uniform strip of length l has a standard deviation of l / sqrt(12) along it. */
static void a_foot_that_comes_down_heel_first_is_none(void **state)
{
    (void)state;
    for (double sole_mm = 30; sole_mm <= 150; sole_mm += 120) {
        struct pass pass = pass_of(60, 1, 0);
        history_clear(&history);
        for (int i = 0; i <= 100; i++) {
            double length_mm = 30 + (sole_mm - 30) * i / 100;
            struct sample sample = {.time_s = i * 0.01,
                                    .move_mm = {0.6 * i, 0},
                                    .spread_mm2 = {length_mm * length_mm / 12, 0, 0}};
            history_push(&history, &sample);
        }
        pass.direction_mm[0] = 60;
        assert_int_equal(clean_pass(&pass, &history, false), sole_mm < 50);
        pass.direction_mm[0] = 0;
        pass.direction_mm[1] = 60;
        assert_true(clean_pass(&pass, &history, false));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_short_slow_way_is_a_stroke),
        cmocka_unit_test(a_flick_of_a_sixth_of_a_second_is_none),
        cmocka_unit_test(a_way_within_the_noise_is_none),
        cmocka_unit_test(a_way_to_and_fro_is_none),
        cmocka_unit_test(a_slip_back_in_a_short_pass_is_allowed_to_a_tool),
        cmocka_unit_test(a_foot_that_comes_down_heel_first_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
