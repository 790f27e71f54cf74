/* What the simulator calls true obeys the definitions, over every scenario and many seeds. */
#include "tools/simulate/simulate.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SEEDS 12

static void for_every_session(void (*check)(const struct simulation *, const struct truth *))
{
    size_t count;
    const struct simulation_scenario *scenarios = simulation_scenarios(&count);
    assert_true(count >= 31);
    for (size_t i = 0; i < count; i++)
        for (uint64_t seed = 1; seed <= SEEDS; seed++) {
            struct failure failure = {0};
            struct simulation *simulation =
                simulation_create(scenarios[i].name, seed, NULL, &failure);
            if (!simulation)
                fail_msg("%s: %s", scenarios[i].name, failure.text);
            check(simulation, simulation_truth(simulation));
            simulation_destroy(simulation);
        }
}

static void check_travel(const struct simulation *simulation, const struct truth *truth)
{
    for (size_t i = 0; i < truth->stroke_count; i++) {
        const struct truth_stroke *stroke = &truth->strokes[i];
        assert_true(stroke->travel_mm >= 12);
        assert_true(stroke->end_s > stroke->start_s + 0.3);
        assert_true(stroke->start_s > 0 && stroke->end_s < simulation_duration_s(simulation));
        assert_true(stroke->travel_mm / (stroke->end_s - stroke->start_s) > 5);
    }
}

static void a_stroke_travels_clearly_more_than_the_least(void **state)
{
    (void)state;
    for_every_session(check_travel);
}

static void check_overlap(const struct simulation *simulation, const struct truth *truth)
{
    (void)simulation;
    for (int tool = 0; tool < 2; tool++) {
        double end = 0;
        for (size_t i = 0; i < truth->stroke_count; i++) {
            if (truth->strokes[i].tool != tool)
                continue;
            assert_true(truth->strokes[i].start_s >= end - 1e-9);
            end = truth->strokes[i].end_s;
        }
        for (size_t i = 0; i < truth->hold_count; i++)
            for (size_t k = 0; truth->holds[i].tool == tool && k < truth->stroke_count; k++)
                assert_true(truth->strokes[k].tool != tool ||
                            truth->strokes[k].end_s <= truth->holds[i].start_s + 1e-9 ||
                            truth->strokes[k].start_s >= truth->holds[i].end_s - 1e-9);
    }
}

static void strokes_and_holds_of_one_tool_never_overlap(void **state)
{
    (void)state;
    for_every_session(check_overlap);
}

static void check_holds(const struct simulation *simulation, const struct truth *truth)
{
    const struct geometry *mat = &simulation_info(simulation)->geometry;
    for (size_t i = 0; i < truth->hold_count; i++) {
        const struct truth_hold *hold = &truth->holds[i];
        assert_true(hold->end_s - hold->start_s >= (hold->tool == TRUTH_BODY ? 2.5 : 3.5));
        assert_true(hold->x_mm > 0 && hold->x_mm < mat->cols * mat->pitch_x_mm);
        assert_true(hold->y_mm > 0 && hold->y_mm < mat->rows * mat->pitch_y_mm);
    }
}

static void a_hold_lasts_clearly_longer_than_the_least(void **state)
{
    (void)state;
    for_every_session(check_holds);
}

static void check_spots(const struct simulation *simulation, const struct truth *truth)
{
    const struct geometry *mat = &simulation_info(simulation)->geometry;
    for (size_t i = 0; i < truth->spot_count; i++) {
        const struct truth_spot *spot = &truth->spots[i];
        assert_true(spot->x_mm > 0 && spot->x_mm < mat->cols * mat->pitch_x_mm);
        assert_true(spot->y_mm > 0 && spot->y_mm < mat->rows * mat->pitch_y_mm);
        assert_true(spot->rise >= 0.2 && spot->rise <= 1.5);
        assert_true(spot->strokes >= 1 || truth->hold_count >= 1);
        assert_true(spot->strokes <= (int)truth->stroke_count);
        for (size_t k = 0; k < i; k++)
            assert_true(
                hypot(spot->x_mm - truth->spots[k].x_mm, spot->y_mm - truth->spots[k].y_mm) > 30);
    }
}

static void spots_lie_on_the_mat_apart_and_under_passes_or_holds(void **state)
{
    (void)state;
    for_every_session(check_spots);
}

static void check_stillness(const struct simulation *simulation, const struct truth *truth)
{
    (void)simulation;
    static const char *const still[] = {"breathing-hold", "talking-tremor", "creep-hold",
                                        "vibrating-hold", "empty-noisy",    "held-knot"};
    for (size_t i = 0; i < sizeof still / sizeof still[0]; i++)
        if (!strcmp(truth->scenario, still[i]))
            assert_int_equal(truth->stroke_count, 0);
}

static void nothing_rolls_where_people_only_press(void **state)
{
    (void)state;
    for_every_session(check_stillness);
}

static void an_unknown_scenario_is_refused_by_name(void **state)
{
    (void)state;
    struct failure failure = {0};
    assert_null(simulation_create("no-such-thing", 1, NULL, &failure));
    assert_int_equal(failure.status, STATUS_NOT_FOUND);
    assert_non_null(strstr(failure.text, "no-such-thing"));
}

static void options_out_of_range_are_refused(void **state)
{
    (void)state;
    const struct simulation_options bad[] = {
        {.duration_s = 1}, {.rows = 16},   {.rows = 4, .cols = 4}, {.rows = 300, .cols = 300},
        {.pitch_mm = 1},   {.rate_hz = 5}, {.rate_hz = -1},        {.duration_s = INFINITY}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct failure failure = {0};
        assert_null(simulation_create("roller-strokes", 1, &bad[i], &failure));
        assert_int_equal(failure.status, STATUS_ARGUMENT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stroke_travels_clearly_more_than_the_least),
        cmocka_unit_test(strokes_and_holds_of_one_tool_never_overlap),
        cmocka_unit_test(a_hold_lasts_clearly_longer_than_the_least),
        cmocka_unit_test(spots_lie_on_the_mat_apart_and_under_passes_or_holds),
        cmocka_unit_test(nothing_rolls_where_people_only_press),
        cmocka_unit_test(an_unknown_scenario_is_refused_by_name),
        cmocka_unit_test(options_out_of_range_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
