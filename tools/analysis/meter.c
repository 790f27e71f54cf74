#include "meter.h"

#include <math.h>
#include <string.h>

#define RATE_S 1.0

static double *time_at(struct meter *meter, uint64_t number)
{
    return &meter->times[number % METER_TIMES];
}

void meter_push(struct meter *meter, const struct frame *frame, double time_s)
{
    bool gap = frame->flags & FRAME_GAP_BEFORE;
    meter->gaps += gap;
    if (meter->started && frame->sequence > meter->sequence + 1)
        meter->lost += frame->sequence - meter->sequence - 1;
    meter->started = true;
    meter->sequence = frame->sequence;
    *time_at(meter, meter->frames++) = time_s;
    if (time_s < meter->due_s)
        return;
    meter->due = true;
    meter->due_s = (floor(time_s / METRICS_PERIOD_S) + 1) * METRICS_PERIOD_S;
}

/* Frames a second over the last second; NaN from a single frame. */
static double rate_hz(struct meter *meter)
{
    double now_s = *time_at(meter, meter->frames - 1);
    uint64_t most = meter->frames < METER_TIMES ? meter->frames : METER_TIMES, count = 1;
    double first_s = now_s;
    while (count < most && now_s - *time_at(meter, meter->frames - 1 - count) <= RATE_S)
        first_s = *time_at(meter, meter->frames - 1 - count++);
    return count > 1 ? (double)(count - 1) / (now_s - first_s) : NAN;
}

static uint32_t cells_good(const struct pressure *pressure)
{
    uint32_t good = 0;
    for (size_t i = 0; i < (size_t)pressure->rows * pressure->cols; i++)
        good += !pressure->faults[i];
    return good;
}

void meter_fill(struct meter *meter, const struct pressure *pressure, struct metrics *metrics)
{
    uint64_t frames = meter->frames;
    meter->due = false;
    metrics->number = meter->number++;
    metrics->time_s = *time_at(meter, frames - 1);
    metrics->quality.cells = (uint32_t)pressure->rows * pressure->cols;
    metrics->quality.cells_good = cells_good(pressure);
    metrics->quality.rate_hz = rate_hz(meter);
    metrics->quality.lost_frames = meter->lost;
    metrics->quality.gaps = meter->gaps;
    metrics->quality.last_frame_age_s =
        frames > 1 ? metrics->time_s - *time_at(meter, frames - 2) : NAN;
}
