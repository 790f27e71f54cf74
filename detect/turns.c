#include "turns.h"

#include <math.h>

static const double near_least_mm = 0.6, near_most_mm = 3; /* "at" a turning point */
/* Longer than so many tails near a turn: it dwelt there. */
static const double dwell_tails = 1.5;
/* What the contact did at rest is looked at from so long before it set off, to so long. */
static const double settled_back_s = 1.2, departing_s = 0.15;

static void less(double result[2], const double a[2], const double b[2])
{
    result[0] = a[0] - b[0];
    result[1] = a[1] - b[1];
}

/* How near a turning point counts as being there: above the position's noise. */
static double nearness(const struct strokes *strokes, double travel_mm)
{
    double near_mm = fmax(3 * strokes->wobble.noise_mm, 0.012 * travel_mm);
    return fmin(fmax(near_mm, near_least_mm), near_most_mm);
}

static struct heading heading_of(const struct strokes *strokes)
{
    return (struct heading){.place_mm = {strokes->going.far_mm[0], strokes->going.far_mm[1]},
                            .way = {strokes->going.way[0], strokes->going.way[1]}};
}

/* Where the smoothed maximum lies is late by the smoothing; the positions themselves know. */
static void recentre(struct strokes *strokes, const struct history *history, size_t from)
{
    struct heading heading = heading_of(strokes);
    double most = 0;
    size_t best = history_find(history, strokes->going.far_s);
    for (size_t k = from; k < history->count; k++) {
        double p = heading_progress(&heading, history_at(history, k));
        if (p > most) {
            most = p;
            best = k;
        }
    }
    for (int i = 0; i < 2; i++)
        strokes->going.far_mm[i] +=
            fmax(0, most - strokes->wobble.noise_mm) * strokes->going.way[i];
    strokes->going.far_s = history_at(history, best)->time_s;
}

struct turn turn_find(struct strokes *strokes, const struct history *history, bool left)
{
    recentre(strokes, history, history_find(history, strokes->going.far_s - 0.3));
    struct heading heading = heading_of(strokes);
    double near_mm = nearness(strokes, strokes->going.travel_mm);
    size_t i = history_find(history, strokes->going.far_s);
    double in_s = fmax(heading_entry_s(&heading, history, i, near_mm), strokes->going.start_s);
    double out_s = left ? heading_exit_s(&heading, history, i, near_mm) : strokes->last_s;
    double half = (out_s - in_s) / 2;
    double tail_s =
        heading_tail_s(&heading, history, i, (double[]){near_mm, strokes->going.travel_mm});
    if (half > dwell_tails * tail_s)
        half = tail_s;
    return (struct turn){in_s + half, out_s - half};
}

double turn_departure_s(const struct strokes *strokes, const struct history *history)
{
    double away[2];
    less(away, strokes->smooth_mm, strokes->rest_mm);
    double length = fmax(hypot(away[0], away[1]), 1e-9);
    struct heading heading = {.place_mm = {strokes->rest_mm[0], strokes->rest_mm[1]},
                              .way = {-away[0] / length, -away[1] / length}};
    double earliest_s = fmax(strokes->rest_s, strokes->free_s);
    size_t i = history->count - 1;
    while (i > 0 && history_at(history, i)->time_s > earliest_s &&
           heading_progress(&heading, history_at(history, i)) < -strokes->slip_back_mm / 2)
        i--;
    return fmax(history_at(history, i)->time_s, earliest_s);
}

void turn_refine_start(struct strokes *strokes, const struct history *history)
{
    double earliest_s = fmax(strokes->rest_s, strokes->free_s);
    double from_s = fmax(earliest_s, strokes->going.start_s - settled_back_s);
    double to_s = fmax(from_s, strokes->going.start_s - departing_s);
    struct heading heading = heading_of(strokes);
    double wander = heading_settle(&heading, history, history_find(history, from_s),
                                   history_find(history, to_s));
    heading.way[0] = -heading.way[0];
    heading.way[1] = -heading.way[1];
    double near_mm = fmin(fmax(nearness(strokes, 0), 1.2 * wander), strokes->slip_back_mm / 2);
    size_t i = history_find(history, to_s);
    double out_s = heading_exit_s(&heading, history, i, near_mm);
    strokes->going.start_s =
        fmax(out_s - heading_lead_s(&heading, history, i, near_mm), earliest_s);
    strokes->going.refined = true;
}

struct arriving turn_arriving(const struct strokes *strokes)
{
    return (struct arriving){.heading = heading_of(strokes),
                             .start_s = strokes->going.start_s,
                             .travel_mm = strokes->going.travel_mm,
                             .near_mm = nearness(strokes, strokes->going.travel_mm),
                             .noise_mm = strokes->wobble.noise_mm};
}
