/**
 * @file bump.h
 * How high a hot spot rises, from what the relief shows of it.
 *
 * The relief is smoothed, taken against places nearby, and spread by the tool's width and by the
 * grid: what it shows is a fraction of the rise. So a Gaussian bump with one size along the path
 * and one along the tool's axis is fitted to the rises in all ways at all widths. What a strip
 * spreads it spreads along the path only: the load in the bump over the area of a round one of the
 * size along the axis, the grid's own blur taken off, is the rise. Of a ball only the path is
 * known, so the bump's height is taken. What lag, wobble and the tool's own usual spread take off
 * is a factor measured on two simulators (docs/rationale/spots.md).
 */
#ifndef ROLLSCOPE_DETECT_BUMP_H
#define ROLLSCOPE_DETECT_BUMP_H

#include "relief.h"

/** @param ball balls passed over it. @return the relative rise, >= 0 */
double bump_rise(const struct relief *relief, size_t place, bool ball);

#endif
