/* Bad cells: found, filled in, and never mistaken for good ones under load. */
#include "support_conditioner.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void roll_over(struct bench *bench, int passes)
{
    for (int pass = 0; pass < passes; pass++)
        for (int step = 0; step < 40; step++) {
            test_mat_clear(&bench->mat);
            test_mat_ball(&bench->mat, 2000, 12, 6 + step * 0.5, 1.5);
            bench_run(bench, 0.08);
        }
}

static void a_dead_cell_is_found_by_rolling_over_it_and_filled_in(void **state)
{
    struct bench *bench = *state;
    bench_run(bench, 1);
    bench->mat.offset[CELL(12, 16)] = -1e4;
    roll_over(bench, 4);
    assert_int_equal(bench->out.faults[CELL(12, 16)] & CELL_DEAD, CELL_DEAD);
    assert_int_equal(bench_faults(bench), 1);
    test_mat_clear(&bench->mat);
    test_mat_ball(&bench->mat, 2000, 12, 16, 3);
    bench_run(bench, 0.05);
    assert_true(bench->out.kpa[CELL(12, 16)] > 0.8 * 2000 * SCALE);
    assert_true(bench->out.flags & FRAME_INTERPOLATED);
}

static void a_dead_row_is_found_as_a_whole(void **state)
{
    struct bench *bench = *state;
    for (int col = 0; col < 32; col++)
        bench->mat.offset[CELL(12, col)] = -1e4;
    bench_run(bench, 1);
    roll_over(bench, 4);
    for (int col = 0; col < 32; col++)
        assert_int_equal(bench->out.faults[CELL(12, col)] & CELL_DEAD, CELL_DEAD);
    assert_int_equal(bench_faults(bench), 32);
    float between = 0.5F * (bench->out.kpa[CELL(11, 20)] + bench->out.kpa[CELL(13, 20)]);
    assert_true(fabsf(bench->out.kpa[CELL(12, 20)] - between) < 1e-4F);
}

static void a_dead_column_is_found_before_anything_touches_it(void **state)
{
    static const double offsets[] = {0, 100};
    for (int k = 0; k < 2; k++) {
        struct bench *bench = *state;
        test_mat_make(&bench->mat, 32, 32);
        for (int i = 0; i < 1024; i++)
            bench->mat.offset[i] = i % 32 == 9 ? -1e4 : offsets[k];
        bench_run(bench, 5);
        for (int row = 0; row < 32; row++)
            assert_int_equal(bench->out.faults[CELL(row, 9)], CELL_DEAD);
        assert_int_equal(bench_faults(bench), 32);
        conditioner_reset(bench->conditioner);
    }
}

static void a_shorted_cell_is_found_at_the_start_and_stays_so(void **state)
{
    struct bench *bench = *state;
    bench->mat.rate_hz = 25;
    bench->mat.load[CELL(5, 5)] = 3500;
    bench_run(bench, 1);
    assert_int_equal(bench->out.faults[CELL(5, 5)], CELL_ALWAYS_ON);
    bench_run(bench, 90);
    assert_int_equal(bench->out.faults[CELL(5, 5)], CELL_ALWAYS_ON);
    assert_true(fabs(bench->out.kpa[CELL(5, 5)]) < 3 * 12 * SCALE);
    assert_int_equal(bench_faults(bench), 1);
}

static void a_cell_that_shorts_later_is_found_and_one_that_recovers_is_let_go(void **state)
{
    struct bench *bench = *state;
    bench_run(bench, 3);
    bench->mat.load[CELL(5, 5)] = 3500;
    bench_run(bench, 12);
    assert_int_equal(bench->out.faults[CELL(5, 5)], CELL_ALWAYS_ON);
    test_mat_clear(&bench->mat);
    bench_run(bench, 1);
    assert_int_equal(bench_faults(bench), 0);
}

static void a_static_hold_of_two_minutes_is_no_fault(void **state)
{
    struct bench *bench = *state;
    bench->mat.rate_hz = 20;
    bench->mat.noise_counts = 1;
    test_mat_ball(&bench->mat, 3000, 12, 16, 0.6);
    test_mat_ball(&bench->mat, 2500, 20.5, 8.5, 0.6);
    bench_run(bench, 120);
    assert_int_equal(bench_faults(bench), 0);
    assert_true(bench->out.kpa[CELL(12, 16)] > 0.97 * 3000 * SCALE);
}

static void a_stuck_cell_among_noisy_ones_is_found(void **state)
{
    struct bench *bench = *state;
    bench_run(bench, 1);
    struct frame frame;
    for (int i = 0; i < 1200; i++) {
        frame = *test_mat_frame(&bench->mat);
        bench->mat.cells[CELL(9, 9)] = 130;
        conditioner_push(bench->conditioner, &frame, &bench->out);
    }
    assert_int_equal(bench->out.faults[CELL(9, 9)] & CELL_STUCK, CELL_STUCK);
    assert_int_equal(bench_faults(bench), 1);
}

static void a_flickering_cell_is_found(void **state)
{
    struct bench *bench = *state;
    for (int i = 0; i < 200; i++) {
        bench->mat.load[CELL(9, 9)] = i % 3 ? 0 : 1500;
        bench_run(bench, 0.05);
    }
    assert_int_equal(bench->out.faults[CELL(9, 9)] & CELL_FLICKERING, CELL_FLICKERING);
    assert_int_equal(bench_faults(bench), 1);
}

static void hard_taps_on_one_spot_are_no_fault(void **state)
{
    struct bench *bench = *state;
    for (int i = 0; i < 60; i++) {
        test_mat_clear(&bench->mat);
        if (i % 2)
            test_mat_ball(&bench->mat, 3000, 12, 16, 0.8);
        bench_run(bench, 0.25);
    }
    assert_int_equal(bench_faults(bench), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_set_up, bench_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_dead_cell_is_found_by_rolling_over_it_and_filled_in),
        TEST(a_dead_row_is_found_as_a_whole),
        TEST(a_dead_column_is_found_before_anything_touches_it),
        TEST(a_shorted_cell_is_found_at_the_start_and_stays_so),
        TEST(a_cell_that_shorts_later_is_found_and_one_that_recovers_is_let_go),
        TEST(a_static_hold_of_two_minutes_is_no_fault),
        TEST(a_stuck_cell_among_noisy_ones_is_found),
        TEST(a_flickering_cell_is_found),
        TEST(hard_taps_on_one_spot_are_no_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
