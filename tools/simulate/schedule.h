/**
 * @file schedule.h
 * When the mat scans, what its clock says, and which frames never arrive.
 */
#ifndef ROLLSCOPE_SIMULATE_SCHEDULE_H
#define ROLLSCOPE_SIMULATE_SCHEDULE_H

#include "plan.h"

struct schedule {
    const struct plan *plan;
    struct random random;
    uint64_t scan;
    double nominal_s, burst_end_s;
    int64_t last_us;
};

/** One scan that arrived. */
struct scan {
    uint64_t sequence;
    double time_s;    /**< when it was, in the session's true time */
    int64_t stamp_us; /**< what the mat's clock says, from 0; strictly increasing */
};

/** @param plan must live as long */
void schedule_start(struct schedule *schedule, const struct plan *plan);

/** The next scan that arrives. @return 1, or STATUS_END after plan->duration_s */
int schedule_next(struct schedule *schedule, struct scan *scan);

/** What the mat's clock says at a true time, s. */
double schedule_clock_s(const struct plan *plan, double time_s);

/** When the long gap begins, s; it lasts plan->sensor.long_gap_s. */
#define SCHEDULE_LONG_GAP_S 1.2

#endif
