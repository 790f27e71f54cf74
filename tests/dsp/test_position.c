/* Positions against loads whose share of each cell is known in closed form. */
#include "dsp/dsp.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define SIDE  24
#define PITCH 10.0
#define PI    3.14159265358979323846

static float cells[SIDE * SIDE];
static const struct picture picture = {cells, SIDE, SIDE, PITCH, PITCH};
static const struct window whole = {0, 0, SIDE, SIDE};

/* Length of [a, b] that lies in [low, high]. */
static double overlap(double a, double b, double low, double high)
{
    return fmax(0, fmin(b, high) - fmax(a, low));
}

/* An even strip along the rows: 100 kPa on [x - width/2, x + width/2] x [40, 200] mm. */
static void lay_strip(double x_mm, double width_mm)
{
    for (int r = 0; r < SIDE; r++)
        for (int c = 0; c < SIDE; c++) {
            double across =
                overlap(x_mm - width_mm / 2, x_mm + width_mm / 2, c * PITCH, (c + 1) * PITCH);
            double along = overlap(40, 200, r * PITCH, (r + 1) * PITCH);
            cells[r * SIDE + c] = (float)(100 * across * along / (PITCH * PITCH));
        }
}

/* A Gaussian, integrated over each cell. */
static void lay_ball(double x_mm, double y_mm, double deviation_mm)
{
    double root = deviation_mm * sqrt(2);
    for (int r = 0; r < SIDE; r++)
        for (int c = 0; c < SIDE; c++) {
            double across = erf(((c + 1) * PITCH - x_mm) / root) - erf((c * PITCH - x_mm) / root);
            double down = erf(((r + 1) * PITCH - y_mm) / root) - erf((r * PITCH - y_mm) / root);
            cells[r * SIDE + c] = (float)(25 * across * down);
        }
}

static void the_pitch_ripple_of_a_strip_stays_within_its_stated_bound(void **state)
{
    (void)state;
    static const double widths[] = {3, 8, 10, 13, 20, 26, 35};
    for (int w = 0; w < 7; w++)
        for (double x = 100; x < 120; x += 0.7) {
            struct position position;
            lay_strip(x, widths[w]);
            assert_true(position_measure(&picture, &whole, 0, &position));
            assert_true(fabs(position.x_mm - x) <= position.ripple_x_mm + 1e-4);
            assert_true(position.ripple_x_mm <= PITCH / 2 + 1e-9);
            assert_true(fabs(position.y_mm - 120) < 1e-3);
            assert_true(widths[w] < 20 || position.ripple_x_mm < 0.15 * PITCH);
            assert_true(widths[w] < 26 || position.ripple_x_mm < 0.075 * PITCH);
        }
}

static void a_round_load_is_placed_within_a_hundredth_of_the_pitch(void **state)
{
    (void)state;
    for (double x = 110; x < 130; x += 1.3) {
        struct position position;
        lay_ball(x, 123.4, 9);
        assert_true(position_measure(&picture, &whole, 0, &position));
        assert_true(fabs(position.x_mm - x) < 0.01 * PITCH);
        assert_true(fabs(position.y_mm - 123.4) < 0.01 * PITCH);
        assert_true(fabs(position.width_mm - 36) < 0.5);
    }
}

static void a_threshold_does_not_make_the_position_jump(void **state)
{
    (void)state;
    double last = 0, worst = 0;
    for (double x = 110; x < 130; x += 0.1) {
        struct position position;
        lay_ball(x, 123.4, 9);
        assert_true(position_measure(&picture, &whole, 3, &position));
        if (last > 0)
            worst = fmax(worst, fabs(position.x_mm - last - 0.1));
        last = position.x_mm;
    }
    assert_true(worst < 0.05);
}

static void force_is_pressure_times_area(void **state)
{
    (void)state;
    struct position position;
    lay_strip(115, 20);
    assert_true(position_measure(&picture, &whole, 0, &position));
    assert_true(fabs(position.force_n - 100e3 * 0.02 * 0.16) < 1e-3);
}

static void the_axis_of_a_turned_strip_is_found(void **state)
{
    (void)state;
    for (int degrees = -80; degrees <= 90; degrees += 10) {
        double angle = degrees * PI / 180, c = cos(angle), s = sin(angle);
        for (int i = 0; i < SIDE * SIDE; i++) {
            double x = (i % SIDE + 0.5) * PITCH - 120, y = (double)(i / SIDE) * PITCH + 5 - 120;
            double along = (c * x + s * y) / 40, across = (c * y - s * x) / 12;
            cells[i] = (float)(80 * exp(-0.5 * (along * along + across * across)));
        }
        struct position position;
        assert_true(position_measure(&picture, &whole, 0, &position));
        assert_true(fabs(sin(position.angle_rad - angle)) < 0.01);
        assert_true(fabs(position.length_mm - 160) < 3 && fabs(position.width_mm - 48) < 3);
    }
}

static void what_lies_outside_the_window_does_not_count(void **state)
{
    (void)state;
    struct position position;
    lay_ball(60, 60, 6);
    cells[20 * SIDE + 20] = 400;
    struct window window = {2, 2, 8, 8}, beyond = {-5, -5, 15, 15}, empty = {12, 0, 4, 4};
    assert_true(position_measure(&picture, &window, 0.5F, &position));
    assert_true(fabs(position.x_mm - 60) < 0.2);
    assert_true(position_measure(&picture, &beyond, 0.5F, &position));
    assert_true(fabs(position.x_mm - 60) < 0.2);
    assert_false(position_measure(&picture, &empty, 0.5F, &position));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_pitch_ripple_of_a_strip_stays_within_its_stated_bound),
        cmocka_unit_test(a_round_load_is_placed_within_a_hundredth_of_the_pitch),
        cmocka_unit_test(a_threshold_does_not_make_the_position_jump),
        cmocka_unit_test(force_is_pressure_times_area),
        cmocka_unit_test(the_axis_of_a_turned_strip_is_found),
        cmocka_unit_test(what_lies_outside_the_window_does_not_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
