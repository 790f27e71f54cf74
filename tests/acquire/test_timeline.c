/* Mapping a mat's time to the host's, against simulated lines whose true times are known. */
#include "acquire/numbering.h"
#include "acquire/timeline.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define ORIGIN_US 5000000000LL

/* A line: the mat scans every period by its own clock, 50 ppm fast; bytes arrive up to 5 ms late,
 * and every now and then nothing comes for up to 100 ms and then all of it at once. */
struct simulated {
    double period_us, drift, jitter_us, burst_us, burst_every_us;
    unsigned seed;
    double burst_end_us;
};

static double uniform(unsigned *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (*seed >> 8) / 16777216.0;
}

static double arrival_of(struct simulated *line, double true_us)
{
    if (true_us > line->burst_end_us &&
        uniform(&line->seed) < line->period_us / line->burst_every_us)
        line->burst_end_us = true_us + line->burst_us * uniform(&line->seed);
    double arrival_us = true_us + line->jitter_us * uniform(&line->seed);
    return fmax(arrival_us, line->burst_end_us);
}

struct error {
    double rms_us, worst_us, least_step_us;
};

/* Error against the true times from 10 s on, their mean (a delay nobody can know) taken off. */
static struct error error_of(struct simulated line, bool has_clock, double rate_hz,
                             unsigned seconds)
{
    struct timeline timeline;
    timeline_reset(&timeline, rate_hz);
    double sum = 0, squares = 0, count = 0, worst_us = 0, mean_us = 0;
    struct error error = {.least_step_us = INFINITY};
    int64_t last_us = 0;
    for (int pass = 0; pass < 2; pass++) {
        struct simulated again = line;
        timeline_reset(&timeline, rate_hz);
        double last_arrival_us = 0;
        for (unsigned i = 0; i < seconds * 1e6 / line.period_us; i++) {
            double true_us = i * line.period_us * (1 - line.drift);
            last_arrival_us = fmax(last_arrival_us, arrival_of(&again, true_us));
            struct timeline_frame frame = {.arrival_us = ORIGIN_US + (int64_t)last_arrival_us,
                                           .has_clock = has_clock,
                                           .device_us = 777 + (uint64_t)(i * line.period_us)};
            uint64_t missing;
            int64_t time_us = timeline_push(&timeline, &frame, &missing);
            assert_int_equal(missing, 0);
            double off_us = (double)(time_us - ORIGIN_US) - true_us;
            if (i > 0 && pass == 0) {
                assert_true(time_us > last_us);
                error.least_step_us = fmin(error.least_step_us, (double)(time_us - last_us));
            }
            last_us = time_us;
            if (true_us < 10e6)
                continue;
            if (pass == 0) {
                sum += off_us;
                count++;
            } else {
                squares += (off_us - mean_us) * (off_us - mean_us);
                worst_us = fmax(worst_us, fabs(off_us - mean_us));
            }
        }
        mean_us = sum / count;
    }
    error.rms_us = sqrt(squares / count);
    error.worst_us = worst_us;
    return error;
}

static const struct simulated hard = {.period_us = 10000,
                                      .drift = 50e-6,
                                      .jitter_us = 5000,
                                      .burst_us = 100000,
                                      .burst_every_us = 1e6,
                                      .seed = 1};

static void a_device_clock_is_followed_within_two_tenths_of_a_millisecond(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed <= 10; seed++) {
        struct simulated line = hard;
        line.seed = seed;
        struct error error = error_of(line, true, 0, 60);
        print_message("seed %u: rms %.3f ms, worst %.3f ms\n", seed, error.rms_us / 1e3,
                      error.worst_us / 1e3);
        assert_true(error.worst_us <= 200);
        assert_true(error.least_step_us >= 0.94 * line.period_us);
    }
}

static void arrivals_alone_are_smoothed_to_a_millisecond(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed <= 10; seed++) {
        struct simulated line = hard;
        line.seed = seed;
        struct error error = error_of(line, false, seed % 2 ? 100 : 0, 60);
        print_message("seed %u: rms %.3f ms, worst %.3f ms\n", seed, error.rms_us / 1e3,
                      error.worst_us / 1e3);
        assert_true(error.rms_us <= 1000);
    }
}

static void a_slow_mat_of_unknown_rate_is_smoothed_too(void **state)
{
    (void)state;
    struct simulated line = hard;
    line.period_us = 1e6 / 31;
    struct error error = error_of(line, false, 0, 60);
    assert_true(error.rms_us <= 1000);
}

static void a_mat_at_ten_times_its_rate_keeps_its_own_times(void **state)
{
    (void)state;
    struct error error = error_of(hard, false, 10, 60);
    assert_true(error.rms_us <= 1000);
}

static void a_hole_in_a_mat_without_numbers_is_named_and_does_not_bend_the_times(void **state)
{
    (void)state;
    struct timeline timeline;
    timeline_reset(&timeline, 50);
    uint64_t missing, named = 0;
    for (int i = 0; i < 500; i++) {
        if (i >= 200 && i < 250) /* one second of silence */
            continue;
        struct timeline_frame frame = {.arrival_us = ORIGIN_US + 20000 * i};
        int64_t time_us = timeline_push(&timeline, &frame, &missing);
        named += missing;
        assert_true(i == 250 ? missing == 50 : missing == 0);
        assert_in_range(time_us, ORIGIN_US + 20000 * i - 1000, ORIGIN_US + 20000 * i + 1000);
    }
    assert_int_equal(named, 50);
}

static void a_few_missing_frames_are_found_when_the_times_stay_behind(void **state)
{
    (void)state;
    struct timeline timeline;
    timeline_reset(&timeline, 50);
    uint64_t missing, named = 0;
    for (int i = 0; i < 1000; i++) {
        if (i >= 500 && i < 503)
            continue;
        struct timeline_frame frame = {.arrival_us = ORIGIN_US + 20000 * i};
        int64_t time_us = timeline_push(&timeline, &frame, &missing);
        named += missing;
        if (i > 900)
            assert_in_range(time_us, ORIGIN_US + 20000 * i - 1000, ORIGIN_US + 20000 * i + 1000);
    }
    assert_int_equal(named, 3);
}

static void a_clock_that_slept_with_the_host_is_mapped_anew(void **state)
{
    (void)state;
    struct timeline timeline;
    timeline_reset(&timeline, 0);
    uint64_t missing;
    int64_t time_us = 0, before_us = 0;
    for (int i = 0; i < 3000; i++) {
        int64_t slept_us = i >= 1500 ? 3600000000LL : 0;
        struct timeline_frame frame = {.arrival_us = ORIGIN_US + 10000 * i + slept_us,
                                       .has_clock = true,
                                       .device_us = 10000 * (uint64_t)i};
        before_us = time_us;
        time_us = timeline_push(&timeline, &frame, &missing);
        assert_true(time_us > before_us);
        if (i > 1700)
            assert_in_range(time_us, frame.arrival_us - 1000, frame.arrival_us + 1000);
    }
}

struct step {
    uint32_t sequence;
    uint64_t device_us;
    enum numbering_verdict verdict;
    uint64_t steps;
};

static void numbers_tell_losses_duplicates_and_restarts_apart(void **state)
{
    (void)state;
    static const struct step table[] = {
        {4294967294u, 1000, NUMBERING_NEXT, 1},
        {4294967295u, 2000, NUMBERING_NEXT, 1},
        {0, 3000, NUMBERING_NEXT, 1}, /* wraps */
        {1, 4000, NUMBERING_NEXT, 1},
        {1, 4000, NUMBERING_DUPLICATE, 0},
        {0, 3000, NUMBERING_DUPLICATE, 0},
        {5, 8000, NUMBERING_NEXT, 4},      /* 2, 3, 4 are missing */
        {3, 6000, NUMBERING_DUPLICATE, 0}, /* too late */
        {6, 9000, NUMBERING_NEXT, 1},
        {0, 50, NUMBERING_RESTART, 2}, /* again, with a small number and an earlier clock */
        {1, 1050, NUMBERING_NEXT, 1},
        {0, 60, NUMBERING_RESTART, 2}, /* and at once again */
        {1, 1060, NUMBERING_NEXT, 1},
        {900000000, 2060, NUMBERING_RESTART, 2}, /* no loss is that long */
    };
    struct numbering numbering = {.started = false};
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        uint64_t steps = 0;
        int verdict =
            (int)numbering_push(&numbering, table[i].sequence, table[i].device_us, &steps);
        if (verdict != (int)table[i].verdict || (table[i].steps && steps != table[i].steps))
            fail_msg("row %zu: verdict %d, %llu steps", i, verdict, (unsigned long long)steps);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_device_clock_is_followed_within_two_tenths_of_a_millisecond),
        cmocka_unit_test(arrivals_alone_are_smoothed_to_a_millisecond),
        cmocka_unit_test(a_slow_mat_of_unknown_rate_is_smoothed_too),
        cmocka_unit_test(a_mat_at_ten_times_its_rate_keeps_its_own_times),
        cmocka_unit_test(a_hole_in_a_mat_without_numbers_is_named_and_does_not_bend_the_times),
        cmocka_unit_test(a_few_missing_frames_are_found_when_the_times_stay_behind),
        cmocka_unit_test(a_clock_that_slept_with_the_host_is_mapped_anew),
        cmocka_unit_test(numbers_tell_losses_duplicates_and_restarts_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
