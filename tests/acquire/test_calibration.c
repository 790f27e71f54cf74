/* Counts to kPa: hand values, both ends of the scale, text and back, what is refused. */
#include "acquire/acquire.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS = 2, COLS = 3, CELLS = 6, FULL = 4095 };

/* Cells that answer offset + factor * 1000 * (kPa / 50)^0.5: kPa = 50 (r / 1000)^2. */
static const float offsets[CELLS] = {0, 10, 20, 30, 5, 15};
static const float factors[CELLS] = {1, 0.8F, 1.2F, 1, 0.9F, 1.1F};

static void pressed(float *means, double kpa)
{
    for (size_t i = 0; i < CELLS; i++)
        means[i] = offsets[i] + factors[i] * 1000 * sqrtf((float)kpa / 50);
}

/* The calibration of that mat from loads of 10, 50, 200 kPa. */
static struct calibration *made(enum calibration_law law, struct failure *failure)
{
    static const double kpa[] = {10, 50, 200};
    static const float quiet[CELLS] = {0};
    float means[3][CELLS];
    struct calibration_step steps[3];
    for (size_t k = 0; k < 3; k++) {
        pressed(means[k], kpa[k]);
        steps[k] = (struct calibration_step){.kpa = kpa[k], .means = means[k]};
    }
    const struct mat_info mat = {
        .geometry = {ROWS, COLS, 10, 10, 100, 1, 0, FULL}, .device = "hand", .serial = "1"};
    const struct calibration_measurement measurement = {.mat = &mat,
                                                        .tare = offsets,
                                                        .spread = quiet,
                                                        .uniform = steps,
                                                        .uniform_count = 3,
                                                        .law = law,
                                                        .created = "2026-01-01T00:00:00Z"};
    struct calibration *calibration;
    calibration_fit(&calibration, &measurement, failure);
    return calibration;
}

static double kpa_of(const struct calibration *calibration, uint16_t linear)
{
    struct geometry geometry = {.rows = ROWS};
    calibration_geometry(calibration, &geometry);
    return linear * geometry.scale_kpa + geometry.offset_kpa;
}

static void a_square_law_is_found_and_applied_to_every_cell(void **state)
{
    (void)state;
    struct calibration *calibration = made(LAW_POWER, NULL);
    const struct calibration_about *about = calibration_about(calibration);
    assert_float_equal((float)about->coefficients[1], 2, 1e-4F);
    /* Kept in shares of 4095, cells at the mean factor of 1: 50 kPa (4.095)^2 at full scale. */
    assert_float_equal((float)about->coefficients[0], 50 * 4.095F * 4.095F, 0.1F);
    for (unsigned kpa = 20; kpa <= 400; kpa += 20) {
        float means[CELLS];
        uint16_t counts[CELLS], linear[CELLS];
        pressed(means, kpa);
        for (size_t i = 0; i < CELLS; i++)
            counts[i] = (uint16_t)lrintf(means[i]);
        calibration_apply(calibration, counts, linear);
        for (size_t i = 0; i < CELLS; i++) /* a count at r is 100 r / 1e6 kPa wide */
            assert_float_equal((float)kpa_of(calibration, linear[i]), kpa, 0.15F);
    }
    calibration_destroy(calibration);
}

static void an_empty_cell_is_zero_and_noise_below_it_is_as_wide_as_above(void **state)
{
    (void)state;
    struct calibration *calibration = made(LAW_POWER, NULL);
    uint16_t empty[CELLS] = {0, 10, 20, 30, 5, 15}, linear[CELLS], above[CELLS], below[CELLS];
    calibration_apply(calibration, empty, linear);
    for (size_t i = 0; i < CELLS; i++)
        assert_float_equal((float)kpa_of(calibration, linear[i]), 0, 0.03F);
    uint16_t more[CELLS] = {0, 14, 24, 34, 9, 19}, less[CELLS] = {0, 6, 16, 26, 1, 11};
    calibration_apply(calibration, more, above);
    calibration_apply(calibration, less, below);
    for (size_t i = 1; i < CELLS; i++)
        assert_float_equal(above[i] - linear[i], linear[i] - below[i], 1);
    calibration_destroy(calibration);
}

static void a_saturated_cell_stays_saturated(void **state)
{
    (void)state;
    struct calibration *calibration = made(LAW_POWER, NULL);
    struct geometry geometry = {.rows = ROWS};
    calibration_geometry(calibration, &geometry);
    uint16_t counts[CELLS] = {FULL, FULL, FULL, FULL, FULL, 200}, linear[CELLS];
    calibration_apply(calibration, counts, linear);
    for (size_t i = 0; i + 1 < CELLS; i++)
        assert_int_equal(linear[i], geometry.full_scale);
    assert_true(linear[5] < geometry.full_scale / 2);
    calibration_destroy(calibration);
}

static void its_text_gives_the_same_calibration_to_the_bit(void **state)
{
    (void)state;
    for (int law = LAW_LINEAR; law <= LAW_POWER; law++) {
        struct calibration *calibration = made((enum calibration_law)law, NULL), *again;
        char *text = calibration_text(calibration);
        assert_int_equal(calibration_read(&again, text, strlen(text), NULL), STATUS_OK);
        char *second = calibration_text(again);
        assert_string_equal(text, second);
        uint16_t one[CELLS], other[CELLS];
        for (unsigned count = 0; count < 65536 - CELLS; count += 7) {
            uint16_t counts[CELLS];
            for (unsigned i = 0; i < CELLS; i++)
                counts[i] = (uint16_t)(count + i);
            calibration_apply(calibration, counts, one);
            calibration_apply(again, counts, other);
            assert_memory_equal(one, other, sizeof one);
        }
        free(text);
        free(second);
        calibration_destroy(calibration);
        calibration_destroy(again);
    }
}

static void a_text_that_was_changed_or_cut_is_refused(void **state)
{
    (void)state;
    struct calibration *calibration = made(LAW_POWER, NULL), *again;
    struct failure failure;
    char *text = calibration_text(calibration);
    size_t size = strlen(text);
    for (size_t cut = 0; cut < size; cut++)
        assert_int_equal(calibration_read(&again, text, cut, &failure), STATUS_FORMAT);
    char *digit = strstr(text, "\"offset\":[0.0,1") + strlen("\"offset\":[0.0,1");
    *digit = '1';
    assert_int_equal(calibration_read(&again, text, size, &failure), STATUS_FORMAT);
    assert_non_null(strstr(failure.text, "was changed"));
    assert_null(again);
    free(text);
    calibration_destroy(calibration);
}

static void another_mat_is_refused(void **state)
{
    (void)state;
    struct calibration *calibration = made(LAW_POWER, NULL);
    struct failure failure;
    struct geometry geometry = {ROWS, COLS, 10, 10, 100, 1, 0, FULL};
    assert_int_equal(calibration_check(calibration, &geometry, &failure), STATUS_OK);
    geometry.full_scale = 255;
    assert_int_equal(calibration_check(calibration, &geometry, &failure), STATUS_ARGUMENT);
    assert_non_null(strstr(failure.text, "4095"));
    geometry.cols = 4;
    assert_int_equal(calibration_check(calibration, &geometry, &failure), STATUS_ARGUMENT);
    assert_non_null(strstr(failure.text, "2 x 4"));
    calibration_destroy(calibration);
}

/* One load, asked for a law that needs more; two equal loads; a mat that does not answer. */
static void loads_that_give_no_law_are_refused(void **state)
{
    (void)state;
    static const float quiet[CELLS] = {0};
    float means[CELLS];
    pressed(means, 50);
    struct calibration_step steps[2] = {{.kpa = 50, .means = means}, {.kpa = 50, .means = means}};
    const struct mat_info mat = {.geometry = {ROWS, COLS, 10, 10, 100, 1, 0, FULL}};
    struct calibration_measurement measurement = {.mat = &mat,
                                                  .tare = offsets,
                                                  .spread = quiet,
                                                  .uniform = steps,
                                                  .uniform_count = 1,
                                                  .law = LAW_POWER,
                                                  .created = ""};
    struct calibration *calibration;
    struct failure failure;
    assert_int_equal(calibration_fit(&calibration, &measurement, &failure), STATUS_ARGUMENT);
    assert_non_null(strstr(failure.text, "needs 2"));
    measurement.uniform_count = 2;
    assert_int_equal(calibration_fit(&calibration, &measurement, &failure), STATUS_ARGUMENT);
    assert_non_null(strstr(failure.text, "must differ"));
    steps[1] = (struct calibration_step){.kpa = 80, .means = offsets};
    assert_int_equal(calibration_fit(&calibration, &measurement, &failure), STATUS_ARGUMENT);
    assert_non_null(strstr(failure.text, "does not answer"));
    assert_null(calibration);
}

static void a_dead_cell_is_named_and_does_not_spoil_the_others(void **state)
{
    (void)state;
    static const float quiet[CELLS] = {0};
    float low[CELLS], high[CELLS];
    pressed(low, 10);
    pressed(high, 160);
    low[2] = high[2] = offsets[2];
    struct calibration_step steps[2] = {{.kpa = 10, .means = low}, {.kpa = 160, .means = high}};
    const struct mat_info mat = {.geometry = {ROWS, COLS, 10, 10, 100, 1, 0, FULL}};
    const struct calibration_measurement measurement = {.mat = &mat,
                                                        .tare = offsets,
                                                        .spread = quiet,
                                                        .uniform = steps,
                                                        .uniform_count = 2,
                                                        .law = LAW_POWER,
                                                        .created = ""};
    struct calibration *calibration;
    assert_int_equal(calibration_fit(&calibration, &measurement, NULL), STATUS_OK);
    assert_int_equal(calibration_about(calibration)->bad_cells, 1);
    float means[CELLS], kpa[CELLS];
    pressed(means, 90);
    calibration_pressure(calibration, means, kpa);
    for (size_t i = 0; i < CELLS; i++) {
        assert_int_equal(calibration_cell_is_bad(calibration, i), i == 2);
        if (i != 2)
            assert_float_equal(kpa[i], 90, 0.1F);
    }
    calibration_destroy(calibration);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_square_law_is_found_and_applied_to_every_cell),
        cmocka_unit_test(an_empty_cell_is_zero_and_noise_below_it_is_as_wide_as_above),
        cmocka_unit_test(a_saturated_cell_stays_saturated),
        cmocka_unit_test(its_text_gives_the_same_calibration_to_the_bit),
        cmocka_unit_test(a_text_that_was_changed_or_cut_is_refused),
        cmocka_unit_test(another_mat_is_refused),
        cmocka_unit_test(loads_that_give_no_law_are_refused),
        cmocka_unit_test(a_dead_cell_is_named_and_does_not_spoil_the_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
