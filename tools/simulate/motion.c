#include "motion.h"

#include "portable.h"

#include <math.h>

#define ONSET_SHARE 0.1
#define ONSET_STEPS 400
#define RAMP_S      0.3
#define TURN        (2 * PORTABLE_PI)

static double smooth_step(double t)
{
    return t <= 0 ? 0 : t >= 1 ? 1 : t * t * (3 - 2 * t);
}

static double minimum_jerk(double t)
{
    return t * t * t * (10 + t * (6 * t - 15));
}

static double even_progress(double t, double ramp)
{
    double peak = 1 / (1 - ramp);
    if (t < ramp)
        return peak * t * t / (2 * ramp);
    if (t > 1 - ramp)
        return 1 - peak * (1 - t) * (1 - t) / (2 * ramp);
    return peak * (t - ramp / 2);
}

double leg_progress(const struct leg *leg, double t)
{
    t += leg->skew * t * (1 - t);
    if (leg->waves)
        t += leg->wobble * portable_sin(TURN * leg->waves * t) / (TURN * leg->waves);
    if (!leg->even)
        return minimum_jerk(t);
    double ramp = RAMP_S / (leg->end_s - leg->start_s);
    return even_progress(t, ramp < 0.3 ? ramp : 0.3);
}

static double step_of(const struct leg *leg, int i)
{
    return leg_progress(leg, (i + 1.0) / ONSET_STEPS) - leg_progress(leg, (double)i / ONSET_STEPS);
}

static double peak_step(const struct leg *leg)
{
    double peak = 0;
    for (int i = 0; i < ONSET_STEPS; i++)
        peak = fmax(peak, step_of(leg, i));
    return peak;
}

double leg_onset_s(const struct leg *leg)
{
    double enough = ONSET_SHARE * peak_step(leg);
    int i = 0;
    while (i < ONSET_STEPS && step_of(leg, i) < enough)
        i++;
    return leg->start_s + (leg->end_s - leg->start_s) * (i + 0.5) / ONSET_STEPS;
}

double leg_offset_s(const struct leg *leg)
{
    double enough = ONSET_SHARE * peak_step(leg);
    int i = ONSET_STEPS - 1;
    while (i > 0 && step_of(leg, i) < enough)
        i--;
    return leg->start_s + (leg->end_s - leg->start_s) * (i + 0.5) / ONSET_STEPS;
}

/* ---- Pressing in place ---- */

static double envelope(const struct leg *leg, double time_s)
{
    double inside = fmin(time_s - leg->start_s, leg->end_s - time_s);
    return smooth_step(inside / 0.6);
}

static double talk_wave(double time_s, double phase)
{
    double words = portable_sin(TURN * 0.23 * time_s + phase);
    double gate = smooth_step((words + 0.3) / 0.6);
    return gate *
           (portable_sin(TURN * 0.9 * time_s + 2 * phase) +
            portable_sin(TURN * 1.7 * time_s + 3 * phase) +
            portable_sin(TURN * 2.9 * time_s + phase)) /
           3;
}

static double fidget_wave(const struct leg *leg, double time_s)
{
    double middle = leg->start_s + leg->unrest.fidget_at * (leg->end_s - leg->start_s);
    double off = fabs(time_s - middle);
    return smooth_step((0.9 - off) / 0.5);
}

static double unrest_mm(const struct leg *leg, double time_s)
{
    const struct unrest *u = &leg->unrest;
    double way = u->breath_mm / 2 * portable_sin(TURN * u->breath_hz * time_s + u->phase) +
                 u->talk_mm / 2 * talk_wave(time_s, u->phase) +
                 u->tremor_mm / 2 * portable_sin(TURN * u->tremor_hz * time_s);
    return envelope(leg, time_s) * (way + u->fidget_mm * fidget_wave(leg, time_s));
}

static double unrest_load(const struct leg *leg, double time_s)
{
    const struct unrest *u = &leg->unrest;
    double breath = portable_sin(TURN * u->breath_hz * time_s + u->phase + 1);
    return 1 + envelope(leg, time_s) *
                   (u->lean_share + u->breath_share / 2 * breath +
                    u->talk_share / 2 * talk_wave(time_s, u->phase + 2) +
                    u->tremor_share / 2 * portable_sin(TURN * u->tremor_hz * time_s + 1));
}

/* ---- The tool at one moment ---- */

static double leg_load(const struct leg *leg, double time_s)
{
    double length = leg->end_s - leg->start_s;
    bool vertical = leg->kind == LEG_LAND || leg->kind == LEG_LIFT;
    double ramp = vertical ? length : fmin(0.35, length / 2);
    return leg->load_from +
           (leg->load_to - leg->load_from) * smooth_step((time_s - leg->start_s) / ramp);
}

static void pose_place(struct pose *pose, const struct place *place, double along_mm)
{
    pose->along_mm = along_mm;
    pose->angle_rad = place->angle_rad;
    pose->x_mm = place->x_mm + along_mm * portable_cos(place->angle_rad);
    pose->y_mm = place->y_mm + along_mm * portable_sin(place->angle_rad);
}

static void pose_slide(struct pose *pose, const struct motion *motion, const struct leg *leg,
                       double progress)
{
    struct pose from = {0}, to = {0};
    const struct leg *before = leg - 1;
    pose_place(&from, &motion->places[before->place], leg->from_mm);
    pose_place(&to, &motion->places[leg->place], leg->to_mm);
    *pose = progress < 0.5 ? from : to;
    pose->x_mm = from.x_mm + (to.x_mm - from.x_mm) * progress;
    pose->y_mm = from.y_mm + (to.y_mm - from.y_mm) * progress;
}

struct pose motion_at(const struct motion *motion, double time_s, size_t *cursor)
{
    while (*cursor + 1 < motion->leg_count && time_s >= motion->legs[*cursor].end_s)
        (*cursor)++;
    const struct leg *leg = &motion->legs[*cursor];
    double t = (time_s - leg->start_s) / (leg->end_s - leg->start_s);
    double progress = leg_progress(leg, t < 0 ? 0 : t > 1 ? 1 : t);
    double along = leg->from_mm + (leg->to_mm - leg->from_mm) * progress;
    double load = leg_load(leg, time_s);
    if (leg->kind == LEG_REST) {
        along += unrest_mm(leg, time_s);
        load *= unrest_load(leg, time_s);
    }
    struct pose pose = {0};
    if (leg->kind == LEG_SLIDE)
        pose_slide(&pose, motion, leg, progress);
    else
        pose_place(&pose, &motion->places[leg->place], along);
    pose.load = leg->kind == LEG_AWAY ? 0 : load;
    pose.place = &motion->places[leg->place];
    pose.kind = leg->kind;
    return pose;
}
