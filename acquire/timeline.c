#include "timeline.h"

#include <math.h>

#define BUCKET_US       500e3
#define FIT_POINTS      4     /* half seconds before the slope is trusted */
#define SURE_POINTS     7     /* half seconds before frames are said to be missing */
#define SLEW            0.05  /* share of the spacing by which the time may be drawn over */
#define LEAP_US         500e3 /* a mapping further off than this is a new one */
#define RISEN_US        1000000
#define RISEN_CLOCK_US  100e3 /* a clock that stopped for so long is mapped anew */
#define RISEN_PERIODS   0.6
#define INTERVAL_MIN_US 500.0   /* frames closer than this came in one piece */
#define PERIOD_GUESS_US 10000.0 /* until there is an interval */
#define SILENCE_US      250e3
#define SILENCE_PERIODS 8.0

void envelope_reset(struct envelope *envelope)
{
    *envelope = (struct envelope){.bucket_end = 0};
}

static double point_x(const struct envelope *envelope, unsigned i)
{
    return envelope->x[(envelope->first + i) % ENVELOPE_POINTS];
}

static double point_y(const struct envelope *envelope, unsigned i)
{
    return envelope->y[(envelope->first + i) % ENVELOPE_POINTS];
}

/* Indices of the lower convex hull's corners, x rising. */
static unsigned hull_make(const struct envelope *envelope, unsigned corners[ENVELOPE_POINTS])
{
    unsigned count = 0;
    for (unsigned i = 0; i < envelope->count; i++) {
        while (count >= 2) {
            unsigned a = corners[count - 2], b = corners[count - 1];
            double abx = point_x(envelope, b) - point_x(envelope, a);
            double aby = point_y(envelope, b) - point_y(envelope, a);
            double acx = point_x(envelope, i) - point_x(envelope, a);
            double acy = point_y(envelope, i) - point_y(envelope, a);
            if (abx * acy - aby * acx > 0)
                break;
            count--;
        }
        corners[count++] = i;
    }
    return count;
}

/* The line below all points with the least sum of heights goes along the hull's edge over the mean
 * of the x. */
static void line_fit(struct envelope *envelope)
{
    unsigned corners[ENVELOPE_POINTS];
    unsigned count = hull_make(envelope, corners);
    if (count < 2)
        return;
    double mean_x = 0;
    for (unsigned i = 0; i < envelope->count; i++)
        mean_x += point_x(envelope, i) / envelope->count;
    unsigned edge = 1;
    while (edge + 1 < count && point_x(envelope, corners[edge]) < mean_x)
        edge++;
    double x = point_x(envelope, corners[edge - 1]), y = point_y(envelope, corners[edge - 1]);
    envelope->slope =
        (point_y(envelope, corners[edge]) - y) / (point_x(envelope, corners[edge]) - x);
    envelope->level = y - envelope->slope * x;
}

static void level_fit(struct envelope *envelope)
{
    envelope->slope = 0;
    envelope->level = point_y(envelope, 0);
    for (unsigned i = 1; i < envelope->count; i++)
        envelope->level = fmin(envelope->level, point_y(envelope, i));
}

void envelope_push(struct envelope *envelope, double x, double y)
{
    unsigned newest = (envelope->first + envelope->count - 1) % ENVELOPE_POINTS;
    if (envelope->count > 0 && x < envelope->bucket_end) {
        if (y >= envelope->y[newest])
            return;
    } else {
        newest = (newest + 1) % ENVELOPE_POINTS;
        if (envelope->count == ENVELOPE_POINTS)
            envelope->first = (envelope->first + 1) % ENVELOPE_POINTS;
        else
            envelope->count++;
        envelope->bucket_end = x + BUCKET_US;
    }
    envelope->x[newest] = x;
    envelope->y[newest] = y;
    if (envelope->count >= FIT_POINTS)
        line_fit(envelope);
    else
        level_fit(envelope);
}

double envelope_at(const struct envelope *envelope, double x)
{
    return envelope->level + envelope->slope * x;
}

void timeline_reset(struct timeline *timeline, double rate_hz)
{
    *timeline = (struct timeline){.guess_us = rate_hz > 0 ? 1e6 / rate_hz : PERIOD_GUESS_US};
}

/* Begins a new mapping at a frame; what was given out stays behind it. */
static void mapping_begin(struct timeline *timeline, const struct timeline_frame *frame)
{
    envelope_reset(&timeline->delay);
    timeline->started = true;
    timeline->arrival_origin_us = timeline->last_arrival_us = frame->arrival_us;
    timeline->device_origin_us = frame->device_us;
    timeline->x = 0;
    timeline->out_us = 0;
    timeline->risen_us = INFINITY;
    timeline->risen_since_us = frame->arrival_us;
}

/* The period of a mat without a clock: the median interval, which bursts do not move. What it is
 * said to be may be wrong by any factor. */
static void period_learn(struct timeline *timeline, double interval_us)
{
    if (timeline->learned == PERIOD_INTERVALS || interval_us < INTERVAL_MIN_US)
        return;
    unsigned at = timeline->learned++;
    for (; at > 0 && timeline->intervals_us[at - 1] > interval_us; at--)
        timeline->intervals_us[at] = timeline->intervals_us[at - 1];
    timeline->intervals_us[at] = interval_us;
    timeline->period_us = timeline->intervals_us[timeline->learned / 2];
    if (timeline->learned == PERIOD_INTERVALS)
        envelope_reset(&timeline->delay);
}

/* Periods of silence that no burst explains. */
static double silence_periods(const struct timeline *timeline, const struct timeline_frame *frame)
{
    double silent_us = (double)(frame->arrival_us - timeline->last_arrival_us);
    if (timeline->period_us <= 0 || silent_us < SILENCE_US ||
        silent_us < SILENCE_PERIODS * timeline->period_us)
        return 0;
    return fmax(0, round(silent_us / timeline->period_us) - 1);
}

/* The least height above the line over the last second, or 0 while it is not over. */
static double height_take(struct timeline *timeline, double height_us, int64_t arrival_us)
{
    timeline->risen_us = fmin(timeline->risen_us, height_us);
    if (arrival_us - timeline->risen_since_us < RISEN_US)
        return 0;
    double risen_us = timeline->risen_us;
    timeline->risen_us = INFINITY;
    timeline->risen_since_us = arrival_us;
    return risen_us;
}

/* Draws the time given out towards the mapping. */
static int64_t time_give(struct timeline *timeline, double step_us, double target_us)
{
    double expected_us = timeline->out_us + step_us * (1 + timeline->delay.slope);
    double error_us = target_us - expected_us;
    double limit_us = SLEW * step_us;
    if (fabs(error_us) < LEAP_US)
        error_us = fmax(-limit_us, fmin(limit_us, error_us));
    timeline->out_us = expected_us + error_us;
    int64_t time_us = timeline->arrival_origin_us + (int64_t)llround(timeline->out_us);
    if (time_us <= timeline->time_us)
        time_us = timeline->time_us + 1;
    return timeline->time_us = time_us;
}

/* Where the frame stands on the mat's own clock, from the origin. */
static double frame_x(struct timeline *timeline, const struct timeline_frame *frame,
                      uint64_t *missing)
{
    if (frame->has_clock)
        return (double)(int64_t)(frame->device_us - timeline->device_origin_us);
    double silent = silence_periods(timeline, frame);
    *missing = (uint64_t)silent;
    period_learn(timeline, (double)(frame->arrival_us - timeline->last_arrival_us));
    double period_us = timeline->period_us > 0 ? timeline->period_us : timeline->guess_us;
    return timeline->x + (1 + silent) * period_us;
}

int64_t timeline_push(struct timeline *timeline, const struct timeline_frame *frame,
                      uint64_t *missing)
{
    *missing = 0;
    if (!timeline->started || frame->restarted) {
        mapping_begin(timeline, frame);
        envelope_push(&timeline->delay, 0, 0);
        return time_give(timeline, 0, 0);
    }
    double x = frame_x(timeline, frame, missing);
    double y = (double)(frame->arrival_us - timeline->arrival_origin_us) - x;
    double height_us = y - envelope_at(&timeline->delay, x);
    double risen_us = height_take(timeline, height_us, frame->arrival_us);
    double most_us = frame->has_clock ? RISEN_CLOCK_US : RISEN_PERIODS * timeline->period_us;
    if (risen_us > most_us && timeline->delay.count >= SURE_POINTS) {
        envelope_reset(&timeline->delay);
        if (!frame->has_clock)
            *missing += (uint64_t)fmax(1, round(risen_us / timeline->period_us));
    }
    if (height_us < -LEAP_US)
        envelope_reset(&timeline->delay);
    double step_us = x - timeline->x;
    timeline->x = x;
    timeline->last_arrival_us = frame->arrival_us;
    envelope_push(&timeline->delay, x, y);
    return time_give(timeline, step_us, x + envelope_at(&timeline->delay, x));
}
