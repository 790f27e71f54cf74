#include "holds.h"

#include <math.h>
#include <string.h>

void holds_start(struct holds *holds, const struct parameters *parameters)
{
    memset(holds, 0, sizeof *holds);
    holds->hold_s = parameters->hold_s;
    holds->extent_mm = parameters->hold_extent_mm;
}

static void open_at(struct holds *holds, const struct sample *sample)
{
    double hold_s = holds->hold_s, extent_mm = holds->extent_mm;
    *holds = (struct holds){.hold_s = hold_s,
                            .extent_mm = extent_mm,
                            .open = true,
                            .start_s = sample->time_s,
                            .start_impulse_ns = sample->impulse_ns};
    for (int i = 0; i < 2; i++)
        holds->low_mm[i] = holds->high_mm[i] = sample->move_mm[i];
}

static bool fits(const struct holds *holds, const struct sample *sample)
{
    double extent[2];
    for (int i = 0; i < 2; i++)
        extent[i] = fmax(holds->high_mm[i], sample->move_mm[i]) -
                    fmin(holds->low_mm[i], sample->move_mm[i]);
    return hypot(extent[0], extent[1]) <= holds->extent_mm;
}

static void take(struct holds *holds, const struct sample *sample)
{
    double t = sample->time_s - holds->start_s, f = sample->force_n;
    for (int i = 0; i < 2; i++) {
        holds->low_mm[i] = fmin(holds->low_mm[i], sample->move_mm[i]);
        holds->high_mm[i] = fmax(holds->high_mm[i], sample->move_mm[i]);
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

bool holds_push(struct holds *holds, const struct history *history, const struct sample *sample,
                struct hold *hold)
{
    if (!holds->open) {
        open_at(holds, sample);
        take(holds, sample);
        return false;
    }
    if (fits(holds, sample)) {
        take(holds, sample);
        return false;
    }
    bool found = close_at(holds, history, holds->last_s, hold);
    open_at(holds, sample);
    take(holds, sample);
    return found;
}

bool holds_end(struct holds *holds, const struct history *history, double end_s, struct hold *hold)
{
    return close_at(holds, history, fmin(end_s, holds->last_s), hold);
}

void holds_resume(struct holds *holds, const struct history *history, double from_s)
{
    holds->open = false;
    struct hold ignored;
    for (size_t i = history_find(history, from_s); i < history->count; i++)
        if (history_at(history, i)->time_s >= from_s)
            holds_push(holds, history, history_at(history, i), &ignored);
    if (holds->open && holds->start_s - from_s < holds->hold_s / 10)
        holds->start_s = fmin(holds->start_s, from_s);
}

double holds_underway_s(const struct holds *holds)
{
    bool long_enough = holds->open && holds->last_s - holds->start_s >= holds->hold_s;
    return long_enough ? holds->start_s : INFINITY;
}
