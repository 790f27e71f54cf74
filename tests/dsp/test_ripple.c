/* Bounds of what the grid does to position and force, against loads whose share of each cell is
   known in closed form, moved over the grid in small steps. */
#include "dsp/dsp.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define SIDE  40
#define PITCH 8.0

static const struct geometry mat = {
    .rows = SIDE, .cols = SIDE, .pitch_x_mm = PITCH, .pitch_y_mm = PITCH};

/* A load along one axis: what part of it lies left of x, 0 .. 1. */
struct load {
    double centre_mm, width_mm;
    bool round; /* a Gaussian of the same deviation as the even load */
};

static double left_of(const struct load *load, double x_mm)
{
    double away = x_mm - load->centre_mm;
    if (load->round)
        return 0.5 * (1 + erf(away * sqrt(12) / load->width_mm / sqrt(2)));
    return fmin(fmax(away / load->width_mm + 0.5, 0), 1);
}

/* What the cells of a line say: sum, 1 for all of the load, and centre of pressure. */
static double measure(const struct load *load, double fill, double *centre_mm)
{
    double sum = 0, moment = 0;
    for (int i = 0; i < SIDE; i++) {
        double at = (i + 0.5) * PITCH, half = 0.5 * fill * PITCH;
        double part = (left_of(load, at + half) - left_of(load, at - half)) / fill;
        sum += part;
        moment += part * at;
    }
    *centre_mm = sum > 0 ? moment / sum : NAN;
    return sum;
}

/* Largest errors over a pitch. */
static void sweep(double width_mm, double fill, bool round, double *error_mm, double *force)
{
    *error_mm = *force = 0;
    for (double shift = 0; shift < PITCH; shift += PITCH / 500) {
        struct load load = {150 + shift, width_mm, round};
        double centre_mm, sum = measure(&load, fill, &centre_mm);
        *error_mm = fmax(*error_mm, fabs(centre_mm - load.centre_mm));
        *force = fmax(*force, fabs(sum - 1));
    }
}

static struct contact contact_of(double width_mm)
{
    double spread_mm = 4 * width_mm / sqrt(12);
    return (struct contact){.width_mm = spread_mm, .length_mm = spread_mm};
}

static void position_and_force_stay_within_their_bounds_wherever_a_load_lies(void **state)
{
    (void)state;
    static const double fills[] = {0.3, 0.5, 0.7, 0.9, 1};
    for (int k = 0; k < 5; k++)
        for (double pitches = 1; pitches < 6; pitches += 0.05)
            for (int round = 0; round < 2; round++) {
                struct contact contact = contact_of(pitches * PITCH);
                struct ripple bound = ripple_bound(&mat, &contact, fills[k]);
                double error_mm, force, both = sqrt(1 + bound.force) - 1;
                sweep(pitches * PITCH, fills[k], round, &error_mm, &force);
                assert_true(error_mm <= bound.x_mm + 1e-9);
                assert_true(force <= both + 1e-9);
            }
}

static void an_even_load_reaches_the_bound_of_force_and_nearly_that_of_position(void **state)
{
    (void)state;
    double error_mm, force;
    struct contact contact = contact_of(1.5 * PITCH);
    struct ripple bound = ripple_bound(&mat, &contact, 0.5);
    sweep(1.5 * PITCH, 0.5, false, &error_mm, &force);
    assert_true(fabs(force - (sqrt(1 + bound.force) - 1)) < 1e-6);
    contact = contact_of(2 * PITCH);
    bound = ripple_bound(&mat, &contact, 0.5);
    sweep(2 * PITCH, 0.5, false, &error_mm, &force);
    assert_true(error_mm > 0.9 * bound.x_mm);
}

/* By hand, p = 8, f = 0.5: s = p: 8 (0.25 + 1 / 32) mm and 0.5; s = 4 p: 8 (0.25 + 1 / 128) mm and
   0.125; narrower than a cell: 4 mm and 1. Full cells: p^2 / (8 s), no ripple of force. */
static void the_bounds_are_those_of_the_formula(void **state)
{
    (void)state;
    struct contact contact = {.length_mm = 4 * 32 / sqrt(12), .width_mm = 4 * 8.0001 / sqrt(12)};
    struct ripple bound = ripple_bound(&mat, &contact, 0.5);
    assert_true(fabs(bound.x_mm - 2.0625) < 1e-4 && fabs(bound.y_mm - 2.25) < 1e-4);
    assert_true(fabs(bound.force - (1.125 * 1.5 - 1)) < 1e-4);
    contact.angle_rad = 1.5707963267948966;
    bound = ripple_bound(&mat, &contact, 0.5);
    assert_true(fabs(bound.y_mm - 2.0625) < 1e-4 && fabs(bound.x_mm - 2.25) < 1e-4);
    bound = ripple_bound(&mat, &contact, 1);
    assert_true(fabs(bound.y_mm - 0.25) < 1e-4 && bound.force == 0);
    contact.width_mm = 1;
    bound = ripple_bound(&mat, &contact, 0.5);
    assert_true(bound.x_mm == 4 && fabs(bound.force - (1.125 * 2 - 1)) < 1e-4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(position_and_force_stay_within_their_bounds_wherever_a_load_lies),
        cmocka_unit_test(an_even_load_reaches_the_bound_of_force_and_nearly_that_of_position),
        cmocka_unit_test(the_bounds_are_those_of_the_formula),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
