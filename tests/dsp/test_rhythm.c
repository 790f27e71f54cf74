/* Rhythms of a contact against the sines that were put in. */
#include "dsp/dsp.h"
#include "support_mat.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define PI 3.14159265358979323846

/* A contact: sines of position along a slanted axis and of force, noise, creep. */
struct player {
    double rate_hz, jitter_s, loss; /* timing */
    double x_mm, hz, drift_hz_s;    /* position */
    double force_n, force_hz;       /* ripple of force */
    double noise_n, noise_mm;
};

static const struct player still = {.rate_hz = 100, .noise_n = 1, .noise_mm = 0.03};

static void play(struct rhythm *rhythm, const struct player *p, double seconds)
{
    static struct test_mat dice;
    dice.random = 11;
    for (int i = 0; i < (int)(seconds * p->rate_hz); i++) {
        double t = i / p->rate_hz + p->jitter_s * test_mat_normal(&dice);
        double s = p->x_mm * sin(2 * PI * (p->hz * t + 0.5 * p->drift_hz_s * t * t));
        struct motion motion = {
            .time_s = t + 1,
            .x_mm = 150 + 0.8 * s + p->noise_mm * test_mat_normal(&dice),
            .y_mm = 100 + 0.6 * s + p->noise_mm * test_mat_normal(&dice),
            .force_n = 200 + 10 * log1p(t) + p->force_n * sin(2 * PI * p->force_hz * t + 1) +
                       p->noise_n * test_mat_normal(&dice),
        };
        if (fabs(test_mat_normal(&dice)) >= p->loss)
            rhythm_push(rhythm, &motion);
    }
}

static int set_up(void **state)
{
    *state = rhythm_create();
    return *state ? 0 : -1;
}

static int tear_down(void **state)
{
    rhythm_destroy(*state);
    return 0;
}

static void breathing_in_force_is_found_within_a_hundredth_of_a_hertz(void **state)
{
    static const double rates[] = {0.18, 0.25, 0.33};
    for (int i = 0; i < 3; i++) {
        struct player player = still;
        player.force_n = 4;
        player.force_hz = rates[i];
        rhythm_reset(*state);
        play(*state, &player, 30);
        assert_true(fabs(rhythm_breathing(*state, 1, 31) - rates[i]) < 0.01);
    }
}

static void breathing_in_position_alone_is_found(void **state)
{
    struct player player = still;
    player.x_mm = 0.5;
    player.hz = 0.22;
    play(*state, &player, 20);
    assert_true(fabs(rhythm_breathing(*state, 1, 21) - 0.22) < 0.015);
}

static void position_is_believed_before_a_wandering_force(void **state)
{
    struct player player = still;
    player.x_mm = 0.3;
    player.hz = 0.25;
    player.force_n = 10;
    player.force_hz = 0.13;
    play(*state, &player, 20);
    assert_true(fabs(rhythm_breathing(*state, 1, 21) - 0.25) < 0.01);
}

static void two_breaths_are_enough(void **state)
{
    struct player player = still;
    player.x_mm = 2;
    player.hz = 0.21;
    play(*state, &player, 9);
    assert_true(fabs(rhythm_breathing(*state, 1, 10) - 0.21) < 0.01);
}

static void breathing_is_found_whatever_the_clock_does(void **state)
{
    struct player player = still;
    player.rate_hz = 9;
    player.jitter_s = 0.02;
    player.loss = 0.3;
    player.force_n = 6;
    player.force_hz = 0.3;
    play(*state, &player, 40);
    assert_true(fabs(rhythm_breathing(*state, 1, 41) - 0.3) < 0.01);
}

static void a_hold_without_breathing_has_none(void **state)
{
    for (int i = 0; i < 5; i++) {
        struct player player = still;
        player.rate_hz = 60 + 10 * i;
        rhythm_reset(*state);
        play(*state, &player, 20 + 10 * i);
        assert_true(isnan(rhythm_breathing(*state, 1, 21 + 10 * i)));
    }
}

static void a_hold_under_eight_seconds_says_nothing(void **state)
{
    struct player player = still;
    player.force_n = 10;
    player.force_hz = 0.25;
    play(*state, &player, 7);
    assert_true(isnan(rhythm_breathing(*state, 1, 8)));
}

static void cadence_is_two_strokes_a_cycle_and_says_how_sure_it_is(void **state)
{
    struct player player = still;
    player.x_mm = 80;
    player.hz = 0.25;
    play(*state, &player, 40);
    struct cadence cadence = rhythm_cadence(*state);
    assert_true(fabs(cadence.one_way_per_min - 30) < 0.3);
    assert_true(cadence.confidence > 0.9);
    assert_true(fabs(cadence.drift_per_min) < 2);
}

static void a_quickening_cadence_shows_as_drift(void **state)
{
    struct player player = still;
    player.x_mm = 80;
    player.hz = 0.2;
    player.drift_hz_s = 0.004;
    play(*state, &player, 40);
    assert_true(fabs(rhythm_cadence(*state).drift_per_min - 0.004 * 60 * 120) < 6);
}

static void a_contact_at_rest_has_no_cadence(void **state)
{
    play(*state, &still, 40);
    assert_true(isnan(rhythm_cadence(*state).one_way_per_min));
}

static void vibration_below_half_the_rate_is_measured(void **state)
{
    struct player player = still;
    player.rate_hz = 250;
    player.force_n = 8;
    player.force_hz = 47;
    play(*state, &player, 5);
    struct vibration vibration = rhythm_vibration(*state);
    assert_int_equal(vibration.kind, VIBRATION_TOOL);
    assert_true(fabs(vibration.frequency_hz - 47) < 0.2);
    assert_true(fabs(vibration.amplitude_n - 8) < 0.8);
}

static void vibration_that_folds_down_is_called_alias_limited(void **state)
{
    struct player player = still;
    player.force_n = 8;
    player.force_hz = 92;
    play(*state, &player, 5);
    struct vibration vibration = rhythm_vibration(*state);
    assert_int_equal(vibration.kind, VIBRATION_ALIAS_LIMITED);
    assert_true(isnan(vibration.frequency_hz));
    assert_true(fabs(vibration.rate_hz - 100) < 0.1);
}

/* Whatever the rate, the jitter and the losses: the true frequency, or none. */
static void a_vibration_is_never_given_a_false_frequency(void **state)
{
    static const double rates[] = {12, 25, 57, 80, 100, 125, 150, 200, 250};
    int measured = 0, limited = 0;
    for (int k = 0; k < 9; k++)
        for (double hz = 30; hz <= 92; hz += 2.9)
            for (int rough = 0; rough < 3; rough++) {
                struct player player = still;
                player.rate_hz = rates[k];
                player.jitter_s = rough ? 0.1 / rates[k] : 0;
                player.loss = rough == 2 ? 0.06 : 0;
                player.force_n = 8;
                player.force_hz = hz;
                rhythm_reset(*state);
                play(*state, &player, 4);
                struct vibration vibration = rhythm_vibration(*state);
                bool said = !isnan(vibration.frequency_hz);
                assert_true(!said || fabs(vibration.frequency_hz - hz) < 0.5);
                assert_true(said == (vibration.kind == VIBRATION_TOOL));
                measured += said;
                limited += vibration.kind == VIBRATION_ALIAS_LIMITED;
            }
    assert_true(measured > 100 && limited > 200);
}

/* By hand: 100 - 6 = 94 and 100 - 8 = 92 Hz; 57 - 6 = 51; 150 - 20 = 130, 150 - 70 = 80; tools
   vibrate at 30 to 92 Hz. */
static void a_line_is_ambiguous_only_where_a_tool_may_look_like_it(void **state)
{
    (void)state;
    assert_false(vibration_folds(6, 100));
    assert_true(vibration_folds(8, 100));
    assert_true(vibration_folds(40, 100));
    assert_true(vibration_folds(6, 57));
    assert_false(vibration_folds(20, 150));
    assert_true(vibration_folds(70, 150));
    for (double hz = 0; hz <= 100; hz += 0.5)
        assert_false(vibration_folds(hz, 200));
}

static void tremor_is_told_from_a_folded_tool_where_no_tool_looks_like_it(void **state)
{
    struct player player = still;
    player.force_n = 5;
    player.force_hz = 6;
    play(*state, &player, 5);
    struct vibration vibration = rhythm_vibration(*state);
    assert_int_equal(vibration.kind, VIBRATION_TREMOR);
    assert_true(fabs(vibration.frequency_hz - 6) < 0.1);
    player.force_hz = 10;
    rhythm_reset(*state);
    play(*state, &player, 5);
    assert_int_equal(rhythm_vibration(*state).kind, VIBRATION_ALIAS_LIMITED);
}

static void white_noise_is_no_vibration(void **state)
{
    play(*state, &still, 10);
    assert_int_equal(rhythm_vibration(*state).kind, VIBRATION_NONE);
}

static void what_was_before_a_gap_is_forgotten(void **state)
{
    struct player player = still;
    player.force_n = 6;
    player.force_hz = 0.25;
    play(*state, &player, 30);
    struct motion late = {100, 150, 100, 200};
    rhythm_push(*state, &late);
    assert_true(isnan(rhythm_breathing(*state, 1, 31)));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(breathing_in_force_is_found_within_a_hundredth_of_a_hertz),
        TEST(breathing_in_position_alone_is_found),
        TEST(position_is_believed_before_a_wandering_force),
        TEST(two_breaths_are_enough),
        TEST(breathing_is_found_whatever_the_clock_does),
        TEST(a_hold_without_breathing_has_none),
        TEST(a_hold_under_eight_seconds_says_nothing),
        TEST(cadence_is_two_strokes_a_cycle_and_says_how_sure_it_is),
        TEST(a_quickening_cadence_shows_as_drift),
        TEST(a_contact_at_rest_has_no_cadence),
        TEST(vibration_below_half_the_rate_is_measured),
        TEST(vibration_that_folds_down_is_called_alias_limited),
        TEST(a_vibration_is_never_given_a_false_frequency),
        TEST(a_line_is_ambiguous_only_where_a_tool_may_look_like_it),
        TEST(tremor_is_told_from_a_folded_tool_where_no_tool_looks_like_it),
        TEST(white_noise_is_no_vibration),
        TEST(what_was_before_a_gap_is_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
