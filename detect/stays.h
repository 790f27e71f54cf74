/**
 * @file stays.h
 * Where a contact has stayed up to now, and when it came to rest there. A position that creeps (by
 * breathing, or because somebody leans in) rests all the same: a rest is told from the end of a
 * slow pass by the pass's own speed and duration.
 */
#ifndef ROLLSCOPE_DETECT_STAYS_H
#define ROLLSCOPE_DETECT_STAYS_H

#include "heading.h"

/** The pass that may have ended. */
struct arriving {
    struct heading heading; /**< to its farthest point */
    double start_s, travel_mm;
    double near_mm;  /**< nearer than this is there */
    double noise_mm; /**< of the averaged positions */
};

struct stay {
    double since_s; /**< within reach of one place from here on */
    double tail_s;  /**< how long it took to come to rest */
};

/** The longest stay up to the newest sample. */
struct stay stay_find(const struct history *history, const struct arriving *arriving,
                      double reach_mm);

/** When the pass, up to a time, had slowed down to rest; INFINITY where noise hides that or much
 * way was left. */
double stay_slowed_s(const struct history *history, const struct arriving *arriving,
                     double until_s);

/** When the contact came to the place where it stayed from about since_s to until_s. */
double stay_arrival_s(const struct history *history, const struct arriving *arriving,
                      double since_s, double until_s);

/** How long a smooth pass takes that took so long for a share of its way. */
double stay_whole_s(double part_s, double share);

/** When the load began to go that has gone now: from then on the centre wanders. The last sample
 *  where it has not. */
double stay_unloading_s(const struct history *history);

#endif
