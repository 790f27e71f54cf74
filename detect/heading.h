/**
 * @file heading.h
 * A place that a contact heads for, or sets off from, and the direction: when it was how near, and
 * how long the last (or first) bit of way takes that noise hides.
 *
 * The way that is left goes with a power of the time that is left: the first where a movement stops
 * dead, the second in a sine, the third in minimum-jerk movements. So the times at which it was
 * ratio^2, ratio and 1 times `near` lie apart in a geometric series, which is continued to the end
 * (Aitken's extrapolation).
 */
#ifndef ROLLSCOPE_DETECT_HEADING_H
#define ROLLSCOPE_DETECT_HEADING_H

#include "history.h"

struct heading {
    double place_mm[2], way[2]; /**< way: unit vector */
    double place_s, drift_mm_s; /**< the place creeps along the way: where it is at place_s */
};

/** How far beyond the place a sample is along the way; negative: not yet there. */
double heading_progress(const struct heading *heading, const struct sample *sample);

/** The time before sample `i` at which the place was last farther than near_mm ahead. */
double heading_entry_s(const struct heading *heading, const struct history *history, size_t i,
                       double near_mm);

/** The time after sample `i` at which the contact had gone back from it by near_mm for good. */
double heading_exit_s(const struct heading *heading, const struct history *history, size_t i,
                      double near_mm);

/** How long the last near_mm took before sample `i`. @param whole_mm the length of the way */
double heading_tail_s(const struct heading *heading, const struct history *history, size_t i,
                      const double near_whole_mm[2]);

/** How long the first near_mm back from the place took after sample `i`. */
double heading_lead_s(const struct heading *heading, const struct history *history, size_t i,
                      double near_mm);

/** Moves the place to the mean of samples from .. to. @return how far they wander from it, mm */
double heading_settle(struct heading *heading, const struct history *history, size_t from,
                      size_t to);

/** The same for a place that creeps along the way, as those samples do. */
double heading_creep(struct heading *heading, const struct history *history, size_t from,
                     size_t to);

#endif
