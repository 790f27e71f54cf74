/* The scorer against cases worked by hand. */
#include "tools/score/score.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NEAR(a, b) assert_true(fabs((a) - (b)) < 1e-9)

static const struct geometry mat = {
    .rows = 32, .cols = 32, .pitch_x_mm = 10, .pitch_y_mm = 10, .scale_kpa = 1, .full_scale = 100};

static struct truth_stroke strokes[] = {
    {0, 2, 100, 0}, {2, 4, 100, 0}, {4, 6, 100, 0}, {8, 10, 100, 0}};
static struct truth_hold holds[] = {{10, 20, 50, 50, 0}, {0, 30, 250, 250, TRUTH_BODY}};
static struct truth_spot spots[] = {
    {100, 100, 8, 1.0, 6}, {200, 100, 8, 0.8, 4}, {100, 200, 8, 0.3, 5}};

static void add_stroke(struct findings *findings, double start_s, double end_s, double published_s)
{
    struct event event = {.type = EVENT_STROKE, .published_s = published_s};
    event.stroke.start_s = start_s;
    event.stroke.end_s = end_s;
    assert_int_equal(findings_take(findings, &event), STATUS_OK);
}

static void add_hold(struct findings *findings, const double span_s[2], double x_mm, double y_mm)
{
    struct event event = {.type = EVENT_HOLD};
    event.hold.start_s = span_s[0];
    event.hold.end_s = span_s[1];
    event.hold.x_mm = x_mm;
    event.hold.y_mm = y_mm;
    assert_int_equal(findings_take(findings, &event), STATUS_OK);
}

static void add_spot(struct findings *findings, double x_mm, double y_mm, uint32_t passes,
                     double confidence)
{
    struct event event = {.type = EVENT_SPOT};
    event.spot.id = (uint32_t)(x_mm * 1000 + y_mm);
    event.spot.x_mm = x_mm;
    event.spot.y_mm = y_mm;
    event.spot.strokes = passes;
    event.spot.confidence = confidence;
    assert_int_equal(findings_take(findings, &event), STATUS_OK);
}

static void run(struct score *score, struct findings *findings, const struct truth *truth)
{
    const struct score_session session = {truth, findings, &mat, 30};
    assert_int_equal(score_session(score, &session), STATUS_OK);
    findings_clear(findings);
}

/* Overlaps: 0-2 with 0.1-2.1 1.9/2.1; 2-4 with 2.5-3.4 0.45; 4-6 with 4-5 0.5; 8-10 with none. */
static void strokes_match_from_half_overlap_on(void **state)
{
    (void)state;
    const struct truth truth = {.strokes = strokes, .stroke_count = 4};
    struct findings findings = {0};
    struct score score = {0};
    add_stroke(&findings, 0.1, 2.1, 2.5);
    add_stroke(&findings, 2.5, 3.4, 3.9);
    add_stroke(&findings, 4, 5, 7.1);
    run(&score, &findings, &truth);
    assert_int_equal(score.strokes.truth, 4);
    assert_int_equal(score.strokes.found, 3);
    assert_int_equal(score.strokes.matched, 2);
    NEAR(tally_precision(&score.strokes), 2.0 / 3);
    NEAR(tally_recall(&score.strokes), 0.5);
    NEAR(tally_f1(&score.strokes), 4.0 / 7);
    assert_int_equal(score.exact, 0);
    assert_int_equal(score.within_one, 1);
    NEAR(samples_quantile(&score.start_error_s, 0.5), 0.05);
    NEAR(samples_quantile(&score.end_error_s, 1), 1);
    NEAR(samples_quantile(&score.turn_latency_s, 0.5), 0.5);
    NEAR(samples_quantile(&score.rest_latency_s, 0.5), 1.1);
    score_clear(&score);
}

static void a_detection_matches_only_one_stroke(void **state)
{
    (void)state;
    struct truth_stroke same[] = {{0, 2, 100, 0}, {0, 2, 100, 1}};
    const struct truth truth = {.strokes = same, .stroke_count = 2};
    struct findings findings = {0};
    struct score score = {0};
    add_stroke(&findings, 0, 2, 3);
    run(&score, &findings, &truth);
    assert_int_equal(score.strokes.matched, 1);
    score_clear(&score);
}

/* True 10-20; found 12-16 and 18-24: both 6 s, either 14 s. What lies on the body is left out. */
static void holds_agree_by_time_in_both_over_time_in_either(void **state)
{
    (void)state;
    const struct truth truth = {.holds = holds, .hold_count = 2};
    struct findings findings = {0};
    struct score score = {0};
    add_hold(&findings, (double[2]){12, 16}, 52, 50);
    add_hold(&findings, (double[2]){18, 24}, 52, 50);
    add_hold(&findings, (double[2]){0, 30}, 240, 240);
    run(&score, &findings, &truth);
    NEAR(score.hold_both_s, 6);
    NEAR(score.hold_either_s, 14);
    NEAR(score_hold_agreement(&score), 6.0 / 14);
    score_clear(&score);
}

static void spots_match_the_nearest_and_faint_ones_count_apart(void **state)
{
    (void)state;
    const struct truth truth = {.spots = spots, .spot_count = 3};
    struct findings findings = {0};
    struct score score = {0};
    add_spot(&findings, 103, 104, 7, 0.9);  /* 5 mm from the first, one stroke too many */
    add_spot(&findings, 112, 100, 6, 0.7);  /* 12 mm from the first, which is taken */
    add_spot(&findings, 100, 206, 5, 0.3);  /* 6 mm from the faint one */
    add_spot(&findings, 200, 116, 4, 0.85); /* 16 mm from the second: too far */
    run(&score, &findings, &truth);
    assert_int_equal(score.spots.truth, 2);
    assert_int_equal(score.spots.found, 3);
    assert_int_equal(score.spots.matched, 1);
    assert_int_equal(score.faint_truth, 1);
    assert_int_equal(score.faint_matched, 1);
    assert_int_equal(score.spot_strokes_within_one, 1);
    NEAR(samples_quantile(&score.spot_error_mm, 0.5), 5);
    NEAR(samples_quantile(&score.spot_error_pitch, 0.5), 0.5);
    NEAR(samples_quantile(&score.faint_error_mm, 0.5), 6);
    assert_int_equal(score.bin_found[4], 2);
    assert_int_equal(score.bin_real[4], 1);
    assert_int_equal(score.bin_found[3], 1);
    assert_int_equal(score.bin_real[3], 0);
    assert_int_equal(score.bin_real[1], 1);
    score_clear(&score);
}

static void a_stroke_where_nobody_rolls_is_counted_as_such(void **state)
{
    (void)state;
    const struct truth truth = {0};
    struct findings findings = {0};
    struct score score = {0};
    add_stroke(&findings, 1, 2, 3);
    run(&score, &findings, &truth);
    NEAR(score.still_s, 30);
    assert_int_equal(score.still_strokes, 1);
    assert_true(isnan(tally_recall(&score.strokes)));
    assert_true(isnan(score_hold_agreement(&score)));
    score_clear(&score);
}

static void merging_adds_everything(void **state)
{
    (void)state;
    const struct truth truth = {.strokes = strokes,
                                .stroke_count = 4,
                                .holds = holds,
                                .hold_count = 2,
                                .spots = spots,
                                .spot_count = 3};
    struct score sum = {0};
    for (int i = 0; i < 3; i++) {
        struct findings findings = {0};
        struct score score = {0};
        add_stroke(&findings, 0, 2, 3);
        add_hold(&findings, (double[2]){10, 15}, 50, 50);
        add_spot(&findings, 100, 100, 6, 0.5);
        run(&score, &findings, &truth);
        assert_int_equal(score_merge(&sum, &score), STATUS_OK);
        score_clear(&score);
    }
    assert_int_equal(sum.sessions, 3);
    assert_int_equal(sum.strokes.matched, 3);
    assert_int_equal(sum.strokes.truth, 12);
    assert_int_equal(sum.spots.matched, 3);
    assert_int_equal(sum.end_error_s.count, 3);
    NEAR(sum.hold_both_s, 15);
    NEAR(score_hold_agreement(&sum), 0.5);
    score_clear(&sum);
}

/* numpy.quantile([1, 2, 4, 8], [0, .25, .5, .95, 1]) */
static void quantiles_are_those_of_numpy(void **state)
{
    (void)state;
    static const double values[] = {8, 1, 4, 2};
    struct samples samples = {0};
    assert_true(isnan(samples_quantile(&samples, 0.5)));
    for (int i = 0; i < 4; i++)
        assert_int_equal(samples_add(&samples, values[i]), STATUS_OK);
    NEAR(samples_quantile(&samples, 0), 1);
    NEAR(samples_quantile(&samples, 0.25), 1.75);
    NEAR(samples_quantile(&samples, 0.5), 3);
    NEAR(samples_quantile(&samples, 0.95), 7.4);
    NEAR(samples_quantile(&samples, 1), 8);
    samples_clear(&samples);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strokes_match_from_half_overlap_on),
        cmocka_unit_test(a_detection_matches_only_one_stroke),
        cmocka_unit_test(holds_agree_by_time_in_both_over_time_in_either),
        cmocka_unit_test(spots_match_the_nearest_and_faint_ones_count_apart),
        cmocka_unit_test(a_stroke_where_nobody_rolls_is_counted_as_such),
        cmocka_unit_test(merging_adds_everything),
        cmocka_unit_test(quantiles_are_those_of_numpy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
