/* The pressure on the mat adds up to the force that made it, wherever and however it lies. */
#include "tools/simulate/portable.h"
#include "tools/simulate/random.h"
#include "tools/simulate/surface.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SIDE  40
#define PITCH 10.0

static float cells[SIDE * SIDE];

static struct surface clean(void)
{
    memset(cells, 0, sizeof cells);
    return (struct surface){SIDE, SIDE, PITCH, cells};
}

/* Force in N and centre in mm. */
static void sum_up(double *force_n, double centre[2])
{
    double sum = 0, x = 0, y = 0;
    for (int i = 0; i < SIDE * SIDE; i++) {
        sum += cells[i];
        x += cells[i] * (i % SIDE + 0.5) * PITCH;
        y += cells[i] * (i / SIDE + 0.5) * PITCH;
    }
    *force_n = sum * PITCH * PITCH * 1e-3; /* kPa mm2 = 1e-3 N */
    centre[0] = x / sum;
    centre[1] = y / sum;
}

static const struct tool_plan roller = {
    .kind = TOOL_ROLLER, .width_mm = 30, .length_mm = 180, .belly_mm = 200, .belly_axis_mm = 200};

static void press(const struct tool_plan *tool, const struct place *place, double force_n)
{
    struct surface surface = clean();
    struct strip strip;
    if (tool->kind == TOOL_ROLLER)
        strip_start(&strip, tool);
    const struct pose pose = {.x_mm = place->x_mm,
                              .y_mm = place->y_mm,
                              .angle_rad = place->angle_rad,
                              .load = 1,
                              .place = place};
    surface_add_tool(&surface, tool, &strip, &pose, force_n);
}

static struct place anywhere(struct random *random)
{
    return (struct place){.x_mm = random_uniform(random, 150, 250),
                          .y_mm = random_uniform(random, 150, 250),
                          .angle_rad = random_uniform(random, 0, 2 * PORTABLE_PI)};
}

static void check(const struct tool_plan *tool, double tolerance)
{
    struct random random;
    random_start(&random, 1, "test");
    for (int i = 0; i < 200; i++) {
        struct place place = anywhere(&random);
        double force_n, centre[2];
        press(tool, &place, 200);
        sum_up(&force_n, centre);
        assert_true(fabs(force_n - 200) < 200 * tolerance);
        assert_true(hypot(centre[0] - place.x_mm, centre[1] - place.y_mm) < 0.06 * PITCH);
    }
}

static void a_rollers_pressure_adds_up_to_its_force_at_any_yaw(void **state)
{
    (void)state;
    check(&roller, 0.01);
}

static void a_balls_pressure_adds_up_to_its_force(void **state)
{
    (void)state;
    const struct tool_plan ball = {.kind = TOOL_BALL, .width_mm = 30, .belly_mm = 200};
    check(&ball, 0.02);
}

static void two_balls_share_the_force(void **state)
{
    (void)state;
    const struct tool_plan pair = {
        .kind = TOOL_PAIR, .width_mm = 30, .length_mm = 70, .belly_mm = 200};
    check(&pair, 0.02);
}

/* A flat strip of half a cell reads as the middle of the cell that it lies in: off by 2.5 mm. */
static void a_strip_narrower_than_a_cell_reads_as_the_cells_middle(void **state)
{
    (void)state;
    struct tool_plan narrow = roller;
    narrow.width_mm = 5;
    const struct place place = {.x_mm = 202.5, .y_mm = 200};
    double force_n, centre[2];
    press(&narrow, &place, 100);
    sum_up(&force_n, centre);
    assert_true(fabs(centre[0] - 205) < 0.01);
    assert_true(fabs(force_n - 100) < 1);
}

/* At its middle a knot multiplies the pressure by 1 + rise. Its share of the roller's load is small
 * and taken from the rest: sigma sqrt(2 pi) rise over the length, 6 * 2.5 / 180 = 8 % for rise 1.
 */
static void a_knot_raises_the_pressure_by_its_rise(void **state)
{
    (void)state;
    struct place place = {.x_mm = 205, .y_mm = 205};
    press(&roller, &place, 200);
    float plain = cells[20 * SIDE + 20];
    place.knots[0] = (struct knot){.radius_mm = 10, .rise = 1};
    place.knot_count = 1;
    press(&roller, &place, 200);
    double ratio = cells[20 * SIDE + 20] / plain;
    double spread = 0.6 * 10 * sqrt(2 * PORTABLE_PI) / 180;
    /* mean of the bump over the cell's 10 mm: erf(5 / (6 sqrt 2)) * 6 sqrt(2 pi) / 10 */
    double mean = erf(5 / (6 * sqrt(2))) * 6 * sqrt(2 * PORTABLE_PI) / 10;
    assert_true(fabs(ratio - (1 + mean) / (1 + spread)) < 0.03);
}

static void what_lies_off_the_mat_is_not_felt(void **state)
{
    (void)state;
    const struct place place = {.x_mm = 0, .y_mm = 200};
    double force_n, centre[2];
    press(&roller, &place, 200);
    sum_up(&force_n, centre);
    assert_true(fabs(force_n - 100) < 1);
}

static void the_portable_functions_are_those_of_the_library(void **state)
{
    (void)state;
    for (double x = -30; x < 30; x += 0.37) {
        assert_true(fabs(portable_exp(x) / exp(x) - 1) < 1e-13);
        assert_true(fabs(portable_sin(x) - sin(x)) < 1e-13);
        assert_true(fabs(portable_cos(x) - cos(x)) < 1e-13);
    }
    for (double x = 1e-6; x < 1e6; x *= 1.7) {
        assert_true(fabs(portable_log(x) - log(x)) < 1e-13 * (1 + fabs(log(x))));
        assert_true(fabs(portable_pow(x, 0.7) / pow(x, 0.7) - 1) < 1e-12);
    }
}

static void random_numbers_have_their_distribution(void **state)
{
    (void)state;
    struct random random;
    random_start(&random, 3, "test");
    double sum = 0, squares = 0, noise = 0, noise_squares = 0;
    const int count = 200000;
    for (int i = 0; i < count; i++) {
        double normal = random_normal(&random), fast = (double)random_noise(&random);
        sum += normal;
        squares += normal * normal;
        noise += fast;
        noise_squares += fast * fast;
    }
    /* five standard errors: 5 / sqrt(n) and 5 sqrt(2 / n) */
    assert_true(fabs(sum / count) < 0.0112 && fabs(squares / count - 1) < 0.0158);
    assert_true(fabs(noise / count) < 0.0112 && fabs(noise_squares / count - 1) < 0.0158);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rollers_pressure_adds_up_to_its_force_at_any_yaw),
        cmocka_unit_test(a_balls_pressure_adds_up_to_its_force),
        cmocka_unit_test(two_balls_share_the_force),
        cmocka_unit_test(a_strip_narrower_than_a_cell_reads_as_the_cells_middle),
        cmocka_unit_test(a_knot_raises_the_pressure_by_its_rise),
        cmocka_unit_test(what_lies_off_the_mat_is_not_felt),
        cmocka_unit_test(the_portable_functions_are_those_of_the_library),
        cmocka_unit_test(random_numbers_have_their_distribution),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
