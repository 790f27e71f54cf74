#include "heading.h"

#include <math.h>

/* The end of a way is at most this share of it. */
static const double whole_share = 0.6;

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

double heading_tail_s(const struct heading *heading, const struct history *history, size_t i,
                      const double near_whole_mm[2])
{
    double near_mm = near_whole_mm[0], most_mm = whole_share * near_whole_mm[1];
    double ratio = fmin(fmax(most_mm / near_mm, 1.5), HEADING_RATIO);
    double in_s = heading_entry_s(heading, history, i, near_mm);
    double far_s = heading_entry_s(heading, history, i, ratio * near_mm);
    return (in_s - far_s) / ((cbrt(ratio) - 1) * HEADING_SHARE);
}

double heading_lead_s(const struct heading *heading, const struct history *history, size_t i,
                      double near_mm)
{
    double most = -heading_progress(heading, history_at(history, history->count - 1));
    double ratio = fmin(fmax(most * 0.95 / near_mm, 1.5), HEADING_RATIO);
    double out_s = heading_exit_s(heading, history, i, near_mm);
    double far_s = heading_exit_s(heading, history, i, ratio * near_mm);
    return (far_s - out_s) / ((cbrt(ratio) - 1) * HEADING_SHARE);
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
