/* The frames show what the truth says, and nothing but the seed decides them. */
#include "tools/simulate/simulate.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct simulation *create(const char *scenario, uint64_t seed, double duration_s)
{
    const struct simulation_options options = {.duration_s = duration_s};
    struct failure failure = {0};
    struct simulation *simulation = simulation_create(scenario, seed, &options, &failure);
    if (!simulation)
        fail_msg("%s: %s", scenario, failure.text);
    return simulation;
}

static uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ ((const uint8_t *)bytes)[i]) * 0x100000001b3u;
    return hash;
}

static uint64_t hash_of(const char *scenario, uint64_t seed)
{
    struct simulation *simulation = create(scenario, seed, 6);
    uint64_t hash = 0xcbf29ce484222325u;
    struct frame frame;
    while (simulation_next(simulation, &frame) == 1) {
        hash = hash_bytes(hash, &frame.time_us, sizeof frame.time_us);
        hash = hash_bytes(hash, &frame.sequence, sizeof frame.sequence);
        hash = hash_bytes(hash, &frame.flags, sizeof frame.flags);
        hash = hash_bytes(hash, frame.cells, (size_t)frame.rows * frame.cols * sizeof *frame.cells);
    }
    simulation_destroy(simulation);
    return hash;
}

static void the_same_seed_gives_the_same_frames_to_the_bit(void **state)
{
    (void)state;
    size_t count;
    const struct simulation_scenario *scenarios = simulation_scenarios(&count);
    for (size_t i = 0; i < count; i += 5) {
        uint64_t first = hash_of(scenarios[i].name, 7);
        assert_true(first == hash_of(scenarios[i].name, 7));
        assert_true(first != hash_of(scenarios[i].name, 8));
    }
}

static void numbers_and_times_only_rise_and_losses_are_flagged(void **state)
{
    (void)state;
    struct simulation *simulation = create("lossy-link", 3, 20);
    const struct geometry *mat = &simulation_info(simulation)->geometry;
    struct frame frame, before = {0};
    uint64_t gaps = 0, count = 0;
    while (simulation_next(simulation, &frame) == 1) {
        assert_int_equal(frame.number, count);
        assert_int_equal(frame.rows, mat->rows);
        if (count++ > 0) {
            assert_true(frame.time_us > before.time_us);
            bool gap = frame.sequence != before.sequence + 1;
            assert_int_equal(gap, (frame.flags & FRAME_GAP_BEFORE) != 0);
            gaps += gap;
        }
        before = frame;
    }
    assert_true(gaps > 0);
    simulation_destroy(simulation);
}

/* Centre of what stands above the noise and above 8 % of the peak; mm. */
static void centre_of(const struct frame *frame, const struct geometry *mat, double centre[2])
{
    double peak = 0, sum = 0;
    for (int i = 0; i < frame->rows * frame->cols; i++)
        peak = fmax(peak, frame->cells[i]);
    double floor = fmax(0.08 * peak, 0.05 * mat->full_scale);
    centre[0] = centre[1] = 0;
    for (int r = 0; r < frame->rows; r++)
        for (int c = 0; c < frame->cols; c++) {
            double cell = frame->cells[r * frame->cols + c];
            if (cell < floor)
                continue;
            sum += cell;
            centre[0] += cell * (c + 0.5) * mat->pitch_x_mm;
            centre[1] += cell * (r + 0.5) * mat->pitch_y_mm;
        }
    centre[0] /= sum;
    centre[1] /= sum;
}

/* The load's centre goes as far, from start to end of each stroke, as the truth says. */
static void check_travels(uint64_t seed)
{
    struct simulation *simulation = create("roller-strokes", seed, 30);
    const struct truth *truth = simulation_truth(simulation);
    const struct geometry *mat = &simulation_info(simulation)->geometry;
    struct frame frame;
    double start[2] = {0}, end[2];
    int64_t zero_us = 0;
    size_t next = 0;
    bool inside = false;
    assert_true(truth->stroke_count > 0);
    while (next < truth->stroke_count && simulation_next(simulation, &frame) == 1) {
        if (!frame.number)
            zero_us = frame.time_us;
        double time_s = (double)(frame.time_us - zero_us) * 1e-6;
        if (inside && time_s >= truth->strokes[next].end_s) {
            centre_of(&frame, mat, end);
            double travel = hypot(end[0] - start[0], end[1] - start[1]);
            assert_true(fabs(travel - truth->strokes[next].travel_mm) <
                        3 + 0.03 * truth->strokes[next].travel_mm);
            inside = false;
            next++;
        }
        if (!inside && next < truth->stroke_count && time_s >= truth->strokes[next].start_s) {
            centre_of(&frame, mat, start);
            inside = true;
        }
    }
    assert_int_equal(next, truth->stroke_count);
    simulation_destroy(simulation);
}

static void the_load_moves_as_far_as_the_truth_says(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 4; seed++)
        check_travels(seed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_seed_gives_the_same_frames_to_the_bit),
        cmocka_unit_test(numbers_and_times_only_rise_and_losses_are_flagged),
        cmocka_unit_test(the_load_moves_as_far_as_the_truth_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
