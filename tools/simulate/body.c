#include "body.h"

#include "portable.h"

#include <math.h>
#include <string.h>

#define HAND_HALF_MM 45.0

static double ramp(double t, double from, double to)
{
    double share = (t - from) / (to - from);
    return share <= 0 ? 0 : share >= 1 ? 1 : share * share * (3 - 2 * share);
}

/* ---- Writing ---- */

static struct press *add_press(struct body *body, enum press_kind kind, double start_s,
                               double length_s)
{
    static const struct press none;
    if (body->count == PRESSES_MAX)
        return NULL;
    struct press *press = &body->presses[body->count++];
    *press = none;
    press->kind = kind;
    press->start_s = start_s;
    press->end_s = start_s + length_s;
    press->size = 1;
    return press;
}

static double inside(struct random *random, double low, double high)
{
    return low < high ? random_uniform(random, low, high) : (low + high) / 2;
}

/* Anywhere in the body's area, or at its border to the tool's. */
static void place_hand(struct press *press, const struct plan *plan, struct random *random)
{
    const struct area *area = &plan->body;
    double half = HAND_HALF_MM * press->size;
    double gap = half + 1.5 * plan->mat.pitch_mm + 10;
    if (plan_has(plan, FEATURE_HAND_CLOSE))
        gap = half + random_uniform(random, -6, 6);
    bool beside = area->left > 0, below = area->top > 0;
    double left = area->left + (beside ? gap : half), top = area->top + (below ? gap : half);
    press->x_mm = inside(random, left, area->right - half);
    press->y_mm = inside(random, top, area->bottom - half);
    if (plan_has(plan, FEATURE_HAND_CLOSE) && beside)
        press->x_mm = left;
    if (plan_has(plan, FEATURE_HAND_CLOSE) && below)
        press->y_mm = top;
    press->angle_rad = (beside ? PORTABLE_PI / 2 : 0) + random_uniform(random, -0.4, 0.4);
}

static void write_hands(struct body *body, const struct plan *plan, struct random *random)
{
    double now = plan_prelude_s(plan) + random_uniform(random, 0, 4);
    while (now < plan->duration_s - 4) {
        double stay = random_chance(random, 0.25) ? random_uniform(random, 10, 25)
                                                  : random_uniform(random, 1.2, 8);
        stay = fmin(stay, plan->duration_s - 1 - now);
        struct press *press = add_press(body, PRESS_HAND, now, stay);
        if (!press)
            return;
        press->size = random_uniform(random, 0.75, 1.05);
        press->force_n = random_uniform(random, 30, 140);
        press->phase = random_uniform(random, 0, 6);
        place_hand(press, plan, random);
        now += stay + random_uniform(random, 0.4, 4);
    }
}

static void write_steps(struct body *body, const struct plan *plan, struct random *random)
{
    double width = plan->mat.cols * plan->mat.pitch_mm,
           height = plan->mat.rows * plan->mat.pitch_mm;
    bool along_x = width >= height;
    double length = along_x ? width : height, side = along_x ? height : width;
    double heading = random_chance(random, 0.5) ? 1 : -1;
    double at = random_uniform(random, 60, 140), now = 0.8,
           force = random_uniform(random, 450, 800);
    for (int i = 0; at < length - 60 && now < plan_prelude_s(plan) - 1.2; i++) {
        struct press *press =
            add_press(body, PRESS_FOOT, now, random_uniform(random, 0.55, STEP_STANCE_S));
        if (!press)
            return;
        double along = heading > 0 ? at : length - at;
        double across = side / 2 + (i % 2 ? 0.15 : -0.15) * fmin(side, 600);
        press->x_mm = along_x ? along : across;
        press->y_mm = along_x ? across : along;
        press->angle_rad = (along_x ? 0 : PORTABLE_PI / 2) + (heading > 0 ? 0 : PORTABLE_PI);
        press->force_n = force;
        at += random_uniform(random, 280, 500);
        now += random_uniform(random, 0.6, 0.9);
    }
}

static void write_person(struct body *body, const struct plan *plan, struct random *random)
{
    const struct area *area = &plan->body;
    double width = area->right - area->left, height = area->bottom - area->top;
    bool wide = width >= height;
    bool sits = fmin(width, height) > 260 && random_chance(random, 0.6);
    double apart = sits ? 130 : random_uniform(random, 100, 140);
    apart = fmin(apart, fmax(width, height) - 90);
    double phase = random_uniform(random, 0, 6);
    for (int i = 0; i < 2; i++) {
        struct press *press =
            add_press(body, sits ? PRESS_SEAT : PRESS_KNEE, -1, plan->duration_s + 5);
        double off = (i ? 0.5 : -0.5) * apart, clear = 0.55;
        press->x_mm = area->left + (area->left > 0 ? clear : 0.5) * width + (wide ? off : 0);
        press->y_mm = area->top + (area->top > 0 ? clear : 0.5) * height + (wide ? 0 : off);
        press->force_n = random_uniform(random, sits ? 180 : 90, sits ? 320 : 200);
        press->phase = phase + 0.3 * i;
    }
}

void body_write(struct body *body, const struct plan *plan)
{
    struct random random;
    random_start(&random, plan->seed, "body");
    memset(body, 0, sizeof *body);
    if (plan_has(plan, FEATURE_STEPS))
        write_steps(body, plan, &random);
    if (plan_has(plan, FEATURE_PERSON))
        write_person(body, plan, &random);
    else if (plan_has(plan, FEATURE_HAND))
        write_hands(body, plan, &random);
}

/* ---- At a moment ---- */

/* A patch at (along, across) in a press's own axes. */
static void set_blob(struct blob *blob, const struct press *press, const double where[2],
                     double radius_mm, double force_n)
{
    double c = portable_cos(press->angle_rad), s = portable_sin(press->angle_rad);
    blob->x_mm = press->x_mm + press->size * (where[0] * c - where[1] * s);
    blob->y_mm = press->y_mm + press->size * (where[0] * s + where[1] * c);
    blob->radius_mm = press->size * radius_mm;
    blob->force_n = force_n;
}

static int hand_blobs(const struct press *press, double time_s, double force, struct blob *blobs)
{
    static const double where[BODY_BLOBS][2] = {{-8, -12}, {-6, 14}, {36, -24},
                                                {42, -6},  {40, 10}, {32, 26}};
    static const double radius[BODY_BLOBS] = {26, 24, 11, 11, 11, 10};
    static const double share[BODY_BLOBS] = {0.36, 0.3, 0.09, 0.1, 0.09, 0.06};
    double rock = 0.08 * portable_sin(1.9 * time_s + press->phase);
    for (int i = 0; i < BODY_BLOBS; i++)
        set_blob(&blobs[i], press, where[i], radius[i],
                 force * share[i] * (1 + (i < 2 ? rock : -2 * rock)));
    return BODY_BLOBS;
}

static int foot_blobs(const struct press *press, double time_s, double force, struct blob *blobs)
{
    static const double where[4][2] = {{-85, 0}, {55, -22}, {52, 20}, {95, -18}};
    double t = (time_s - press->start_s) / (press->end_s - press->start_s);
    double heel = 1 - ramp(t, 0.2, 0.65), fore = ramp(t, 0.15, 0.6);
    double toe = ramp(t, 0.6, 0.9);
    double shares[4] = {heel, 0.5 * fore, 0.4 * fore, 0.5 * toe}, sum = 0;
    static const double radius[4] = {30, 30, 28, 20};
    for (int i = 0; i < 4; i++)
        sum += shares[i];
    for (int i = 0; i < 4; i++)
        set_blob(&blobs[i], press, where[i], radius[i], force * shares[i] / sum);
    return 4;
}

static int round_blob(const struct press *press, double time_s, double force, struct blob *blobs)
{
    double sway[2] = {1.5 * portable_sin(1.6 * time_s + press->phase),
                      1.2 * portable_sin(2.3 * time_s + 2 * press->phase)};
    double breath = 1 + 0.04 * portable_sin(1.5 * time_s + press->phase);
    set_blob(&blobs[0], press, sway, press->kind == PRESS_SEAT ? 68 : 32, force * breath);
    return 1;
}

int press_blobs(const struct press *press, double time_s, struct blob blobs[BODY_BLOBS])
{
    if (time_s < press->start_s || time_s > press->end_s)
        return 0;
    double edge = press->kind == PRESS_FOOT ? 0.12 : 0.25;
    double force = press->force_n * ramp(time_s, press->start_s, press->start_s + edge) *
                   (1 - ramp(time_s, press->end_s - edge, press->end_s));
    if (press->kind == PRESS_HAND)
        return hand_blobs(press, time_s, force, blobs);
    if (press->kind == PRESS_FOOT)
        return foot_blobs(press, time_s, force, blobs);
    return round_blob(press, time_s, force, blobs);
}
