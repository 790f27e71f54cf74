/* The split: parts add up, each load lands in its part, and nothing depends on how it is asked. */
#include "dsp/dsp.h"
#include "support_mat.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PI       3.14159265358979323846
#define CHANNELS 37
#define MOST     6000

/* Everything that came out. */
struct record {
    double time_s[MOST];
    float bands[SPLIT_BANDS][MOST][CHANNELS];
    size_t count;
};

static struct record one, other;

static float noise_of(double time_s, size_t channel)
{
    struct test_mat dice = {.random = (uint64_t)(time_s * 1000 + 0.5) * 131 + channel};
    test_mat_normal(&dice);
    return (float)(50 + 10 * test_mat_normal(&dice));
}

static float held(double time_s, size_t channel)
{
    (void)time_s;
    return 10.0F + (float)channel;
}

static float pressed(double time_s, size_t channel)
{
    return time_s >= 15 ? 10.0F + (float)channel : 0;
}

static float passed_over(double time_s, size_t channel)
{
    double away = (time_s - 15) / 0.25;
    return (float)((10 + (double)channel) * exp(-0.5 * away * away));
}

static float mixed(double time_s, size_t channel)
{
    double stroke = 20 * sin(2 * PI * 0.7 * time_s), tremor = 3 * sin(2 * PI * 14 * time_s);
    return (float)(100 + (double)channel + stroke + tremor);
}

static void fetch(struct split *split, struct record *record)
{
    struct parts parts;
    while (split_next(split, &parts)) {
        assert_true(record->count < MOST);
        record->time_s[record->count] = parts.time_s;
        for (int b = 0; b < SPLIT_BANDS; b++)
            memcpy(record->bands[b][record->count], parts.bands[b], CHANNELS * sizeof(float));
        record->count++;
    }
}

static struct split *make(double rate_hz)
{
    struct split *split = split_create(CHANNELS, rate_hz, 0.5);
    assert_non_null(split);
    return split;
}

static void play(struct split *split, float (*signal)(double time_s, size_t channel),
                 double rate_hz, struct record *record)
{
    record->count = 0;
    for (int n = 0; n < (int)(30 * rate_hz); n++) {
        float values[CHANNELS];
        for (size_t c = 0; c < CHANNELS; c++)
            values[c] = signal(n / rate_hz, c);
        split_push(split, n / rate_hz, values);
        fetch(split, record);
    }
}

static void the_parts_add_up_to_the_input_to_rounding(void **state)
{
    (void)state;
    static const double rates[] = {5, 31, 100, 160};
    for (int k = 0; k < 4; k++) {
        struct split *split = make(rates[k]);
        play(split, noise_of, rates[k], &one);
        assert_true(one.count > 0);
        for (size_t n = 0; n < one.count; n++)
            for (size_t c = 0; c < CHANNELS; c++) {
                double sum = (double)one.bands[0][n][c] + one.bands[1][n][c] + one.bands[2][n][c];
                double input =
                    noise_of((double)(size_t)(one.time_s[n] * rates[k] + 0.5) / rates[k], c);
                assert_true(fabs(sum - input) < 4e-5);
            }
        split_destroy(split);
    }
}

static void one_channel_and_many_come_apart_alike_at_any_rate(void **state)
{
    (void)state;
    static const double rates[] = {5, 57, 1000};
    static float values[65536];
    for (int k = 0; k < 3; k++) {
        size_t many = rates[k] > 100 ? 4096 : 65536, last = many - 1, said = 0;
        struct split *single = split_create(1, rates[k], 0.5);
        struct split *all = split_create(many, rates[k], 0.5);
        assert_non_null(single);
        assert_non_null(all);
        double seconds = split_latency_s(all) + 0.5;
        for (int n = 0; n < (int)(seconds * rates[k]) + 2; n++) {
            struct parts one_parts, all_parts;
            values[last] = noise_of(n / rates[k], 3);
            split_push(single, n / rates[k], &values[last]);
            split_push(all, n / rates[k], values);
            while (split_next(single, &one_parts)) {
                assert_true(split_next(all, &all_parts));
                for (int b = 0; b < SPLIT_BANDS; b++)
                    assert_true(fabsf(one_parts.bands[b][0] - all_parts.bands[b][last]) < 2e-3F);
                said++;
            }
        }
        assert_true(said > 0);
        split_destroy(single);
        split_destroy(all);
    }
}

static void a_load_held_from_the_start_is_still(void **state)
{
    (void)state;
    struct split *split = make(100);
    play(split, held, 100, &one);
    for (size_t n = 0; n < one.count; n++)
        for (size_t c = 0; c < CHANNELS; c++) {
            float load = held(0, c);
            assert_true(fabsf(one.bands[SPLIT_STILL][n][c] - load) < 1e-5F * load);
            assert_true(fabsf(one.bands[SPLIT_MOVING][n][c]) < 1e-5F * load);
        }
    split_destroy(split);
}

static void a_press_is_still_once_settled_and_nothing_before(void **state)
{
    (void)state;
    static const double rates[] = {9, 50, 100};
    for (int k = 0; k < 3; k++) {
        struct split *split = make(rates[k]);
        double settling_s = split_settling_s(split);
        assert_true(settling_s < 8);
        play(split, pressed, rates[k], &one);
        size_t judged = 0;
        for (size_t n = 0; n < one.count; n++) {
            double since = one.time_s[n] - 15;
            float load = since > 0 ? pressed(99, 8) : 0;
            if (fabs(since) < settling_s)
                continue;
            judged++;
            assert_true(fabsf(one.bands[SPLIT_MOVING][n][8]) < 0.01F * pressed(99, 8));
            assert_true(fabsf(one.bands[SPLIT_STILL][n][8] - load) < 0.01F * pressed(99, 8));
        }
        assert_true(judged > one.count / 4);
        split_destroy(split);
    }
}

static void a_load_that_passes_leaves_nothing_still(void **state)
{
    (void)state;
    struct split *split = make(100);
    play(split, passed_over, 100, &one);
    float peak = passed_over(15, 8), moving = 0;
    for (size_t n = 0; n < one.count; n++) {
        moving = fmaxf(moving, one.bands[SPLIT_MOVING][n][8]);
        if (fabs(one.time_s[n] - 15) > split_settling_s(split))
            assert_true(fabsf(one.bands[SPLIT_STILL][n][8]) < 0.02F * peak);
        assert_true(one.bands[SPLIT_STILL][n][8] > -0.01F * peak);
    }
    assert_true(moving > 0.8F * peak);
    split_destroy(split);
}

static void strokes_move_and_tremor_is_fast(void **state)
{
    (void)state;
    float energy[CHANNELS];
    struct split *split = make(100);
    play(split, mixed, 100, &one);
    assert_true(fabs(split_energy(split, SPLIT_STILL, energy) - (double)one.count / 100) < 1e-9);
    assert_true(fabsf(energy[5] / (105 * 105) - 1) < 0.01F);
    split_energy(split, SPLIT_MOVING, energy);
    assert_true(fabsf(energy[5] / 200 - 1) < 0.05F);
    split_energy(split, SPLIT_FAST, energy);
    assert_true(fabsf(energy[5] / 4.5F - 1) < 0.05F);
    split_destroy(split);
}

static void a_reset_gives_the_same_bits_wherever_it_falls(void **state)
{
    (void)state;
    struct split *split = make(50);
    play(split, noise_of, 50, &one);
    for (int before = 1; before < 1500; before = before * 3 + 1) {
        split_reset(split);
        float values[CHANNELS] = {1, 2, 3};
        for (int n = 0; n < before; n++)
            split_push(split, n / 50.0, values);
        split_reset(split);
        play(split, noise_of, 50, &other);
        assert_int_equal(one.count, other.count);
        for (int b = 0; b < SPLIT_BANDS; b++)
            assert_memory_equal(one.bands[b], other.bands[b], one.count * sizeof one.bands[b][0]);
    }
    split_destroy(split);
}

static void fetching_late_or_at_once_gives_the_same_bits(void **state)
{
    (void)state;
    struct split *now = make(20), *late = make(20);
    one.count = other.count = 0;
    for (int n = 0; n < 600; n++) {
        float values[CHANNELS];
        for (size_t c = 0; c < CHANNELS; c++)
            values[c] = noise_of(n / 20.0, c);
        split_push(now, n / 20.0, values);
        fetch(now, &one);
        split_push(late, n / 20.0, values);
        if (n >= 300)
            fetch(late, &other);
    }
    size_t missed = one.count - other.count;
    assert_true(missed > 0);
    for (int b = 0; b < SPLIT_BANDS; b++)
        assert_memory_equal(one.bands[b][missed], other.bands[b][0],
                            other.count * CHANNELS * sizeof(float));
    split_destroy(now);
    split_destroy(late);
}

static float swapped(double time_s, size_t channel)
{
    return noise_of(time_s, (channel * 8 + 3) % CHANNELS);
}

static void swapped_channels_give_swapped_bits_but_for_the_pairing(void **state)
{
    (void)state;
    struct split *split = make(50);
    play(split, noise_of, 50, &one);
    split_reset(split);
    play(split, swapped, 50, &other);
    assert_int_equal(one.count, other.count);
    for (int b = 0; b < SPLIT_BANDS; b++)
        for (size_t n = 0; n < one.count; n++)
            for (size_t c = 0; c < CHANNELS; c++)
                assert_true(fabsf(one.bands[b][n][(c * 8 + 3) % CHANNELS] - other.bands[b][n][c]) <
                            2e-5F * 100);
    split_destroy(split);
}

static float fourfold(double time_s, size_t channel)
{
    return 4 * noise_of(time_s, channel);
}

static void four_times_the_input_is_four_times_the_parts_exactly(void **state)
{
    (void)state;
    struct split *split = make(50);
    play(split, noise_of, 50, &one);
    split_reset(split);
    play(split, fourfold, 50, &other);
    for (int b = 0; b < SPLIT_BANDS; b++)
        for (size_t n = 0; n < one.count; n++)
            for (size_t c = 0; c < CHANNELS; c++)
                assert_true(4 * one.bands[b][n][c] == other.bands[b][n][c]);
    split_destroy(split);
}

static void jitter_losses_and_a_slow_clock_do_not_bend_the_bands(void **state)
{
    (void)state;
    struct test_mat dice = {.random = 3};
    struct split *split = make(100);
    one.count = 0;
    for (int n = 0; n < 3000; n++) {
        double time_s = n * 0.01013 + 0.002 * test_mat_normal(&dice);
        float values[CHANNELS];
        for (size_t c = 0; c < CHANNELS; c++)
            values[c] = (float)(20 * sin(2 * PI * 0.7 * time_s));
        if (test_mat_normal(&dice) < 1.5)
            split_push(split, time_s, values);
        fetch(split, &one);
    }
    assert_true(one.count > 2000);
    for (size_t n = 500; n < one.count; n++) {
        double truth = 20 * sin(2 * PI * 0.7 * one.time_s[n]);
        assert_true(fabs(one.bands[SPLIT_MOVING][n][0] - truth) < 0.02 * 20);
        assert_true(fabsf(one.bands[SPLIT_FAST][n][0]) < 0.01F * 20);
    }
    split_destroy(split);
}

static void a_long_gap_starts_anew(void **state)
{
    (void)state;
    struct split *split = make(50);
    float values[CHANNELS] = {7};
    for (int n = 0; n < 500; n++)
        split_push(split, n / 50.0, values);
    values[0] = 3;
    one.count = 0;
    for (int n = 0; n < 500; n++) {
        split_push(split, 60 + n / 50.0, values);
        fetch(split, &one);
    }
    assert_true(fabs(one.time_s[0] - 60) < 1e-9);
    assert_true(fabsf(one.bands[SPLIT_STILL][0][0] - 3) < 1e-5F);
    split_destroy(split);
}

static void the_latency_is_as_stated(void **state)
{
    (void)state;
    float values[CHANNELS] = {0};
    struct parts parts;
    struct split *split = make(100);
    int n = 0;
    do
        split_push(split, n++ / 100.0, values);
    while (!split_next(split, &parts));
    assert_true(fabs((n - 1) / 100.0 - split_latency_s(split)) < 1e-9);
    assert_true(split_latency_s(split) < 4.5);
    split_destroy(split);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_parts_add_up_to_the_input_to_rounding),
        cmocka_unit_test(one_channel_and_many_come_apart_alike_at_any_rate),
        cmocka_unit_test(a_load_held_from_the_start_is_still),
        cmocka_unit_test(a_press_is_still_once_settled_and_nothing_before),
        cmocka_unit_test(a_load_that_passes_leaves_nothing_still),
        cmocka_unit_test(strokes_move_and_tremor_is_fast),
        cmocka_unit_test(a_reset_gives_the_same_bits_wherever_it_falls),
        cmocka_unit_test(fetching_late_or_at_once_gives_the_same_bits),
        cmocka_unit_test(swapped_channels_give_swapped_bits_but_for_the_pairing),
        cmocka_unit_test(four_times_the_input_is_four_times_the_parts_exactly),
        cmocka_unit_test(jitter_losses_and_a_slow_clock_do_not_bend_the_bands),
        cmocka_unit_test(a_long_gap_starts_anew),
        cmocka_unit_test(the_latency_is_as_stated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
