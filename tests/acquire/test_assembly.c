/* Frames made of decoded ones: numbers, flags, clocks that are none. */
#include "acquire/assembly.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { PERIOD_US = 10000 };

static const uint16_t cells[4] = {1, 2, 3, 4};

static void assembly_of(struct assembly *assembly)
{
    const struct mat_setup setup = {
        .info = {.geometry = {2, 2, 10, 10, 0, 0.1, 0, 4}, .device = "test"}};
    assert_int_equal(assembly_begin(assembly, &setup, 1000000, NULL), STATUS_OK);
}

/* Frame number n of a mat that scans every 10 ms. */
static bool push(struct assembly *assembly, uint32_t n, uint64_t device_us, struct frame *frame)
{
    const struct decoded_frame decoded = {.rows = 2,
                                          .cols = 2,
                                          .cells = cells,
                                          .has_sequence = true,
                                          .sequence = n,
                                          .has_clock = true,
                                          .device_us = device_us};
    return assembly_frame(assembly, &decoded, 5000000 + PERIOD_US * (int64_t)n, frame);
}

static void losses_step_the_sequence_and_are_flagged_and_counted(void **state)
{
    (void)state;
    struct assembly assembly;
    struct frame frame;
    struct source_health health;
    assembly_of(&assembly);
    assert_true(push(&assembly, 7, 70000, &frame));
    assert_int_equal(frame.sequence, 7);
    assert_int_equal(frame.time_us, 1000000 + 5070000);
    assert_int_equal(frame.flags, FRAME_SATURATED);
    assert_true(push(&assembly, 11, 110000, &frame));
    assert_int_equal(frame.sequence, 11);
    assert_true(frame.flags & FRAME_GAP_BEFORE);
    assert_false(push(&assembly, 11, 110000, &frame));
    assembly_health(&assembly, &health);
    assert_int_equal(health.lost, 3);
    assert_int_equal(health.duplicates, 1);
    assembly_end(&assembly);
}

static void saturated_frames_and_cells_that_never_change_are_counted(void **state)
{
    (void)state;
    static const uint16_t pictures[4][4] = {{1, 2, 3, 0}, {1, 5, 3, 0}, {1, 2, 4, 0}, {1, 2, 3, 0}};
    static const unsigned still[4] = {4, 3, 2, 2}, saturated[4] = {0, 1, 2, 2};
    struct assembly assembly;
    assembly_of(&assembly); /* full scale is 4 */
    for (uint32_t n = 0; n < 4; n++) {
        const struct decoded_frame decoded = {
            .rows = 2, .cols = 2, .cells = pictures[n], .has_sequence = true, .sequence = n};
        struct frame frame;
        struct source_health health;
        assert_true(assembly_frame(&assembly, &decoded, PERIOD_US * (int64_t)n, &frame));
        assembly_health(&assembly, &health);
        assert_int_equal(health.still_cells, still[n]);
        assert_int_equal(health.saturated, saturated[n]);
        assert_int_equal(assembly_info(&assembly, &assembly.info, NULL), STATUS_OK); /* again */
    }
    assembly_end(&assembly);
}

static void a_clock_that_stands_still_is_not_believed(void **state)
{
    (void)state;
    struct assembly assembly;
    struct frame frame, before = {0};
    assembly_of(&assembly);
    for (uint32_t n = 0; n < 500; n++) {
        assert_true(push(&assembly, n, 0, &frame));
        assert_false(frame.flags & FRAME_GAP_BEFORE);
        assert_true(frame.time_us > before.time_us);
        if (n > 100)
            assert_in_range(frame.time_us - before.time_us, 9900, 10100);
        before = frame;
    }
    struct source_health health;
    assembly_health(&assembly, &health);
    assert_int_equal(health.restarts + health.duplicates + health.lost, 0);
    assert_in_range((int)health.rate_hz, 99, 101);
    assembly_end(&assembly);
}

static void another_grid_is_refused_once_frames_were_given(void **state)
{
    (void)state;
    struct assembly assembly;
    struct frame frame;
    struct failure failure;
    assembly_of(&assembly);
    struct mat_info other = {.geometry = {3, 2, 10, 10, 0, 0.1, 0, 4}};
    assert_int_equal(assembly_info(&assembly, &other, &failure), STATUS_OK);
    other.geometry.rows = 2;
    assert_int_equal(assembly_info(&assembly, &other, &failure), STATUS_OK);
    assert_true(push(&assembly, 0, 0, &frame));
    other.geometry.rows = 3;
    assert_int_equal(assembly_info(&assembly, &other, &failure), STATUS_FORMAT);
    assert_non_null(strstr(failure.text, "3 x 2"));
    assembly_end(&assembly);
}

static void a_line_that_was_down_is_a_gap(void **state)
{
    (void)state;
    struct assembly assembly;
    struct frame frame;
    assembly_of(&assembly);
    assert_true(push(&assembly, 0, 0, &frame));
    assembly_interrupt(&assembly);
    assert_true(push(&assembly, 1, PERIOD_US, &frame));
    assert_true(frame.flags & FRAME_GAP_BEFORE);
    assert_int_equal(frame.sequence, 2);
    assert_true(push(&assembly, 2, 2 * PERIOD_US, &frame));
    assert_false(frame.flags & FRAME_GAP_BEFORE);
    assembly_end(&assembly);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(losses_step_the_sequence_and_are_flagged_and_counted),
        cmocka_unit_test(saturated_frames_and_cells_that_never_change_are_counted),
        cmocka_unit_test(a_clock_that_stands_still_is_not_believed),
        cmocka_unit_test(another_grid_is_refused_once_frames_were_given),
        cmocka_unit_test(a_line_that_was_down_is_a_gap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
