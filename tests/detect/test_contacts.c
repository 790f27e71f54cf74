/* Contacts keep their identities: pictures made by formula, ids followed by hand. */
#include "detect/contacts.h"
#include "support_picture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct bench {
    struct picture picture;
    struct contacts *contacts;
};

static struct bench bench;

static int set_up(void **state)
{
    (void)state;
    struct parameters parameters;
    parameters_default(&parameters);
    picture_open(&bench.picture);
    bench.contacts = contacts_create(&bench.picture.geometry, &parameters);
    return bench.contacts ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    contacts_destroy(bench.contacts);
    return 0;
}

static int present(void)
{
    int count = 0;
    for (int i = 0; i < CONTACTS_MAX; i++)
        count += contacts_tracks(bench.contacts)[i].present;
    return count;
}

static const struct track *nearest(double x_mm, double y_mm)
{
    const struct track *tracks = contacts_tracks(bench.contacts), *best = NULL;
    double least = INFINITY;
    for (int i = 0; i < CONTACTS_MAX; i++) {
        double d = hypot(tracks[i].shape.x_mm - x_mm, tracks[i].shape.y_mm - y_mm);
        if (tracks[i].present && d < least) {
            least = d;
            best = &tracks[i];
        }
    }
    return best;
}

static void push(void)
{
    contacts_push(bench.contacts, &bench.picture.pressure);
}

static void an_empty_mat_has_no_contact(void **state)
{
    (void)state;
    picture_clear(&bench.picture, 0);
    push();
    assert_int_equal(present(), 0);
}

static void a_moving_ball_keeps_its_id_and_its_place(void **state)
{
    (void)state;
    for (int i = 0; i < 100; i++) {
        double at[2] = {80 + i, 155};
        picture_clear(&bench.picture, 0.01 * i);
        picture_ball(&bench.picture, at, 9, 100);
        push();
        assert_int_equal(present(), 1);
        const struct track *track = nearest(at[0], at[1]);
        assert_int_equal(track->id, 1);
        assert_true(fabs(track->shape.x_mm - at[0]) < 0.6 && fabs(track->shape.y_mm - 155) < 0.6);
        if (i > 0)
            assert_true(fabs(track->step_mm[0] - 1) < 0.35);
    }
    assert_int_equal(nearest(180, 155)->kind, CONTACT_BALL);
}

static void two_contacts_that_touch_and_part_do_not_swap_ids(void **state)
{
    (void)state;
    for (int i = 0; i <= 400; i++) {
        double way = i < 200 ? 0 : sin(3.14159265 * (i - 200) / 200.0);
        double a[2] = {90 + 47 * way, 155}, b[2] = {230 - 47 * way, 155};
        picture_clear(&bench.picture, 0.01 * i);
        picture_ball(&bench.picture, a, 9, 100);
        if (i > 100)
            picture_ball(&bench.picture, b, 9, 60);
        push();
    }
    assert_int_equal(present(), 2);
    assert_int_equal(nearest(90, 155)->id, 1);
    assert_int_equal(nearest(230, 155)->id, 2);
}

static void two_balls_that_land_together_and_move_as_one_are_one_contact(void **state)
{
    (void)state;
    for (int i = 0; i < 100; i++) {
        double a[2] = {100, 60 + i}, b[2] = {168, 60 + i};
        picture_clear(&bench.picture, 0.01 * i);
        picture_ball(&bench.picture, a, 9, 100);
        picture_ball(&bench.picture, b, 9, 80);
        push();
    }
    assert_int_equal(present(), 1);
    assert_int_equal(nearest(134, 160)->kind, CONTACT_PAIR);
}

static void two_balls_that_land_together_but_move_apart_are_two(void **state)
{
    (void)state;
    for (int i = 0; i < 100; i++) {
        double a[2] = {100, 120 + 0.5 * i}, b[2] = {180, 120 - 0.5 * i};
        picture_clear(&bench.picture, 0.01 * i);
        picture_ball(&bench.picture, a, 9, 100);
        picture_ball(&bench.picture, b, 9, 80);
        push();
    }
    assert_int_equal(present(), 2);
}

static void a_roller_is_a_strip_with_its_angle(void **state)
{
    (void)state;
    for (int i = 0; i < 100; i++) {
        double at[2] = {150, 100 + i};
        picture_clear(&bench.picture, 0.01 * i);
        picture_strip(&bench.picture, at, 200, 0.2, 60);
        push();
    }
    const struct track *track = nearest(150, 199);
    assert_int_equal(track->kind, CONTACT_ROLLER);
    assert_true(fabs(track_angle_rad(track) - 0.2) < 0.03);
}

static void a_hand_beside_a_roller_is_a_contact_of_its_own(void **state)
{
    (void)state;
    double hand[2] = {60, 270};
    for (int i = 0; i < 150; i++) {
        double at[2] = {180, 80 + 0.5 * i};
        picture_clear(&bench.picture, 0.02 * i);
        picture_strip(&bench.picture, at, 200, 0, 60);
        if (i > 50)
            picture_ball(&bench.picture, hand, 25, 20);
        push();
    }
    assert_int_equal(present(), 2);
    assert_int_equal(nearest(60, 270)->kind, CONTACT_BODY);
    assert_true(fabs(nearest(180, 154)->shape.y_mm - 154.5) < 1);
}

static void a_contact_that_lifts_and_lands_again_is_the_same_one(void **state)
{
    (void)state;
    double at[2] = {155, 155};
    for (int i = 0; i < 300; i++) {
        picture_clear(&bench.picture, 0.01 * i);
        if (i < 100 || i > 200)
            picture_ball(&bench.picture, at, 9, 100);
        push();
    }
    assert_int_equal(nearest(155, 155)->id, 1);
}

static void a_hand_that_lands_in_pieces_joins_no_ball_far_from_it(void **state)
{
    (void)state;
    double ball[2] = {80, 245}, palm[2] = {255, 250}, fingers[2] = {245, 195};
    for (int i = 0; i < 100; i++) {
        picture_clear(&bench.picture, 0.01 * i);
        picture_ball(&bench.picture, ball, 9, 100);
        if (i > 50) {
            picture_ball(&bench.picture, palm, 12, 20);
            picture_ball(&bench.picture, fingers, 8, 10);
        }
        push();
        assert_true(fabs(nearest(80, 245)->shape.x_mm - 80) < 1);
    }
    assert_int_equal(nearest(80, 245)->id, 1);
}

static void a_foot_in_line_with_a_ball_is_no_part_of_it(void **state)
{
    (void)state;
    double ball[2] = {60, 155}, foot[2] = {220, 155};
    for (int i = 0; i < 400; i++) {
        picture_clear(&bench.picture, 0.01 * i);
        picture_ball(&bench.picture, ball, 9, 100);
        if (i > 300)
            picture_strip(&bench.picture, foot, 120, 0, 40);
        push();
    }
    assert_int_equal(present(), 2);
    assert_int_equal(nearest(60, 155)->id, 1);
}

/* Load that swings by half from frame to frame, as a vibrating tool's does on a slow mat. */
static void a_load_that_swings_does_not_stop_the_steps(void **state)
{
    (void)state;
    double way = 0;
    for (int i = 0; i < 100; i++) {
        double at[2] = {80 + i, 155};
        picture_clear(&bench.picture, 0.02 * i);
        picture_ball(&bench.picture, at, 9, i % 2 ? 150 : 75);
        push();
        way += nearest(at[0], 155)->step_mm[0];
    }
    assert_true(fabs(way - 99) < 3);
}

static void a_pair_of_balls_that_turns_a_little_stays_one(void **state)
{
    (void)state;
    for (int i = 0; i < 300; i++) {
        double turn = 0.12 * sin(0.05 * i), x = 40 * sin(0.03 * i);
        double a[2] = {155 + x - 35 * cos(turn), 155 - 35 * sin(turn)};
        double b[2] = {155 + x + 35 * cos(turn), 155 + 35 * sin(turn)};
        picture_clear(&bench.picture, 0.01 * i);
        picture_ball(&bench.picture, a, 9, 100);
        picture_ball(&bench.picture, b, 9, 80);
        push();
    }
    assert_int_equal(present(), 1);
}

static void what_rolls_along_in_touch_with_a_tool_is_a_part_of_it(void **state)
{
    (void)state;
    for (int i = 0; i < 500; i++) {
        double x = 80 + fmax(0, i - 400), near = fmin(fmax(0, 0.5 * (i - 250)), 34);
        double a[2] = {x, 155}, b[2] = {x, 225 - near};
        picture_clear(&bench.picture, 0.01 * i);
        picture_ball(&bench.picture, a, 9, 100);
        if (i > 200)
            picture_ball(&bench.picture, b, 9, 100);
        push();
        if (i == 399)
            assert_int_equal(present(), 2);
    }
    assert_int_equal(present(), 1);
}

/* The patches of two balls that lie close run together and come apart frame by frame. */
static void a_pair_that_merges_and_splits_loses_no_way(void **state)
{
    (void)state;
    double way = 0;
    for (int i = 0; i < 100; i++) {
        double y = 120 + 0.4 * fmax(0, i - 40), a[2] = {120, y}, b[2] = {186, y},
               between[2] = {153, y};
        picture_clear(&bench.picture, 0.04 * i);
        picture_ball(&bench.picture, a, 9, 100);
        picture_ball(&bench.picture, b, 9, 90);
        if (i % 2)
            picture_ball(&bench.picture, between, 9, 14);
        push();
        if (i > 39)
            way += nearest(153, y)->step_mm[1];
    }
    assert_int_equal(present(), 1);
    assert_true(fabs(way - 23.6) < 2);
}

/* A strip as narrow as a column, rows r0 to r1. */
static void column(int c, int r0, int r1)
{
    for (int r = r0; r <= r1; r++)
        bench.picture.kpa[r * 32 + c] += 80;
}

static void
a_narrow_strip_that_jumps_goes_on_where_it_breaks_and_where_a_cell_is_always_on(void **state)
{
    (void)state;
    uint32_t id = 0;
    for (int i = 0; i < 60; i++) {
        int at = 5 + 2 * (int)fmin(fmax(0, i - 40), 9);
        picture_clear(&bench.picture, 0.033 * i);
        bench.picture.kpa[16 * 32 + 13] = 120;
        if (i > 5)
            column(at, 4, at == 17 ? 15 : 28);
        if (i > 5 && at == 17)
            column(at, 17, 28);
        push();
        assert_true(present() <= 2);
        if (i == 39)
            id = nearest(55, 165)->id;
    }
    assert_int_equal(nearest(235, 165)->id, id);
    assert_true(nearest(235, 165)->drift_mm[0] > 120);
}

static void a_pair_that_lands_where_one_ball_has_left_a_trace_is_one(void **state)
{
    (void)state;
    for (int i = 0; i < 140; i++) {
        double y = 120 + 0.4 * fmax(0, i - 100), a[2] = {120, y}, b[2] = {186, y};
        picture_clear(&bench.picture, 0.04 * i);
        picture_ball(&bench.picture, a, 9, i < 80 ? 12 : 100);
        if (i > 80)
            picture_ball(&bench.picture, b, 9, 95);
        push();
    }
    assert_int_equal(present(), 1);
}

static void a_trace_takes_no_cells_of_the_ball_that_rolls_over_it(void **state)
{
    (void)state;
    for (int i = 0; i < 120; i++) {
        double ball[2] = {80 + fmax(0, i - 20), 155}, trace[2] = {140, 155};
        picture_clear(&bench.picture, 0.02 * i);
        picture_ball(&bench.picture, trace, 9, 7);
        picture_ball(&bench.picture, ball, 9, 100);
        push();
        if (i == 85)
            assert_int_equal(present(), 1);
    }
    assert_int_equal(nearest(179, 155)->id, 1);
    assert_true(fabs(nearest(179, 155)->drift_mm[0] - 99) < 2);
}

static void a_pair_whose_ball_jumps_aside_once_is_one_again_when_both_move(void **state)
{
    (void)state;
    for (int i = 0; i < 200; i++) {
        double y = 120 + 0.4 * fmax(0, i - 80), a[2] = {120, y}, b[2] = {186, y};
        b[0] += i >= 40 ? fmin(2 * (i - 40), 12) : 0;
        picture_clear(&bench.picture, 0.02 * i);
        picture_ball(&bench.picture, a, 9, 100);
        picture_ball(&bench.picture, b, 9, 95);
        push();
        if (i == 70)
            assert_int_equal(present(), 2);
    }
    assert_int_equal(present(), 1);
}

#define CLAIM(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CLAIM(an_empty_mat_has_no_contact),
        CLAIM(a_moving_ball_keeps_its_id_and_its_place),
        CLAIM(two_contacts_that_touch_and_part_do_not_swap_ids),
        CLAIM(two_balls_that_land_together_and_move_as_one_are_one_contact),
        CLAIM(two_balls_that_land_together_but_move_apart_are_two),
        CLAIM(a_roller_is_a_strip_with_its_angle),
        CLAIM(a_hand_beside_a_roller_is_a_contact_of_its_own),
        CLAIM(a_contact_that_lifts_and_lands_again_is_the_same_one),
        CLAIM(a_hand_that_lands_in_pieces_joins_no_ball_far_from_it),
        CLAIM(a_foot_in_line_with_a_ball_is_no_part_of_it),
        CLAIM(a_load_that_swings_does_not_stop_the_steps),
        CLAIM(a_pair_of_balls_that_turns_a_little_stays_one),
        CLAIM(what_rolls_along_in_touch_with_a_tool_is_a_part_of_it),
        CLAIM(a_pair_that_merges_and_splits_loses_no_way),
        CLAIM(a_pair_that_lands_where_one_ball_has_left_a_trace_is_one),
        CLAIM(a_trace_takes_no_cells_of_the_ball_that_rolls_over_it),
        CLAIM(a_pair_whose_ball_jumps_aside_once_is_one_again_when_both_move),
        CLAIM(a_narrow_strip_that_jumps_goes_on_where_it_breaks_and_where_a_cell_is_always_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
