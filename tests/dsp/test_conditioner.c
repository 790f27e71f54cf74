/* The conditioner against what was put into the counts: offsets, noise, loads, drift, residues. */
#include "support_conditioner.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int compare(const void *a, const void *b)
{
    float one = *(const float *)a, other = *(const float *)b;
    return (one > other) - (one < other);
}

static double median_noise(const struct bench *bench)
{
    float values[1024];
    memcpy(values, bench->out.noise_kpa, sizeof values);
    qsort(values, 1024, sizeof(float), compare);
    return values[512];
}

static void an_empty_mat_reads_zero_with_its_own_noise(void **state)
{
    struct bench *bench = *state;
    bench_run(bench, 5);
    int outside = 0;
    for (int i = 0; i < 1024; i++)
        outside += fabs(bench->out.noise_kpa[i] / (12 * SCALE) - 1) > 0.15;
    assert_in_range(outside, 0, 10);
    double mean = 0, square = 0;
    for (int i = 0; i < 1024; i++) {
        mean += bench->out.kpa[i] / 1024;
        square += bench->out.kpa[i] * bench->out.kpa[i] / 1024;
    }
    assert_true(fabs(mean) < 0.1 * 12 * SCALE);
    assert_true(fabs(sqrt(square) / (12 * SCALE) - 1) < 0.15);
    assert_int_equal(bench_faults(bench), 0);
}

static void noise_cut_off_at_count_zero_is_not_underrated(void **state)
{
    struct bench *bench = *state;
    memset(bench->mat.offset, 0, sizeof bench->mat.offset);
    bench_run(bench, 5);
    assert_true(fabs(median_noise(bench) / (12 * SCALE) - 1) < 0.2);
    assert_int_equal(bench_faults(bench), 0);
}

static void a_mat_without_noise_has_the_noise_of_its_quantisation(void **state)
{
    struct bench *bench = *state;
    bench->mat.noise_counts = 0;
    bench_run(bench, 2);
    assert_true(fabs(bench->out.noise_kpa[77] - SCALE / sqrt(12)) < 1e-6);
    assert_true(fabs(bench->out.kpa[77]) < 1e-4);
}

static void a_load_present_from_the_first_frame_is_kept_and_leaves_no_hole(void **state)
{
    struct bench *bench = *state;
    test_mat_ball(&bench->mat, 2000, 12, 16, 1.5);
    double truth = 2000 * 2 * 3.14159265 * 1.5 * 1.5 * SCALE;
    bench_run(bench, 0.01);
    assert_true(fabs(bench_force(bench, 12, 16, 6) / truth - 1) < 0.06);
    bench_run(bench, 5);
    assert_true(fabs(bench_force(bench, 12, 16, 6) / truth - 1) < 0.03);
    assert_int_equal(bench_faults(bench), 0);
    test_mat_clear(&bench->mat);
    bench_run(bench, 10);
    assert_true(fabs(bench_force(bench, 12, 16, 3)) < 0.02 * truth);
    test_mat_ball(&bench->mat, 2000, 12, 16, 1.5);
    bench_run(bench, 0.1);
    assert_true(fabs(bench_force(bench, 12, 16, 6) / truth - 1) < 0.03);
}

static void a_hold_of_90_s_keeps_its_load_while_empty_cells_drift_away(void **state)
{
    struct bench *bench = *state;
    bench->mat.rate_hz = 50;
    bench_run(bench, 2);
    test_mat_ball(&bench->mat, 1200, 12, 16, 1.5);
    bench_run(bench, 0.1);
    double start = bench_force(bench, 12, 16, 5);
    for (int second = 0; second < 90; second++) {
        for (int i = 0; i < 1024; i++)
            bench->mat.offset[i] += bench->mat.load[i] < 1 ? 0.5 : 0;
        bench_run(bench, 1);
    }
    assert_true(fabs(bench_force(bench, 12, 16, 5) / start - 1) < 0.02);
    double far = 0;
    for (int i = 0; i < 128; i++)
        far += bench->out.kpa[CELL(26, 0) + i] / 128;
    assert_true(fabs(far) < 12 * SCALE);
    assert_int_equal(bench_faults(bench), 0);
}

static void the_common_mode_of_a_row_is_taken_off(void **state)
{
    struct bench *bench = *state;
    bench_run(bench, 2);
    for (int col = 0; col < 32; col++)
        bench->mat.load[CELL(7, col)] = 10;
    bench_run(bench, 0.01);
    double mean = 0;
    for (int col = 0; col < 32; col++)
        mean += bench->out.kpa[CELL(7, col)] / 32;
    assert_true(fabs(mean) < 2 * SCALE);
}

static void a_gap_changes_neither_offsets_nor_load(void **state)
{
    struct bench *bench = *state;
    bench_run(bench, 2);
    test_mat_ball(&bench->mat, 1500, 12, 16, 1.5);
    bench_run(bench, 1);
    double before = bench_force(bench, 12, 16, 6);
    bench->mat.frame.time_us += 30000000;
    bench_run(bench, 0.02);
    assert_true(fabs(bench_force(bench, 12, 16, 6) / before - 1) < 0.02);
    assert_int_equal(bench_faults(bench), 0);
}

static void a_gap_makes_no_cell_of_an_empty_mat_stand_out(void **state)
{
    struct bench *bench = *state;
    bench_run(bench, 3);
    bench->mat.frame.time_us += 600000000;
    bench_run(bench, 0.02);
    double mean = 0;
    for (int i = 0; i < 1024; i++)
        mean += fabs(bench->out.kpa[i]) / 1024;
    assert_true(mean < 0.9 * 12 * SCALE);
}

static void every_shape_of_mat_is_taken(void **state)
{
    (void)state;
    static const uint16_t shapes[][2] = {{1, 1},   {1, 7},   {7, 1},    {2, 2},
                                         {3, 256}, {256, 3}, {256, 256}};
    static uint16_t cells[256 * 256];
    for (size_t k = 0; k < sizeof shapes / sizeof shapes[0]; k++) {
        memset(cells, 0, sizeof cells);
        struct parameters parameters;
        struct geometry geometry = {.rows = shapes[k][0],
                                    .cols = shapes[k][1],
                                    .pitch_x_mm = 5,
                                    .pitch_y_mm = 5,
                                    .scale_kpa = 0.1,
                                    .full_scale = 1000};
        parameters_default(&parameters);
        struct conditioner *conditioner = conditioner_create(&geometry, &parameters);
        assert_non_null(conditioner);
        struct pressure out;
        uint32_t last = geometry_cells(&geometry) - 1;
        for (int n = 0; n < 12; n++) {
            struct frame frame = {
                .time_us = n * 100000, .rows = shapes[k][0], .cols = shapes[k][1], .cells = cells};
            cells[last] = n < 6 ? 0 : 500;
            conditioner_push(conditioner, &frame, &out);
        }
        assert_true(fabsf(out.kpa[last] - 50) < 0.1F);
        assert_true(last == 0 || fabsf(out.kpa[0]) < 0.1F);
        conditioner_destroy(conditioner);
    }
}

static void whatever_a_mat_sends_the_result_is_finite(void **state)
{
    struct bench *bench = *state;
    test_mat_make(&bench->mat, 9, 13);
    bench_run(bench, 0.01);
    struct frame frame = bench->mat.frame;
    for (int n = 0; n < 4000; n++) {
        double kind = test_mat_normal(&bench->mat);
        for (int i = 0; i < 9 * 13; i++) {
            double value = fabs(test_mat_normal(&bench->mat));
            bench->mat.cells[i] = (uint16_t)(kind > 1 ? value * 10900 : kind > 0 ? value * 40 : 0);
        }
        frame.time_us += (int64_t)(1 + fabs(test_mat_normal(&bench->mat)) * (n % 50 ? 2e4 : 5e7));
        conditioner_push(bench->conditioner, &frame, &bench->out);
        for (int i = 0; i < 9 * 13; i++) {
            assert_true(isfinite(bench->out.kpa[i]) && fabsf(bench->out.kpa[i]) < 7000);
            assert_true(isfinite(bench->out.noise_kpa[i]) && bench->out.noise_kpa[i] > 0);
        }
    }
}

static void a_reset_forgets_everything(void **state)
{
    struct bench *bench = *state;
    struct test_mat again = bench->mat;
    bench_run(bench, 1);
    float first[1024];
    memcpy(first, bench->out.kpa, sizeof first);
    conditioner_reset(bench->conditioner);
    bench->mat = again;
    bench_run(bench, 1);
    assert_memory_equal(first, bench->out.kpa, sizeof first);
}

static void twice_the_scale_gives_twice_the_pressure_exactly(void **state)
{
    struct bench *bench = *state;
    struct test_mat again = bench->mat;
    test_mat_ball(&bench->mat, 1500, 12, 16, 1.5);
    bench_run(bench, 1);
    float first[1024];
    for (int i = 0; i < 1024; i++)
        first[i] = 2 * bench->out.kpa[i];
    conditioner_destroy(bench->conditioner);
    bench->conditioner = NULL;
    bench->mat = again;
    bench->mat.geometry.scale_kpa *= 2;
    test_mat_ball(&bench->mat, 1500, 12, 16, 1.5);
    bench_run(bench, 1);
    assert_memory_equal(first, bench->out.kpa, sizeof first);
}

static void the_frame_rate_does_not_change_the_outcome(void **state)
{
    static const double rates[] = {5, 25, 200, 1000};
    for (int k = 0; k < 4; k++) {
        struct bench *bench = *state;
        test_mat_make(&bench->mat, 32, 32);
        bench->mat.rate_hz = rates[k];
        test_mat_ball(&bench->mat, 2000, 12, 16, 1.5);
        bench_run(bench, 4);
        double truth = 2000 * 2 * 3.14159265 * 1.5 * 1.5 * SCALE;
        assert_true(fabs(bench_force(bench, 12, 16, 6) / truth - 1) < 0.04);
        assert_true(fabs(median_noise(bench) / (12 * SCALE) - 1) < 0.15);
        test_mat_clear(&bench->mat);
        bench_run(bench, 8);
        assert_true(fabs(bench_force(bench, 12, 16, 3)) < 0.02 * truth);
        conditioner_destroy(bench->conditioner);
        bench->conditioner = NULL;
    }
}

static void a_mat_of_one_cell_sees_a_press_and_a_loaded_start(void **state)
{
    struct bench *bench = *state;
    test_mat_make(&bench->mat, 1, 1);
    bench_run(bench, 2);
    bench->mat.load[0] = 1000;
    bench_run(bench, 20);
    assert_true(fabs(bench->out.kpa[0] / (1000 * SCALE) - 1) < 0.08);
    conditioner_reset(bench->conditioner);
    bench_run(bench, 20);
    assert_true(bench->out.kpa[0] > 0.95 * 1000 * SCALE);
    test_mat_clear(&bench->mat);
    bench_run(bench, 5);
    assert_true(fabs(bench->out.kpa[0]) < 5 * 12 * SCALE);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_set_up, bench_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(an_empty_mat_reads_zero_with_its_own_noise),
        TEST(noise_cut_off_at_count_zero_is_not_underrated),
        TEST(a_mat_without_noise_has_the_noise_of_its_quantisation),
        TEST(a_load_present_from_the_first_frame_is_kept_and_leaves_no_hole),
        TEST(a_hold_of_90_s_keeps_its_load_while_empty_cells_drift_away),
        TEST(the_common_mode_of_a_row_is_taken_off),
        TEST(a_gap_changes_neither_offsets_nor_load),
        TEST(a_gap_makes_no_cell_of_an_empty_mat_stand_out),
        TEST(every_shape_of_mat_is_taken),
        TEST(whatever_a_mat_sends_the_result_is_finite),
        TEST(a_reset_forgets_everything),
        TEST(twice_the_scale_gives_twice_the_pressure_exactly),
        TEST(the_frame_rate_does_not_change_the_outcome),
        TEST(a_mat_of_one_cell_sees_a_press_and_a_loaded_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
