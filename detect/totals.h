/**
 * @file totals.h
 * The session's totals, for the summary.
 */
#ifndef ROLLSCOPE_DETECT_TOTALS_H
#define ROLLSCOPE_DETECT_TOTALS_H

#include "bouts.h"

struct totals {
    struct summary summary;
    double speed, travel, force; /* sums over the strokes */
    struct values intervals;     /* between strokes of one bout */
};

/** Adds a published event. */
void totals_add(struct totals *totals, const struct event *event);

/** Adds the time between the starts of two strokes of one bout. */
void totals_interval(struct totals *totals, double interval_s);

/** The summary so far. */
struct summary totals_summary(const struct totals *totals);

#endif
