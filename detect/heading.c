#include "heading.h"

#include <math.h>

double heading_progress(const struct heading *heading, const struct sample *sample)
{
    return (sample->move_mm[0] - heading->place_mm[0]) * heading->way[0] +
           (sample->move_mm[1] - heading->place_mm[1]) * heading->way[1];
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
                      double near_mm)
{
    double in_s = heading_entry_s(heading, history, i, near_mm);
    double far_s = heading_entry_s(heading, history, i, HEADING_RATIO * near_mm);
    return (in_s - far_s) / HEADING_SHARE;
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

double heading_settle(struct heading *heading, const struct history *history, size_t from,
                      size_t to)
{
    double sum[2] = {0, 0}, wander = 0;
    for (size_t i = from; i <= to; i++)
        for (int k = 0; k < 2; k++)
            sum[k] += history_at(history, i)->move_mm[k];
    for (int k = 0; k < 2; k++)
        heading->place_mm[k] = sum[k] / (double)(to - from + 1);
    for (size_t i = from; i <= to; i++)
        wander = fmax(wander, fabs(heading_progress(heading, history_at(history, i))));
    return wander;
}
