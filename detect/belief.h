/**
 * @file belief.h
 * How sure it is that a place that stands out is a hot spot: the share of such places that were
 * one in sessions of three simulators (docs/rationale/spots.md).
 */
#ifndef ROLLSCOPE_DETECT_BELIEF_H
#define ROLLSCOPE_DETECT_BELIEF_H

#include "summits.h"

/** The more a place stands out and the wider it is, the surer it is; and the more it stands out in
 *  what its cells bore. Under a strip, a place that many of the strokes over it did not show is
 *  doubtful.
 *  @param tread how much the place stands out in what its cells bore (tread.h), in its noise;
 *  negative: that is not known
 *  @param strokes over the place
 *  @return 0.01 to 1 */
double belief(const struct summit *summit, double tread, uint32_t strokes);

#endif
