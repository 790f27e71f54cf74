#include "stays.h"

#include <math.h>

static const double skip_share = 0.4; /* of a stay: the rest of it is surely at rest */
static const double tail_most_s = 0.5, tail_share = 0.3; /* of the pass: longest way to rest */
static const double near_share = 0.4;                    /* of a pass: more is no last bit of it */
static const double wander_margin = 1.2;
static const double creep_s = 1.2; /* over longer times breathing does not creep but sway */
static const double speed_span_s = 0.1;
static const double lifting_s = 0.4, lifting_share = 0.85; /* of the load before */
static const double slow_share = 0.12, slow_most = 0.5; /* of the pass's highest speed: at rest */
static const double slow_sigmas = 5;                    /* and above the noise of speed */
static const double left_share = 0.1, left_mm = 2.5;    /* of the way that may be left by then */
/* A minimum-jerk movement is slower than a share f of its peak for the last sqrt(f)/4 of its time;
   it is taken to rest at this share. */
static const double ending_share = 0.25, rest_speed = 0.03;

static double tail_limit_s(double pass_s)
{
    return fmax(tail_most_s, tail_share * pass_s);
}

/* The first of the newest samples that lie within 2 * reach_mm of each other. */
static size_t stay_first(const struct history *history, double reach_mm)
{
    double low[2] = {INFINITY, INFINITY}, high[2] = {-INFINITY, -INFINITY};
    size_t i = history->count;
    for (; i > 0; i--) {
        const double *at = history_at(history, i - 1)->calm_mm;
        double extent[2];
        for (int k = 0; k < 2; k++)
            extent[k] = fmax(high[k], at[k]) - fmin(low[k], at[k]);
        if (hypot(extent[0], extent[1]) > 2 * reach_mm)
            break;
        for (int k = 0; k < 2; k++) {
            low[k] = fmin(low[k], at[k]);
            high[k] = fmax(high[k], at[k]);
        }
    }
    return i < history->count ? i : i - 1;
}

struct stay stay_find(const struct history *history, const struct arriving *arriving,
                      double reach_mm)
{
    size_t i = stay_first(history, reach_mm);
    const struct sample *first = history_at(history, i);
    double near_mm = fmin(fmax(-heading_progress(&arriving->heading, first), arriving->near_mm),
                          near_share * arriving->travel_mm);
    double tail_s =
        heading_tail_s(&arriving->heading, history, i, (double[]){near_mm, arriving->travel_mm});
    return (struct stay){first->time_s,
                         fmin(tail_s, tail_limit_s(first->time_s - arriving->start_s))};
}

static double speed_at(const struct history *history, double time_s)
{
    struct sample a = history_interpolate(history, time_s - speed_span_s / 2);
    struct sample b = history_interpolate(history, time_s + speed_span_s / 2);
    double way = hypot(b.calm_mm[0] - a.calm_mm[0], b.calm_mm[1] - a.calm_mm[1]);
    return b.time_s > a.time_s ? way / (b.time_s - a.time_s) : 0;
}

double stay_slowed_s(const struct history *history, const struct arriving *arriving, double until_s)
{
    size_t first = history_find(history, arriving->start_s);
    size_t last = history_find(history, until_s);
    double peak = 0;
    for (size_t i = first; i <= last; i++)
        peak = fmax(peak, speed_at(history, history_at(history, i)->time_s));
    double noise_mm_s = sqrt(2) * arriving->noise_mm / speed_span_s;
    double share = fmax(slow_share, slow_sigmas * noise_mm_s / fmax(peak, 1e-9));
    if (share > slow_most)
        return INFINITY;
    while (last > first && speed_at(history, history_at(history, last)->time_s) < share * peak)
        last--;
    const struct sample *slow = history_at(history, last);
    double left = -heading_progress(&arriving->heading, slow);
    if (left > fmax(left_share * arriving->travel_mm, left_mm))
        return INFINITY;
    double ending_s = ending_share * (slow->time_s - arriving->start_s);
    return slow->time_s + ending_s * (sqrt(share) - sqrt(rest_speed));
}

double stay_arrival_s(const struct history *history, const struct arriving *arriving,
                      double since_s, double until_s)
{
    size_t last = history_find(history, until_s);
    double now_s = history_at(history, last)->time_s;
    double settled_s = since_s + skip_share * (now_s - since_s);
    size_t i = history_find(history, settled_s);
    struct heading heading = arriving->heading;
    bool creeps = now_s - settled_s < creep_s;
    double wander = creeps ? heading_creep(&heading, history, i, last)
                           : heading_settle(&heading, history, i, last);
    double near_whole[2] = {fmax(arriving->near_mm, wander_margin * wander), arriving->travel_mm};
    double in_s = heading_entry_s(&heading, history, i, near_whole[0]);
    double tail_s = heading_tail_s(&heading, history, i, near_whole);
    double rest_s = in_s + fmin(tail_s, tail_limit_s(in_s - arriving->start_s));
    rest_s = fmin(rest_s, stay_slowed_s(history, arriving, settled_s));
    return fmin(fmax(rest_s, arriving->start_s), settled_s);
}

double stay_whole_s(double part_s, double share)
{
    double time_share = 0.5 - sin(asin(1 - 2 * fmin(fmax(share, 0.1), 1)) / 3);
    return part_s / time_share;
}

double stay_unloading_s(const struct history *history)
{
    size_t last = history->count - 1;
    size_t first = history_find(history, history_at(history, last)->time_s - lifting_s);
    double most_n = 0;
    for (size_t i = first; i <= last; i++)
        most_n = fmax(most_n, history_at(history, i)->force_n);
    while (last > first && history_at(history, last)->force_n < lifting_share * most_n)
        last--;
    return history_at(history, last)->time_s;
}
