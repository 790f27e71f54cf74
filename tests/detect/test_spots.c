/* Hot spots on pictures made by formula: a strip that goes to and fro over a place that rises, over
 * a broad belly, over cells of uneven gain. */
#include "detect/detect.h"

#include "support_picture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define SPOTS_MOST 8

static const double pass_s = 1.6, rate_hz = 50, left_mm = 70, right_mm = 250;

/* What rolls: a strip along y, or balls. */
struct tool {
    void (*draw)(struct picture *picture, double tool_mm, double time_s);
};

/* What lies under the tool: pressure is multiplied by 1 + rise * exp(-d^2 / (2 size^2)). */
struct ground {
    double at_mm[2], rise, size_mm;
    bool by_middle; /* d along the path is from the tool's middle, not from the cell */
    double gain;    /* of the cells: white, this far to both sides */
};

struct found {
    size_t count;
    struct spot spots[SPOTS_MOST]; /* the last word on each */
};

static double gain_of(int cell, double spread)
{
    uint32_t x = (uint32_t)cell * 2654435761u;
    x ^= x >> 15;
    x *= 2246822519u;
    return 1 + spread * ((double)(x >> 8) / (1 << 23) - 1);
}

static void apply(struct picture *picture, const struct ground *ground, double tool_mm)
{
    for (int r = 0; r < 32; r++)
        for (int c = 0; c < 32; c++) {
            double x = ground->by_middle ? tool_mm : (c + 0.5) * 10;
            double dx = x - ground->at_mm[0], dy = (r + 0.5) * 10 - ground->at_mm[1];
            double near = exp(-(dx * dx + dy * dy) / (2 * ground->size_mm * ground->size_mm));
            picture->kpa[r * 32 + c] *=
                (float)((1 + ground->rise * near) * gain_of(r * 32 + c, ground->gain));
        }
}

static void note(struct found *found, const struct spot *spot)
{
    size_t i = 0;
    while (i < found->count && found->spots[i].id != spot->id)
        i++;
    assert_true(i < SPOTS_MOST);
    found->spots[i] = *spot;
    if (i == found->count)
        found->count++;
}

static void take(struct detector *detector, struct found *found)
{
    struct event event;
    while (detector_next(detector, &event))
        if (event.type == EVENT_SPOT)
            note(found, &event.spot);
}

static double place_mm(double time_s)
{
    double t = fmod(time_s, 2 * pass_s) / pass_s;
    t = t > 1 ? 2 - t : t;
    return left_mm + (right_mm - left_mm) * t * t * t * (10 - 15 * t + 6 * t * t);
}

static void draw_strip(struct picture *picture, double tool_mm, double time_s)
{
    (void)time_s;
    picture_strip(picture, (double[2]){tool_mm, 160}, 200, 1.5707963, 60);
}

/* A tool goes `passes` times over the ground. @return the spots that stand at the end */
static struct found roll_tool(struct tool tool, const struct ground *ground, int passes)
{
    struct picture picture;
    struct parameters parameters;
    struct found found = {0}, standing = {0};
    picture_open(&picture);
    parameters_default(&parameters);
    struct detector *detector = detector_create(&picture.geometry, &parameters);
    assert_non_null(detector);
    for (int i = 0; i < passes * pass_s * rate_hz; i++) {
        double tool_mm = place_mm(i / rate_hz);
        picture_clear(&picture, i / rate_hz);
        tool.draw(&picture, tool_mm, i / rate_hz);
        apply(&picture, ground, tool_mm);
        detector_push(detector, &picture.pressure, (uint64_t)i);
        take(detector, &found);
    }
    detector_finish(detector);
    take(detector, &found);
    detector_destroy(detector);
    for (size_t i = 0; i < found.count; i++)
        if (found.spots[i].confidence > 0)
            standing.spots[standing.count++] = found.spots[i];
    return standing;
}

static struct found roll(const struct ground *ground, int passes)
{
    return roll_tool((struct tool){draw_strip}, ground, passes);
}

static void check_one(const struct ground *ground, int passes)
{
    struct found found = roll(ground, passes);
    assert_int_equal(found.count, 1);
    const struct spot *spot = &found.spots[0];
    assert_true(hypot(spot->x_mm - ground->at_mm[0], spot->y_mm - ground->at_mm[1]) < 3);
    assert_in_range(spot->strokes, passes - 1, passes);
    assert_in_range(spot->passes, passes - 2, passes);
    assert_true(fabs(spot->contrast / ground->rise - 1) < 0.25);
    assert_true(spot->confidence > 0.8 && spot->confidence <= 1);
    assert_true(fabs(spot->dose - spot->strokes / 12.0) < 1e-9);
}

static void a_rise_under_the_tools_middle_is_a_spot_at_its_place(void **state)
{
    (void)state;
    check_one(&(struct ground){{163, 138}, 0.7, 7, true, 0}, 8);
}

static void a_rise_that_stays_with_the_cells_is_a_spot_at_its_place(void **state)
{
    (void)state;
    check_one(&(struct ground){{152, 184}, 0.9, 9, false, 0}, 8);
}

static void a_faint_rise_is_found_among_uneven_cells(void **state)
{
    (void)state;
    check_one(&(struct ground){{163, 138}, 0.4, 8, true, 0.02}, 16);
}

static void two_passes_make_no_spot(void **state)
{
    (void)state;
    assert_int_equal(roll(&(struct ground){{163, 138}, 0.7, 7, true, 0}, 2).count, 0);
}

static void a_broad_belly_is_no_spot(void **state)
{
    (void)state;
    assert_int_equal(roll(&(struct ground){{160, 160}, 0.4, 70, true, 0}, 10).count, 0);
    assert_int_equal(roll(&(struct ground){{150, 150}, 0.4, 70, false, 0}, 10).count, 0);
}

static void uneven_gain_of_cells_makes_no_spot(void **state)
{
    (void)state;
    assert_int_equal(roll(&(struct ground){{160, 160}, 0, 7, true, 0.1}, 12).count, 0);
}

/* 60 mm wide: its load smears what lies on the cells along its path. */
static void draw_wide_strip(struct picture *picture, double tool_mm, double time_s)
{
    (void)time_s;
    for (int r = 6; r < 26; r++)
        for (int c = 0; c < 32; c++) {
            double off = ((c + 0.5) * 10 - tool_mm) / 30;
            picture->kpa[r * 32 + c] = (float)(60 * fmax(1 - off * off, 0));
        }
}

static void a_small_rise_of_the_cells_under_a_wide_strip_is_a_spot(void **state)
{
    (void)state;
    struct found found = roll_tool((struct tool){draw_wide_strip},
                                   &(struct ground){{155, 145}, 0.6, 6, false, 0.05}, 10);
    assert_int_equal(found.count, 1);
    assert_true(hypot(found.spots[0].x_mm - 155, found.spots[0].y_mm - 145) < 6);
    assert_int_equal(roll_tool((struct tool){draw_wide_strip},
                               &(struct ground){{155, 145}, 0, 6, false, 0.05}, 10)
                         .count,
                     0);
}

static double ball_mm;

static void draw_ball(struct picture *picture, double tool_mm, double time_s)
{
    (void)time_s;
    double size_mm = ball_mm + 1.5 * (tool_mm - 160) / 90; /* it sinks in more and more */
    picture_ball(picture, (double[2]){tool_mm, 163}, size_mm, 90);
}

static void a_ball_of_any_size_makes_no_spot_of_even_ground(void **state)
{
    (void)state;
    for (ball_mm = 6; ball_mm <= 14; ball_mm += 0.5)
        assert_int_equal(
            roll_tool((struct tool){draw_ball}, &(struct ground){{0}, 0, 1, true, 0}, 10).count, 0);
}

/* The thirteenth column is dead and filled in with the mean of its neighbours. */
static void draw_ball_over_a_dead_line(struct picture *picture, double tool_mm, double time_s)
{
    (void)time_s;
    picture_ball(picture, (double[2]){tool_mm, 163}, ball_mm, 90);
    for (int i = 12; i < 32 * 32; i += 32) {
        picture->kpa[i] = (picture->kpa[i - 1] + picture->kpa[i + 1]) / 2;
        picture->faults[i] = CELL_DEAD;
    }
}

static void a_dead_line_under_a_ball_makes_no_spot_beside_it(void **state)
{
    (void)state;
    for (ball_mm = 7; ball_mm <= 12; ball_mm += 1)
        assert_int_equal(roll_tool((struct tool){draw_ball_over_a_dead_line},
                                   &(struct ground){{0}, 0, 1, true, 0}, 10)
                             .count,
                         0);
}

/* Two balls 60 mm apart; over a third of the way what lies between them is loaded, too. */
static void draw_touching_pair(struct picture *picture, double tool_mm, double time_s)
{
    (void)time_s;
    picture_ball(picture, (double[2]){tool_mm, 130}, 9, 90);
    picture_ball(picture, (double[2]){tool_mm, 190}, 9, 90);
    if (tool_mm > 130 && tool_mm < 190)
        for (double y = 145; y < 180; y += 10)
            picture_ball(picture, (double[2]){tool_mm, y}, 5, 12);
}

static void two_balls_that_touch_for_a_moment_show_their_spot(void **state)
{
    (void)state;
    struct found found = roll_tool((struct tool){draw_touching_pair},
                                   &(struct ground){{160, 130}, 0.8, 9, true, 0}, 10);
    assert_int_equal(found.count, 1);
    assert_true(hypot(found.spots[0].x_mm - 160, found.spots[0].y_mm - 130) < 5);
}

/* Two balls 60 mm apart whose line wobbles about a right angle to the path, as does the share of
   the load that each bears. */
static void draw_uneven_pair(struct picture *picture, double tool_mm, double time_s)
{
    double turn_mm = 2 * sin(1.3 * time_s), share = 0.5 + 0.15 * sin(0.9 * time_s);
    picture_ball(picture, (double[2]){tool_mm - turn_mm, 130}, 9, 180 * share);
    picture_ball(picture, (double[2]){tool_mm + turn_mm, 190}, 9, 180 * (1 - share));
}

static void every_pass_of_one_of_two_balls_over_its_spot_is_a_stroke_over_it(void **state)
{
    (void)state;
    struct found found = roll_tool((struct tool){draw_uneven_pair},
                                   &(struct ground){{160, 190}, 0.8, 9, true, 0}, 12);
    assert_int_equal(found.count, 1);
    assert_in_range(found.spots[0].strokes, 11, 12);
}

/* One end of the strip is pressed by a third more in every other pass. */
static void draw_pressed_end(struct picture *picture, double tool_mm, double time_s)
{
    double more = fmod(time_s, 2 * pass_s) < pass_s ? 0.3 : 0;
    draw_strip(picture, tool_mm, time_s);
    for (int i = 0; i < 32 * 32; i++)
        picture->kpa[i] *= (float)(1 + more * fmax(0, (i / 32 - 16) / 10.0));
}

static void a_strip_pressed_at_its_end_shows_its_spot(void **state)
{
    (void)state;
    struct found found = roll_tool((struct tool){draw_pressed_end},
                                   &(struct ground){{163, 215}, 0.5, 7, true, 0.01}, 12);
    assert_int_equal(found.count, 1);
    assert_true(hypot(found.spots[0].x_mm - 163, found.spots[0].y_mm - 215) < 5);
}

/* A strip that shifts along its axis by half a cell in the middle of its way: its end loads more
   there. */
static void draw_shifting_strip(struct picture *picture, double tool_mm, double time_s)
{
    (void)time_s;
    double shift_mm = 5 * exp(-(tool_mm - 160) * (tool_mm - 160) / (2 * 16 * 16));
    picture_strip(picture, (double[2]){tool_mm, 160 + shift_mm}, 200, 1.5707963, 60);
}

static void an_end_of_a_strip_that_shifts_is_no_spot(void **state)
{
    (void)state;
    struct tool tool = {draw_shifting_strip};
    assert_int_equal(roll_tool(tool, &(struct ground){{0}, 0, 1, true, 0}, 12).count, 0);
}

/* A strip of 240 mm lies still for some seconds and is lifted. */
static struct found hold_still(const struct ground *ground, double seconds)
{
    struct picture picture;
    struct parameters parameters;
    struct found found = {0};
    picture_open(&picture);
    parameters_default(&parameters);
    struct detector *detector = detector_create(&picture.geometry, &parameters);
    assert_non_null(detector);
    for (int i = 0; i < (seconds + 2) * rate_hz; i++) {
        picture_clear(&picture, i / rate_hz);
        if (i < seconds * rate_hz)
            picture_strip(&picture, (double[2]){160, 160}, 240, 1.5707963, 60);
        apply(&picture, ground, 160);
        detector_push(detector, &picture.pressure, (uint64_t)i);
        take(detector, &found);
    }
    detector_finish(detector);
    take(detector, &found);
    detector_destroy(detector);
    return found;
}

static void what_rises_throughout_a_hold_is_a_spot_without_a_stroke(void **state)
{
    (void)state;
    struct found found = hold_still(&(struct ground){{160, 138}, 0.8, 8, true, 0.05}, 8);
    assert_int_equal(found.count, 1);
    const struct spot *spot = &found.spots[0];
    assert_true(hypot(spot->x_mm - 160, spot->y_mm - 138) < 4);
    assert_int_equal(spot->strokes, 0);
    assert_true(fabs(spot->dwell_s - 8) < 0.3);
    assert_true(spot->confidence > 0.5);
    assert_true(fabs(spot->contrast / 0.8 - 1) < 0.3);
}

static void a_hold_shows_no_spot_in_gain_or_a_belly_or_two_seconds(void **state)
{
    (void)state;
    assert_int_equal(hold_still(&(struct ground){{160, 138}, 0, 8, true, 0.1}, 8).count, 0);
    assert_int_equal(hold_still(&(struct ground){{160, 150}, 0.4, 70, true, 0}, 8).count, 0);
    assert_int_equal(hold_still(&(struct ground){{160, 138}, 0.8, 8, true, 0}, 2).count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rise_under_the_tools_middle_is_a_spot_at_its_place),
        cmocka_unit_test(a_rise_that_stays_with_the_cells_is_a_spot_at_its_place),
        cmocka_unit_test(a_faint_rise_is_found_among_uneven_cells),
        cmocka_unit_test(two_passes_make_no_spot),
        cmocka_unit_test(a_broad_belly_is_no_spot),
        cmocka_unit_test(uneven_gain_of_cells_makes_no_spot),
        cmocka_unit_test(a_small_rise_of_the_cells_under_a_wide_strip_is_a_spot),
        cmocka_unit_test(a_ball_of_any_size_makes_no_spot_of_even_ground),
        cmocka_unit_test(a_dead_line_under_a_ball_makes_no_spot_beside_it),
        cmocka_unit_test(two_balls_that_touch_for_a_moment_show_their_spot),
        cmocka_unit_test(every_pass_of_one_of_two_balls_over_its_spot_is_a_stroke_over_it),
        cmocka_unit_test(a_strip_pressed_at_its_end_shows_its_spot),
        cmocka_unit_test(an_end_of_a_strip_that_shifts_is_no_spot),
        cmocka_unit_test(what_rises_throughout_a_hold_is_a_spot_without_a_stroke),
        cmocka_unit_test(a_hold_shows_no_spot_in_gain_or_a_belly_or_two_seconds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
