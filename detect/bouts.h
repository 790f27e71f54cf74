/**
 * @file bouts.h
 * A bout: strokes and holds of one contact without lifting off for more than bout_gap_s and without
 * being moved elsewhere. It keeps the running median of its strokes' travel (for `partial`), pairs
 * strokes into cycles and takes the cadence from the median time between stroke starts.
 */
#ifndef ROLLSCOPE_DETECT_BOUTS_H
#define ROLLSCOPE_DETECT_BOUTS_H

#include "mat/mat.h"

/** The running medians look back over so many strokes. */
#define BOUT_STROKES 128

/** The newest values of a quantity, for a running median. */
struct values {
    size_t count, next;
    double values[BOUT_STROKES];
};

void values_add(struct values *values, double value);

/** The median; NaN when there are none. */
double values_median(const struct values *values);

struct bouts {
    bool open, unpaired;
    struct bout bout;
    double last_start_s;
    double unpaired_way[2];
    struct values travels, intervals;
};

/** Opens a bout under an id if none is open. */
void bouts_open(struct bouts *bouts, uint32_t id, uint32_t contact, double start_s);

/** Counts a stroke and sets its `partial`. @param way from its start to its end */
void bouts_stroke(struct bouts *bouts, struct stroke *stroke, const double way[2],
                  double partial_share);

void bouts_hold(struct bouts *bouts, const struct hold *hold);

/** Ends the open bout. @return true, with the bout filled in, when one was open */
bool bouts_close(struct bouts *bouts, struct bout *bout);

#endif
