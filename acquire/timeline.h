/**
 * @file timeline.h
 * When a frame was scanned, on the host's clock. Inside acquire/ only.
 *
 * Bytes arrive late by a delay that is never negative, jitters and comes in bursts; the least
 * delayed arrivals tell the truth. So the delays of the last half minute are kept as the least of
 * each half second, and the line that lies below all of them and closest to them (linear
 * programming for clock skew: Moon, Skelly, Towsley, INFOCOM 1999) is the mapping: its slope is the
 * drift. A mat without a clock gets one: the count of its frames times its period, which the slope
 * then corrects. The time given out never jumps where the mapping is refined, it drifts there by at
 * most 5 % of the spacing, and it is strictly increasing. A pure function of what is pushed.
 */
#ifndef ROLLSCOPE_ACQUIRE_TIMELINE_H
#define ROLLSCOPE_ACQUIRE_TIMELINE_H

#include <stdbool.h>
#include <stdint.h>

#define ENVELOPE_POINTS 64

/** The line below a cloud of points (x, y), x rising. Microseconds. */
struct envelope {
    double x[ENVELOPE_POINTS],
        y[ENVELOPE_POINTS]; /**< ring of least points, [first, first+count) */
    unsigned first, count;
    double bucket_end;   /**< x at which the newest point's half second ends */
    double slope, level; /**< the line: y = level + slope * x */
};

/** Empties it. */
void envelope_reset(struct envelope *envelope);

/** Takes a point. x must not be below the one before. */
void envelope_push(struct envelope *envelope, double x, double y);

/** The line at x; call it after a first push. */
double envelope_at(const struct envelope *envelope, double x);

/** So many intervals make the period of a mat without a clock. */
#define PERIOD_INTERVALS 32

/** What maps the frames of one mat. */
struct timeline {
    double guess_us;       /**< the period until it is learned */
    double period_us;      /**< of mats without a clock; 0: not known yet */
    struct envelope delay; /**< x: the mat's clock, y: arrival minus x, both from their origins */
    bool started;
    int64_t arrival_origin_us, last_arrival_us;
    uint64_t device_origin_us;
    double x;        /**< of the last frame */
    double out_us;   /**< last time given out, from the arrival origin, unrounded */
    int64_t time_us; /**< the same on the arrival clock */
    double risen_us; /**< least height above the line since risen_since_us */
    int64_t risen_since_us;
    unsigned learned;                      /**< intervals that are known (no clock) */
    double intervals_us[PERIOD_INTERVALS]; /**< [learned], sorted; their median is the period */
};

/** One frame to be timed. */
struct timeline_frame {
    int64_t arrival_us;
    bool has_clock;
    uint64_t device_us;
    bool restarted; /**< the mat's clock began again, or the cable was out */
};

/** @param rate_hz what the mat is said to do, a first guess only; 0: not known */
void timeline_reset(struct timeline *timeline, double rate_hz);

/**
 * Times a frame.
 * @param missing set to the number of frames that must be missing before it by the clock alone;
 *        0 for mats with numbers
 * @return the time of the scan on the arrival clock, microseconds, above the one before
 */
int64_t timeline_push(struct timeline *timeline, const struct timeline_frame *frame,
                      uint64_t *missing);

#endif
