#include "tools/dashboard/view.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define ROWS    12
#define COLS    10
#define CELLS   (ROWS * COLS)
#define RATE_HZ 50
#define BYTES   (VIEW_HEADER_SIZE + 2 * CELLS)
#define LOAD    90 /* counts, of half a kPa each: 45 kPa, on a scale to 60 */

static const struct geometry geometry = {.rows = ROWS,
                                         .cols = COLS,
                                         .pitch_x_mm = 10,
                                         .pitch_y_mm = 10,
                                         .rate_hz = RATE_HZ,
                                         .scale_kpa = 0.5,
                                         .full_scale = 1000};

struct mat {
    struct view *view;
    uint64_t number;
};

static int mat_make(void **state)
{
    static struct mat mat;
    mat = (struct mat){.view = view_create(&geometry, NULL)};
    *state = &mat;
    return mat.view ? 0 : -1;
}

static int mat_destroy(void **state)
{
    view_destroy(((struct mat *)*state)->view);
    return 0;
}

/* A block of 2 x 2 cells presses at a row and column, for so long; row < 0: nothing does. */
static void press(struct mat *mat, int row, int col, double seconds)
{
    uint16_t cells[CELLS] = {0};
    for (int i = 0; row >= 0 && i < 4; i++)
        cells[(row + i / 2) * COLS + col + i % 2] = LOAD;
    for (int i = 0; i < (int)(seconds * RATE_HZ); i++) {
        struct frame frame = {.number = mat->number,
                              .time_us = 1000000 + (int64_t)mat->number * 1000000 / RATE_HZ,
                              .rows = ROWS,
                              .cols = COLS,
                              .cells = cells};
        view_push(mat->view, &frame, (double)mat->number / RATE_HZ);
        mat->number++;
    }
}

static const uint8_t *written(const struct mat *mat)
{
    static uint8_t bytes[BYTES];
    assert_int_equal(view_size(mat->view), BYTES);
    view_write(mat->view, bytes, VIEW_RECORDED);
    return bytes;
}

static int pressure_at(const uint8_t *bytes, int row, int col)
{
    return bytes[VIEW_HEADER_SIZE + row * COLS + col];
}

static int moving_at(const uint8_t *bytes, int row, int col)
{
    return bytes[VIEW_HEADER_SIZE + CELLS + row * COLS + col];
}

static float f32_at(const uint8_t *bytes, size_t at)
{
    float value;
    memcpy(&value, bytes + at, sizeof value);
    return value;
}

static void a_load_that_has_just_come_moves(void **state)
{
    struct mat *mat = *state;
    press(mat, -1, 0, 1);
    press(mat, 4, 4, 0.2);
    const uint8_t *bytes = written(mat);
    assert_in_range(pressure_at(bytes, 4, 4), 255 * 45 / 60 - 4, 255 * 45 / 60 + 4);
    assert_int_equal(moving_at(bytes, 4, 4), 255);
    assert_int_equal(pressure_at(bytes, 9, 1), 0);
}

static void a_load_that_stays_is_static_after_its_time_and_not_before(void **state)
{
    struct mat *mat = *state;
    press(mat, -1, 0, 1);
    press(mat, 4, 4, VIEW_STILL_S - 0.6);
    assert_int_equal(moving_at(written(mat), 4, 4), 255);
    press(mat, 4, 4, 1.2);
    assert_in_range(moving_at(written(mat), 4, 4), 0, 8);
    assert_true(f32_at(written(mat), 52) < 0.05F);
}

static void a_load_that_moves_on_moves_again_at_once(void **state)
{
    struct mat *mat = *state;
    press(mat, -1, 0, 1);
    press(mat, 4, 4, VIEW_STILL_S + 1);
    press(mat, 8, 4, 0.1);
    const uint8_t *bytes = written(mat);
    assert_int_equal(moving_at(bytes, 8, 4), 255);
    assert_true(f32_at(bytes, 52) > 0.95F);
}

static void the_header_says_scale_peak_and_force(void **state)
{
    struct mat *mat = *state;
    press(mat, -1, 0, 1);
    press(mat, 4, 4, 0.2);
    const uint8_t *bytes = written(mat);
    uint64_t number;
    double time_s;
    memcpy(&number, bytes + 16, sizeof number);
    memcpy(&time_s, bytes + 32, sizeof time_s);
    assert_memory_equal(bytes, "RSPI\1\0\100\0", 8);
    assert_int_equal(bytes[11] & 0x80, 0x80);
    assert_int_equal(bytes[12], ROWS);
    assert_int_equal(bytes[14], COLS);
    assert_int_equal(number, mat->number - 1);
    assert_true(fabs(time_s - (double)(mat->number - 1) / RATE_HZ) < 1e-9);
    assert_true(f32_at(bytes, 40) == 60);
    assert_true(fabsf(f32_at(bytes, 44) - 45) < 1);
    /* four cells of a square centimetre under 45 kPa */
    assert_true(fabsf(f32_at(bytes, 48) - 18) < 0.5F);
}

static void all_cells_of_a_sound_mat_are_good(void **state)
{
    struct mat *mat = *state;
    press(mat, -1, 0, 1);
    press(mat, 4, 4, 1);
    assert_int_equal(view_cells_good(mat->view), CELLS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_load_that_has_just_come_moves, mat_make, mat_destroy),
        cmocka_unit_test_setup_teardown(a_load_that_stays_is_static_after_its_time_and_not_before,
                                        mat_make, mat_destroy),
        cmocka_unit_test_setup_teardown(a_load_that_moves_on_moves_again_at_once, mat_make,
                                        mat_destroy),
        cmocka_unit_test_setup_teardown(the_header_says_scale_peak_and_force, mat_make,
                                        mat_destroy),
        cmocka_unit_test_setup_teardown(all_cells_of_a_sound_mat_are_good, mat_make, mat_destroy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
