#include "heading.h"

#include <math.h>

/* The end of a way is at most so much of it; its beginning so much of what was gone so far. */
static const double whole_share = 0.6, gone_share = 0.95;
static const double ratio_least = 1.25, ratio_most = 3;
static const double lead_share = 0.4; /* of the whole way is seen by then */
static const double left_most = 0.5;
static const double jerk_margin = 1.3; /* people are no machines */
static const int jerk_steps = 12;

double heading_progress(const struct heading *heading, const struct sample *sample)
{
    return (sample->calm_mm[0] - heading->place_mm[0]) * heading->way[0] +
           (sample->calm_mm[1] - heading->place_mm[1]) * heading->way[1] -
           heading->drift_mm_s * (sample->time_s - heading->place_s);
}

/* The time between two samples at which the progress was `level`. */
static double crossing_s(const struct heading *heading, const struct sample *before,
                         const struct sample *after, double level)
{
    double a = heading_progress(heading, before), b = heading_progress(heading, after);
    double share = a < b || a > b ? fmin(fmax((level - a) / (b - a), 0), 1) : 0;
    return before->time_s + share * (after->time_s - before->time_s);
}

double heading_entry_s(const struct heading *heading, const struct history *history, size_t i,
                       double near_mm)
{
    while (i > 0 && heading_progress(heading, history_at(history, i)) > -near_mm)
        i--;
    const struct sample *out = history_at(history, i);
    if (i + 1 >= history->count)
        return out->time_s;
    return crossing_s(heading, out, history_at(history, i + 1), -near_mm);
}

double heading_exit_s(const struct heading *heading, const struct history *history, size_t i,
                      double near_mm)
{
    size_t last = i;
    for (size_t k = i; k < history->count; k++)
        if (heading_progress(heading, history_at(history, k)) > -near_mm)
            last = k;
    const struct sample *in = history_at(history, last);
    if (last + 1 >= history->count)
        return in->time_s;
    return crossing_s(heading, in, history_at(history, last + 1), -near_mm);
}

/* The share of its time that a minimum-jerk movement needs for the last bit of its way. */
static double jerk_time(double left)
{
    double low = 0, high = 1;
    for (int i = 0; i < jerk_steps; i++) {
        double u = (low + high) / 2;
        *(u * u * u * (10 - u * (15 - 6 * u)) > left ? &high : &low) = u;
    }
    return (low + high) / 2;
}

/* How long the last bit of a way took, from the times when ratio^2, ratio and 1 times as much was
   left: between a minimum-jerk movement, where that differs little, and one that stops dead. */
static double last_bit_s(const double at_s[3], double left, double ratio)
{
    double last_s = at_s[2] - at_s[1], u[3];
    left = fmin(left, left_most);
    for (int i = 0; i < 3; i++, left *= ratio)
        u[i] = jerk_time(left);
    double smooth = (u[1] - u[0]) / u[0], dead = ratio - 1;
    double usual = jerk_margin * (u[2] - u[1]) / (u[1] - u[0]);
    double grows = last_s > 0 ? (at_s[1] - at_s[0]) / last_s : ratio;
    double share = usual < ratio ? fmin(fmax((grows - usual) / (ratio - usual), 0), 1) : 0;
    return last_s / (smooth + share * (dead - smooth));
}

/* By what the distances grow: as much as the way allows. */
static double ratio_of(double near_mm, double most_mm)
{
    return fmin(fmax(sqrt(most_mm / near_mm), ratio_least), ratio_most);
}

double heading_tail_s(const struct heading *heading, const struct history *history, size_t i,
                      const double near_whole_mm[2])
{
    double near_mm = near_whole_mm[0], ratio = ratio_of(near_mm, whole_share * near_whole_mm[1]);
    double at_s[3] = {heading_entry_s(heading, history, i, ratio * ratio * near_mm),
                      heading_entry_s(heading, history, i, ratio * near_mm),
                      heading_entry_s(heading, history, i, near_mm)};
    return last_bit_s(at_s, near_mm / near_whole_mm[1], ratio);
}

double heading_lead_s(const struct heading *heading, const struct history *history, size_t i,
                      double near_mm)
{
    double most_mm = -heading_progress(heading, history_at(history, history->count - 1));
    double ratio = ratio_of(near_mm, gone_share * most_mm);
    double at_s[3] = {-heading_exit_s(heading, history, i, ratio * ratio * near_mm),
                      -heading_exit_s(heading, history, i, ratio * near_mm),
                      -heading_exit_s(heading, history, i, near_mm)};
    return last_bit_s(at_s, lead_share * near_mm / fmax(most_mm, near_mm), ratio);
}

static double wander_mm(const struct heading *heading, const struct history *history, size_t from,
                        size_t to)
{
    double wander = 0;
    for (size_t i = from; i <= to; i++)
        wander = fmax(wander, fabs(heading_progress(heading, history_at(history, i))));
    return wander;
}

double heading_settle(struct heading *heading, const struct history *history, size_t from,
                      size_t to)
{
    double n = (double)(to - from + 1), at[2] = {0, 0}, time_s = 0;
    for (size_t i = from; i <= to; i++) {
        time_s += history_at(history, i)->time_s / n;
        for (int k = 0; k < 2; k++)
            at[k] += history_at(history, i)->calm_mm[k] / n;
    }
    *heading = (struct heading){{at[0], at[1]}, {heading->way[0], heading->way[1]}, time_s, 0};
    return wander_mm(heading, history, from, to);
}

double heading_creep(struct heading *heading, const struct history *history, size_t from, size_t to)
{
    double squares = 0, products = 0;
    heading_settle(heading, history, from, to);
    for (size_t i = from; i <= to; i++) {
        double late_s = history_at(history, i)->time_s - heading->place_s;
        squares += late_s * late_s;
        products += late_s * heading_progress(heading, history_at(history, i));
    }
    heading->drift_mm_s = squares > 0 ? products / squares : 0;
    return wander_mm(heading, history, from, to);
}
