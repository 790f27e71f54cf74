/**
 * @file summits.h
 * Where the relief stands out. The scatter of each way's mean rises over the whole map, most of
 * which is no hot spot, is what the gain of cells, ripple and texture make of them. A place stands
 * out by the least of its ways' means over the noise of each, and by the width that shows it best.
 */
#ifndef ROLLSCOPE_DETECT_SUMMITS_H
#define ROLLSCOPE_DETECT_SUMMITS_H

#include "relief.h"

/** At most so many places are found. */
#define SUMMITS_MAX 48

/** A place that stands out. */
struct summit {
    double at_mm[2];
    double radius_mm;
    double significance; /**< rise over its noise, in the way in which it stands out least */
    double contrast;     /**< what that says of the relative rise under the tool */
    double passes;
    int ways;  /**< in which it is seen to rise; at the end of the swept area fewer */
    bool ball; /**< balls passed over it: they know one way only */
    size_t place;
};

/** Finds how much each place stands out: relief->best, 0 where that is less than `least`, negative
 *  where too few ways or fewer than `passes` passes show it. @param apart_mm summits are at least
 * so far apart */
void summits_weigh(struct relief *relief, double least, double passes, double apart_mm);

/** The most that a place within reach_mm, or a cell, of another stands out.
 *  @return negative: nothing is known at the place */
double summits_around(const struct relief *relief, const double at_mm[2], double reach_mm);

/** Finds the places that stand out by `least` of their noise in at least `passes` passes and are
 *  the highest within apart_mm. @param summits [SUMMITS_MAX] filled in, most significant first
 *  @return their number */
size_t summits_find(struct relief *relief, double least, double passes, double apart_mm,
                    struct summit *summits);

#endif
