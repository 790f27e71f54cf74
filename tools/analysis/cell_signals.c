#include "cell_signals.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The split's grid: of what rate where the mat does not say, and at most; nothing that a tool does
   is faster than half of it. */
#define SPLIT_RATE_HZ      100.0
#define SPLIT_RATE_MOST_HZ 200.0
/* A cell counts as loaded from so many sigmas on. */
#define LOADED_SIGMAS 4.0F

struct cell_signals {
    struct geometry geometry;
    struct calibration *calibration; /* NULL: counts are linear */
    uint16_t *linear;                /* [cells] calibrated counts */
    double gap_s;
    struct conditioner *conditioner;
    struct pressure pressure; /* the last one */
    struct split *split;      /* NULL: not wanted */
    struct parts parts;
    bool has_parts;
    float *least; /* [cells] scratch */
};

struct cell_signals *cell_signals_create(const struct geometry *geometry,
                                         struct calibration *calibration,
                                         const struct parameters *parameters)
{
    struct cell_signals *signals = calloc(1, sizeof *signals);
    if (!signals) {
        calibration_destroy(calibration);
        return NULL;
    }
    signals->geometry = *geometry;
    signals->calibration = calibration;
    if (calibration)
        calibration_geometry(calibration, &signals->geometry);
    signals->gap_s = parameters->gap_reset_s;
    signals->linear = calloc(geometry_cells(geometry), sizeof *signals->linear);
    signals->least = calloc(geometry_cells(geometry), sizeof *signals->least);
    signals->conditioner = conditioner_create(&signals->geometry, parameters);
    if (signals->linear && signals->least && signals->conditioner)
        return signals;
    cell_signals_destroy(signals);
    return NULL;
}

int cell_signals_split(struct cell_signals *signals)
{
    uint32_t cells = geometry_cells(&signals->geometry);
    signals->split = split_create(cells, cell_signals_rate_hz(signals), signals->gap_s);
    return signals->split ? STATUS_OK : STATUS_MEMORY;
}

const struct geometry *cell_signals_geometry(const struct cell_signals *signals)
{
    return &signals->geometry;
}

double cell_signals_rate_hz(const struct cell_signals *signals)
{
    double rate_hz = signals->geometry.rate_hz;
    return rate_hz > 0 ? fmin(fmax(rate_hz, 1), SPLIT_RATE_MOST_HZ) : SPLIT_RATE_HZ;
}

static void divide(struct cell_signals *signals, double time_s)
{
    struct parts parts;
    split_push(signals->split, time_s, signals->pressure.kpa);
    while (split_next(signals->split, &parts)) {
        signals->parts = parts;
        signals->has_parts = true;
    }
}

const struct pressure *cell_signals_push(struct cell_signals *signals, const struct frame *frame)
{
    struct frame linear = *frame;
    if (signals->calibration) {
        calibration_apply(signals->calibration, frame->cells, signals->linear);
        linear.cells = signals->linear;
    }
    conditioner_push(signals->conditioner, &linear, &signals->pressure);
    return &signals->pressure;
}

void cell_signals_divide(struct cell_signals *signals)
{
    if (signals->split)
        divide(signals, signals->pressure.time_s);
}

void cell_signals_finish(struct cell_signals *signals)
{
    if (!signals->split || !signals->pressure.kpa)
        return;
    double last_s = signals->pressure.time_s, rate_hz = cell_signals_rate_hz(signals);
    size_t steps = (size_t)ceil(split_latency_s(signals->split) * rate_hz);
    for (size_t k = 1; k <= steps; k++)
        divide(signals, last_s + (double)k / rate_hz);
}

double cell_signals_latency_s(const struct cell_signals *signals)
{
    return signals->split ? split_latency_s(signals->split) : 0;
}

bool cell_signals_parts(const struct cell_signals *signals, struct parts *parts)
{
    double most_s = cell_signals_latency_s(signals) + signals->gap_s;
    if (!signals->has_parts || signals->pressure.time_s - signals->parts.time_s > most_s)
        return false;
    *parts = signals->parts;
    return true;
}

double cell_signals_moving_share(const struct cell_signals *signals)
{
    struct parts parts;
    uint32_t cells = geometry_cells(&signals->geometry);
    if (!cell_signals_parts(signals, &parts))
        return NAN;
    for (uint32_t i = 0; i < cells; i++)
        signals->least[i] = LOADED_SIGMAS * signals->pressure.noise_kpa[i];
    return parts_moving_share(&parts, signals->least, cells);
}

double cell_signals_map(const struct cell_signals *signals, enum split_band band, float *kpa)
{
    uint32_t cells = geometry_cells(&signals->geometry);
    memset(kpa, 0, cells * sizeof *kpa);
    double seconds = signals->split ? split_energy(signals->split, band, kpa) : 0;
    for (uint32_t i = 0; i < cells; i++)
        kpa[i] = sqrtf(kpa[i]);
    return seconds;
}

void cell_signals_destroy(struct cell_signals *signals)
{
    if (!signals)
        return;
    calibration_destroy(signals->calibration);
    free(signals->linear);
    free(signals->least);
    conditioner_destroy(signals->conditioner);
    split_destroy(signals->split);
    free(signals);
}
