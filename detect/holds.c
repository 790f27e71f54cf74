#include "holds.h"

#include <math.h>
#include <string.h>

void holds_start(struct holds *holds, const struct parameters *parameters)
{
    memset(holds, 0, sizeof *holds);
    holds->taken_s = -INFINITY;
    holds->hold_s = parameters->hold_s;
    holds->extent_mm = parameters->hold_extent_mm;
}

static void open_at(struct holds *holds, const struct sample *sample)
{
    double hold_s = holds->hold_s, extent_mm = holds->extent_mm, taken_s = holds->taken_s;
    *holds = (struct holds){.taken_s = taken_s,
                            .hold_s = hold_s,
                            .extent_mm = extent_mm,
                            .open = true,
                            .start_s = sample->time_s,
                            .start_impulse_ns = sample->impulse_ns};
    for (int i = 0; i < 2; i++)
        holds->low_mm[i] = holds->high_mm[i] = sample->calm_mm[i];
}

static bool fits(const struct holds *holds, const struct sample *sample)
{
    double extent[2];
    for (int i = 0; i < 2; i++)
        extent[i] = fmax(holds->high_mm[i], sample->calm_mm[i]) -
                    fmin(holds->low_mm[i], sample->calm_mm[i]);
    return hypot(extent[0], extent[1]) <= holds->extent_mm;
}

static void take(struct holds *holds, const struct sample *sample)
{
    double t = sample->time_s - holds->start_s, f = sample->force_n;
    for (int i = 0; i < 2; i++) {
        holds->low_mm[i] = fmin(holds->low_mm[i], sample->calm_mm[i]);
        holds->high_mm[i] = fmax(holds->high_mm[i], sample->calm_mm[i]);
    }
    holds->last_s = sample->time_s;
    holds->peak_n = fmax(holds->peak_n, f);
    holds->n += 1;
    holds->t += t;
    holds->f += f;
    holds->tt += t * t;
    holds->tf += t * f;
    holds->x += sample->at_mm[0];
    holds->y += sample->at_mm[1];
}

static bool close_at(struct holds *holds, const struct history *history, double end_s,
                     struct hold *hold)
{
    bool found = holds->open && holds->n > 1 && end_s - holds->start_s >= holds->hold_s;
    holds->open = false;
    if (!found)
        return false;
    double spread = holds->n * holds->tt - holds->t * holds->t;
    struct sample end = history_interpolate(history, end_s);
    *hold = (struct hold){
        .start_s = holds->start_s,
        .end_s = end_s,
        .x_mm = holds->x / holds->n,
        .y_mm = holds->y / holds->n,
        .mean_force_n = (end.impulse_ns - holds->start_impulse_ns) / (end_s - holds->start_s),
        .peak_force_n = holds->peak_n,
        .force_trend_n_s = spread > 0 ? (holds->n * holds->tf - holds->t * holds->f) / spread : 0,
        .breathing_hz = NAN};
    return true;
}

/* Takes one sample. Returns true when a hold ended before it: it wandered off. */
static bool push(struct holds *holds, const struct history *history, const struct sample *sample,
                 struct hold *hold)
{
    bool found = false;
    if (holds->open && !fits(holds, sample))
        found = close_at(holds, history, holds->last_s, hold);
    if (!holds->open)
        open_at(holds, sample);
    take(holds, sample);
    return found;
}

bool holds_push(struct holds *holds, const struct history *history, double until_s,
                struct hold *hold)
{
    size_t i = holds->taken_s > -INFINITY ? history_find(history, holds->taken_s) : 0;
    for (; i < history->count; i++) {
        const struct sample *sample = history_at(history, i);
        if (sample->time_s > until_s)
            return false;
        if (sample->time_s <= holds->taken_s)
            continue;
        holds->taken_s = sample->time_s;
        if (push(holds, history, sample, hold))
            return true;
    }
    return false;
}

bool holds_end(struct holds *holds, const struct history *history, double end_s, struct hold *hold)
{
    return close_at(holds, history, fmin(end_s, holds->last_s), hold);
}

void holds_resume(struct holds *holds, double from_s)
{
    holds->open = false;
    holds->taken_s = from_s;
}
