/* What a load leaves behind or leaks into other cells, and what becomes of it in the conditioner.
 */
#include "dsp/conditioner_state.h"
#include "support_conditioner.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* What a sensor keeps of a load that has left: 4 %, fading with tau_s. */
static void play_residue(struct bench *bench, double rate_hz, double tau_s)
{
    const double truth = 3000 * 2 * 3.14159265 * 1.5 * 1.5 * SCALE;
    test_mat_make(&bench->mat, 32, 32);
    bench->mat.rate_hz = rate_hz;
    bench_run(bench, 2);
    test_mat_ball(&bench->mat, 3000, 12, 16, 1.5);
    bench_run(bench, 5);
    for (int fifth = 0; fifth < 50; fifth++) {
        double left = 0.04 * exp(-fifth / (5 * tau_s));
        test_mat_clear(&bench->mat);
        test_mat_ball(&bench->mat, left * 3000, 12, 16, 1.5);
        bench_run(bench, 0.2);
        assert_true(fabs(bench_force(bench, 12, 16, 4)) < 0.015 * truth);
        assert_true(fabs(bench->out.kpa[CELL(12, 16)]) < 0.02 * 3000 * SCALE);
    }
    test_mat_clear(&bench->mat);
    test_mat_ball(&bench->mat, 600 + 0.04 * 3000 * exp(-10 / tau_s), 12, 16, 1.5);
    bench_run(bench, 0.5);
    assert_true(fabs(bench_force(bench, 12, 16, 5) / (0.2 * truth) - 1) < 0.06);
    conditioner_destroy(bench->conditioner);
    bench->conditioner = NULL;
}

static void a_load_leaves_less_than_a_fiftieth_behind_and_a_light_one_stays(void **state)
{
    static const double rates[] = {25, 50, 100, 200}, taus[] = {2, 8, 20};
    for (int k = 0; k < 4; k++)
        for (int t = 0; t < 3; t++)
            play_residue(*state, rates[k], taus[t]);
}

/* A strip that rolls there and back over rows 8 to 24 in 8 s, each cell's residue of 4 % behind
   it. What lies more than four rows behind the strip is what it has left. */
static void a_trail_behind_a_rolling_load_stays_under_a_fiftieth_of_it(void **state)
{
    static const double rates[] = {25, 50, 100, 200}, taus[] = {2, 8, 20};
    for (int k = 0; k < 12; k++) {
        struct bench *bench = *state;
        double rate_hz = rates[k % 4], tau_s = taus[k / 4], memory[32] = {0};
        test_mat_make(&bench->mat, 32, 32);
        bench->mat.rate_hz = rate_hz;
        bench_run(bench, 2);
        for (int n = 0; n < (int)(16 * rate_hz); n++) {
            double at = 16 - 8 * cos(2 * 3.14159265 * n / (8 * rate_hz)), trail = 0;
            for (int i = 0; i < 1024; i++) {
                double away = i / 32 - at, load = 2000 * exp(-away * away / 2);
                if (i % 32 == 0)
                    memory[i / 32] = fmax(memory[i / 32] * exp(-1 / (tau_s * rate_hz)), load);
                bench->mat.load[i] =
                    i % 32 < 6 || i % 32 > 25 ? 0 : fmax(load, 0.04 * memory[i / 32]);
            }
            bench_run(bench, 1 / rate_hz);
            for (int row = 0; row < 32; row++)
                for (int col = 8; col < 24 && fabs(row - at) > 4; col++)
                    trail += bench->out.kpa[CELL(row, col)] / (16 * 8);
            assert_true(fabs(trail) < 0.02 * 2000 * SCALE);
        }
        conditioner_destroy(bench->conditioner);
        bench->conditioner = NULL;
    }
}

/* A strip of 16 cells by 3 rolls over the middle of the mat; each cell reads its load, `share` of
   the mean load of its row and as much of its column's. @return how much of the leak the cells that
   carry nothing show, over the last second: 1 all of it, 0 none */
static double play_leak(struct bench *bench, double share)
{
    double shown = 0, leaked = 0;
    bench_run(bench, 2);
    for (int n = 0; n < 2400; n++) {
        double at = 16 - 6 * cos(2 * 3.14159265 * n / 400.0), rows[32] = {0}, cols[32] = {0};
        double load[1024];
        for (int i = 0; i < 1024; i++) {
            double away = i / 32 - at;
            load[i] = i % 32 < 8 || i % 32 > 23 ? 0 : fmax(0, 3000 * (1 - away * away / 4));
            rows[i / 32] += load[i] / 32;
            cols[i % 32] += load[i] / 32;
        }
        for (int i = 0; i < 1024; i++)
            bench->mat.load[i] = load[i] + share * (rows[i / 32] + cols[i % 32]);
        bench_run(bench, 0.01);
        for (int i = 0; n >= 2300 && i < 1024; i++)
            if (load[i] <= 0) {
                double leak = (bench->mat.load[i] - load[i]) * SCALE;
                shown += bench->out.kpa[i] * leak;
                leaked += leak * leak;
            }
    }
    return leaked > 0 ? shown / leaked : 0;
}

static void what_loads_leak_into_rows_and_columns_is_learnt_and_taken_off(void **state)
{
    static const double shares[] = {0.05, 0.1, 0.2};
    for (int k = 0; k < 3; k++) {
        struct bench *bench = *state;
        test_mat_make(&bench->mat, 32, 32);
        double left = play_leak(bench, shares[k]);
        assert_true(fabs(left) < 0.15);
        double row_share = bench->conditioner->leaks.row_share / shares[k];
        double col_share = bench->conditioner->leaks.col_share / shares[k];
        assert_true(row_share > 0.6 && row_share < 1.1 && col_share > 0.6 && col_share < 1.1);
        conditioner_destroy(bench->conditioner);
        bench->conditioner = NULL;
    }
}

static void a_mat_that_does_not_leak_is_left_alone(void **state)
{
    struct bench *bench = *state;
    play_leak(bench, 0);
    assert_true(bench->conditioner->leaks.row_share == 0);
    assert_true(bench->conditioner->leaks.col_share == 0);
    assert_true(bench->conditioner->leaks.down.cells > 0);
}

/* Ten minutes of counts that rest at zero after a load: the signals of the cells end at zero, or
   far above the numbers of reduced precision that slow a processor down. */
static void nothing_that_fades_ends_in_numbers_of_reduced_precision(void **state)
{
    struct bench *bench = *state;
    memset(bench->mat.offset, 0, sizeof bench->mat.offset);
    bench->mat.noise_counts = 0;
    test_mat_ball(&bench->mat, 3000, 12, 16, 1.5);
    bench_run(bench, 2);
    test_mat_clear(&bench->mat);
    bench->mat.rate_hz = 40;
    for (int second = 0; second < 600; second++) {
        bench_run(bench, 1);
        bench->mat.frame.time_us += second % 10 ? 0 : 2000000;
        const struct cells *all = &bench->conditioner->cells;
        const float *signals[] = {all->smooth, all->residue, all->peak,     all->base,
                                  all->doubt,  all->jump,    all->variance, all->kpa};
        for (size_t k = 0; k < sizeof signals / sizeof signals[0]; k++)
            for (int i = 0; i < 1024; i++)
                assert_int_not_equal(fpclassify(signals[k][i]), FP_SUBNORMAL);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_set_up, bench_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_load_leaves_less_than_a_fiftieth_behind_and_a_light_one_stays),
        TEST(a_trail_behind_a_rolling_load_stays_under_a_fiftieth_of_it),
        TEST(what_loads_leak_into_rows_and_columns_is_learnt_and_taken_off),
        TEST(a_mat_that_does_not_leak_is_left_alone),
        TEST(nothing_that_fades_ends_in_numbers_of_reduced_precision),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
