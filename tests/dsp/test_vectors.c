/* Filters, spectra and the split against NumPy and SciPy, to 1e-5 of full scale. */
#include "dsp/bank.h"
#include "dsp/dsp.h"
#include "support_vectors.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static struct vector input, expected;

static void the_windowed_sinc_is_numpys(void **state)
{
    (void)state;
    float taps[65];
    fir_lowpass(taps, 65, 0.04);
    vector_read("fir_65", &expected);
    vector_matches(&expected, taps, 65);
}

/* Channel c of 16 carries the input times (c + 1) / 16. @return results */
static size_t filter_blocks(const struct vector *in, size_t length, float *result, size_t channel)
{
    enum { TAPS = 65, MOST = 1024 };
    static float rows[VECTOR_MOST][BANK_GROUP], block[MOST][BANK_GROUP];
    const size_t hop = length - TAPS + 1;
    float taps[TAPS];
    fir_lowpass(taps, TAPS, 0.04);
    struct bank *bank = bank_create(taps, TAPS, length);
    assert_non_null(bank);
    assert_int_equal(bank_hop(bank), hop);
    for (size_t n = 0; n < in->count; n++)
        for (size_t c = 0; c < BANK_GROUP; c++)
            rows[n][c] = in->values[n] * (float)(c + 1) / 16;
    const float *from[MOST];
    float *to[MOST];
    size_t first = 0;
    for (; first + length <= in->count; first += hop) {
        for (size_t n = 0; n < length; n++)
            from[n] = rows[first + n];
        for (size_t n = 0; n < hop; n++)
            to[n] = block[n];
        bank_filter(bank, from, to, 0);
        for (size_t n = 0; n < hop; n++)
            result[first + n] = block[n][channel] * 16 / (float)(channel + 1);
    }
    bank_destroy(bank);
    return first;
}

static void overlap_save_is_scipys_convolution(void **state)
{
    (void)state;
    static const char *const names[][2] = {{"noise", "fir_65_noise"}, {"square", "fir_65_square"}};
    static const size_t lengths[] = {256, 512, 1024}; /* inner transforms of 16, 8, 16 */
    static float result[VECTOR_MOST];
    for (int k = 0; k < 6; k++)
        for (size_t channel = 0; channel < BANK_GROUP; channel += 3) {
            vector_read(names[k % 2][0], &input);
            vector_read(names[k % 2][1], &expected);
            size_t count = filter_blocks(&input, lengths[k / 2], result, channel);
            assert_true(count >= 896);
            vector_matches(&expected, result, count);
        }
}

/* A mat of so few columns that there is no common mode, without residues, at 25 Hz: each frame is
   looked at. Counts of a kPa, so that results are in counts. */
static void the_baseline_is_a_section_of_scipys_sosfilt(void **state)
{
    (void)state;
    static float result[VECTOR_MOST];
    struct geometry mat = {.rows = 1,
                           .cols = 3,
                           .pitch_x_mm = 5,
                           .pitch_y_mm = 5,
                           .scale_kpa = 1,
                           .offset_kpa = -20000,
                           .full_scale = 65535};
    struct parameters parameters;
    parameters_default(&parameters);
    parameters.ghost_share = parameters.bad_cells = 0;
    assert_true(parameters.baseline_tau_s == 20);
    struct conditioner *conditioner = conditioner_create(&mat, &parameters);
    assert_non_null(conditioner);
    vector_read("cell", &input);
    for (size_t n = 0; n < input.count; n++) {
        struct pressure pressure;
        uint16_t count = (uint16_t)input.values[n];
        uint16_t cells[3] = {(uint16_t)(count - 300), count, (uint16_t)(count + 300)};
        struct frame frame = {.time_us = (int64_t)n * 40000, .rows = 1, .cols = 3, .cells = cells};
        conditioner_push(conditioner, &frame, &pressure);
        result[n] = pressure.kpa[1];
    }
    conditioner_destroy(conditioner);
    vector_read("cell_above_baseline", &expected);
    expected.scale = 65535;
    vector_matches(&expected, result, input.count);
}

static void one_segment_is_scipys_periodogram(void **state)
{
    (void)state;
    struct spectrum *spectrum = spectrum_create(512);
    assert_non_null(spectrum);
    vector_read("noise", &input);
    vector_read("periodogram", &expected);
    struct series series = {input.values, 300, 50};
    vector_matches(&expected, spectrum_density(spectrum, &series), 257);
    spectrum_destroy(spectrum);
}

static void many_segments_are_scipys_welch(void **state)
{
    (void)state;
    struct spectrum *spectrum = spectrum_create(256);
    assert_non_null(spectrum);
    vector_read("noise", &input);
    vector_read("welch", &expected);
    struct series series = {input.values, input.count, 50};
    vector_matches(&expected, spectrum_welch(spectrum, &series), 129);
    spectrum_destroy(spectrum);
}

static void the_split_is_a_plain_convolution(void **state)
{
    (void)state;
    static const char *const names[SPLIT_BANDS] = {"load_still", "load_moving", "load_fast"};
    static float results[SPLIT_BANDS][VECTOR_MOST];
    size_t count = 0;
    struct split *split = split_create(5, 100, 0.5);
    assert_non_null(split);
    vector_read("load", &input);
    for (size_t n = 0; n < input.count; n++) {
        float values[5] = {0, 0, 0, input.values[n], 0};
        struct parts parts;
        split_push(split, 10 + (double)n / 100, values);
        while (split_next(split, &parts)) {
            assert_true(fabs(parts.time_s - 10 - (double)count / 100) < 1e-6);
            for (int b = 0; b < SPLIT_BANDS; b++)
                results[b][count] = parts.bands[b][3];
            count++;
        }
    }
    split_destroy(split);
    assert_true(count >= 1100);
    for (int b = 0; b < SPLIT_BANDS; b++) {
        vector_read(names[b], &expected);
        expected.scale = input.scale;
        vector_matches(&expected, results[b], 1100);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_windowed_sinc_is_numpys),
        cmocka_unit_test(overlap_save_is_scipys_convolution),
        cmocka_unit_test(the_baseline_is_a_section_of_scipys_sosfilt),
        cmocka_unit_test(one_segment_is_scipys_periodogram),
        cmocka_unit_test(many_segments_are_scipys_welch),
        cmocka_unit_test(the_split_is_a_plain_convolution),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
