/* What the analysis says beside its events, of loads whose rhythm and place are known. */
#include "support_mat.h"
#include "tools/analysis/analysis.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define PI   3.14159265358979323846
#define SIDE 32

/* A ball that rolls along a row, or stays, from 3 s on. */
struct play {
    double seconds, hz, reach_cells; /* there and back; to either side */
    double shake_hz, shake_share;    /* of the load */
    double rate_hz;
};

static const struct play rolling = {.seconds = 40, .hz = 0.25, .reach_cells = 10, .rate_hz = 100};
static const struct play holding = {.seconds = 25, .rate_hz = 100};

struct stage {
    struct test_mat mat;
    struct analysis *analysis;
};

static void play(struct stage *stage, const struct play *play)
{
    struct parameters parameters;
    parameters_default(&parameters);
    test_mat_make(&stage->mat, SIDE, SIDE);
    stage->mat.rate_hz = play->rate_hz;
    stage->mat.geometry.rate_hz = play->rate_hz;
    stage->analysis = analysis_create(&stage->mat.geometry, &parameters);
    assert_non_null(stage->analysis);
    assert_int_equal(analysis_split(stage->analysis), STATUS_OK);
    for (int n = 0; n < (int)(play->seconds * play->rate_hz); n++) {
        double t = n / play->rate_hz;
        double load = 1500 * (1 + play->shake_share * sin(2 * PI * play->shake_hz * t));
        test_mat_clear(&stage->mat);
        if (t >= 3)
            test_mat_ball(&stage->mat, load, 12,
                          16 + play->reach_cells * sin(2 * PI * play->hz * (t - 3)), 1.5);
        analysis_push(stage->analysis, test_mat_frame(&stage->mat));
        struct event event;
        while (analysis_next(stage->analysis, &event))
            ;
    }
}

static uint32_t contact_of(const struct stage *stage)
{
    const struct contact *contacts;
    assert_int_equal(analysis_contacts(stage->analysis, &contacts), 1);
    return contacts[0].id;
}

static int set_up(void **state)
{
    *state = calloc(1, sizeof(struct stage));
    return *state ? 0 : -1;
}

static int tear_down(void **state)
{
    struct stage *stage = *state;
    analysis_destroy(stage->analysis);
    free(stage);
    return 0;
}

static void rolling_has_the_cadence_of_its_strokes(void **state)
{
    struct stage *stage = *state;
    play(stage, &rolling);
    struct cadence cadence = analysis_cadence(stage->analysis, contact_of(stage));
    assert_true(fabs(cadence.one_way_per_min - 30) < 0.5);
    assert_true(cadence.confidence > 0.8);
    assert_true(isnan(analysis_cadence(stage->analysis, 12345).one_way_per_min));
}

static void the_load_moves_while_rolling_and_not_in_a_hold(void **state)
{
    struct stage *stage = *state;
    play(stage, &rolling);
    assert_true(analysis_moving_share(stage->analysis) > 0.6);
    analysis_destroy(stage->analysis);
    play(stage, &holding);
    assert_true(analysis_moving_share(stage->analysis) < 0.02);
}

static void an_empty_mat_has_no_moving_share(void **state)
{
    struct stage *stage = *state;
    struct play empty = holding;
    empty.seconds = 2.9;
    play(stage, &empty);
    assert_true(isnan(analysis_moving_share(stage->analysis)));
}

static void the_parts_of_a_moment_add_up_to_its_pressure(void **state)
{
    struct stage *stage = *state;
    struct parts parts;
    play(stage, &holding);
    assert_true(analysis_parts(stage->analysis, &parts));
    double sum = 0;
    for (int b = 0; b < SPLIT_BANDS; b++)
        for (size_t i = 0; i < SIDE * SIDE; i++)
            sum += parts.bands[b][i];
    const struct contact *contacts;
    analysis_contacts(stage->analysis, &contacts);
    double force_n = sum * 1e3 * geometry_cell_m2(&stage->mat.geometry);
    assert_true(fabs(force_n / contacts[0].force_n - 1) < 0.1);
    double late_s = holding.seconds - 1 / holding.rate_hz - parts.time_s;
    assert_true(fabs(late_s - analysis_split_latency_s(stage->analysis)) < 0.02);
}

static void a_contact_s_position_and_force_come_apart_alike(void **state)
{
    struct stage *stage = *state;
    struct contact_parts parts;
    play(stage, &rolling);
    assert_true(analysis_contact_parts(stage->analysis, contact_of(stage), &parts));
    double pitch = stage->mat.geometry.pitch_x_mm;
    double swing = 10 * sin(2 * PI * 0.25 * (parts.time_s - 3)) * pitch;
    assert_true(fabs(parts.x_mm[SPLIT_STILL] - 16.5 * pitch) < pitch);
    assert_true(fabs(parts.x_mm[SPLIT_MOVING] - swing) < pitch);
    assert_true(fabs(parts.x_mm[SPLIT_FAST]) < 0.1 * pitch);
    assert_true(fabs(parts.force_n[SPLIT_MOVING]) < 0.1 * parts.force_n[SPLIT_STILL]);
    assert_false(analysis_contact_parts(stage->analysis, 12345, &parts));
}

static void the_maps_say_where_was_pressed_stroked_and_shaken(void **state)
{
    struct stage *stage = *state;
    float still[SIDE * SIDE], moving[SIDE * SIDE], fast[SIDE * SIDE];
    const size_t middle = 12 * SIDE + 16, aside = 12 * SIDE + 8;
    play(stage, &rolling);
    analysis_finish(stage->analysis);
    double seconds = analysis_map(stage->analysis, SPLIT_MOVING, moving);
    assert_true(fabs(seconds - rolling.seconds) < 0.05);
    assert_true(moving[aside] > 5 * moving[20 * SIDE + 8]);
    analysis_destroy(stage->analysis);
    struct play shaking = holding;
    shaking.shake_hz = 20;
    shaking.shake_share = 0.2;
    play(stage, &shaking);
    analysis_finish(stage->analysis);
    analysis_map(stage->analysis, SPLIT_STILL, still);
    analysis_map(stage->analysis, SPLIT_FAST, fast);
    assert_true(still[middle] > 20 * still[aside]);
    double shake = 0.2 * sqrt(0.5) * still[middle];
    assert_true(fabs(fast[middle] / shake - 1) < 0.15);
}

static void a_tool_that_folds_down_is_called_alias_limited(void **state)
{
    struct stage *stage = *state;
    struct play shaking = holding;
    shaking.seconds = 10;
    shaking.shake_hz = 92;
    shaking.shake_share = 0.1;
    play(stage, &shaking);
    struct vibration vibration = analysis_vibration(stage->analysis, contact_of(stage));
    assert_int_equal(vibration.kind, VIBRATION_ALIAS_LIMITED);
    assert_true(isnan(vibration.frequency_hz));
    analysis_destroy(stage->analysis);
    shaking.shake_hz = 6;
    play(stage, &shaking);
    vibration = analysis_vibration(stage->analysis, contact_of(stage));
    assert_int_equal(vibration.kind, VIBRATION_TREMOR);
    assert_true(fabs(vibration.frequency_hz - 6) < 0.2);
}

static void without_being_asked_nothing_is_split(void **state)
{
    struct stage *stage = *state;
    struct parameters parameters;
    struct parts parts;
    float map[SIDE * SIDE];
    parameters_default(&parameters);
    test_mat_make(&stage->mat, SIDE, SIDE);
    stage->analysis = analysis_create(&stage->mat.geometry, &parameters);
    for (int n = 0; n < 10; n++) {
        test_mat_clear(&stage->mat);
        analysis_push(stage->analysis, test_mat_frame(&stage->mat));
    }
    analysis_finish(stage->analysis);
    assert_false(analysis_parts(stage->analysis, &parts));
    assert_true(isnan(analysis_moving_share(stage->analysis)));
    assert_true(analysis_map(stage->analysis, SPLIT_STILL, map) == 0);
    assert_true(analysis_split_latency_s(stage->analysis) == 0);
}

/* A ball goes slowly over a mat whose cells sense half of their pitch: what the tool's position and
   force are off stays within what the metrics say of the grid. */
static void the_grid_s_error_stays_within_its_bound(void **state)
{
    struct stage *stage = *state;
    struct parameters parameters;
    parameters_default(&parameters);
    test_mat_make(&stage->mat, SIDE, SIDE);
    stage->analysis = analysis_create(&stage->mat.geometry, &parameters);
    const double half = 0.25 / (0.8 * sqrt(2)), full = 1500 * 2 * PI * 0.8 * 0.8;
    const double pitch = stage->mat.geometry.pitch_x_mm,
                 cell_n = 200.0 / 4095 * 1e-3 * pitch * pitch;
    int looked = 0;
    for (int n = 0; n < 2000; n++) {
        double at = 12 + n * 0.003, away = 1 / (0.8 * sqrt(2));
        for (int i = 0; i < SIDE * SIDE; i++) {
            double x = (i % SIDE - at) * away, y = (i / SIDE - 15.3) * away;
            double part = (erf(x + half) - erf(x - half)) * (erf(y + half) - erf(y - half));
            stage->mat.load[i] = n < 300 ? 0 : full * part;
        }
        analysis_push(stage->analysis, test_mat_frame(&stage->mat));
        struct event event;
        while (analysis_next(stage->analysis, &event))
            ;
        struct metrics metrics;
        if (analysis_metrics(stage->analysis, &metrics) && n > 500 && metrics.contact_count == 1) {
            double x_mm = (at + 0.5) * pitch, y_mm = 15.8 * pitch;
            double off = hypot(metrics.contacts[0].x_mm - x_mm, metrics.contacts[0].y_mm - y_mm);
            double share = fabs(metrics.contacts[0].force_n / (full * cell_n) - 1);
            assert_true(off < metrics.grid_error.position_mm);
            assert_true(share < metrics.grid_error.force);
            assert_true(metrics.grid_error.position_mm < 0.5 * pitch);
            looked++;
        }
    }
    assert_true(looked > 100);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(rolling_has_the_cadence_of_its_strokes),
        TEST(the_load_moves_while_rolling_and_not_in_a_hold),
        TEST(an_empty_mat_has_no_moving_share),
        TEST(the_parts_of_a_moment_add_up_to_its_pressure),
        TEST(a_contact_s_position_and_force_come_apart_alike),
        TEST(the_maps_say_where_was_pressed_stroked_and_shaken),
        TEST(a_tool_that_folds_down_is_called_alias_limited),
        TEST(the_grid_s_error_stays_within_its_bound),
        TEST(without_being_asked_nothing_is_split),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
