/**
 * @file polish.h
 * What the strip itself and its load do to a pass is taken off it. A strip whose ends are pressed
 * more, or whose usual spread is not known yet, draws stripes along its path; a load that changes
 * draws stripes along the strip. So the pass is divided by what is usual for each line along the
 * path and then for each line along the strip: a quantile, so that a hot spot does not count.
 */
#ifndef ROLLSCOPE_DETECT_POLISH_H
#define ROLLSCOPE_DETECT_POLISH_H

#include "scan.h"

struct polish;

/** @return NULL when out of memory */
struct polish *polish_create(const struct scan_grid *grid);

/** Divides a pass of a strip.
 *  @param value [grid] what was met; in and out
 *  @param weight [grid] places with no more than `met` are left out and kept as they are
 *  @param along the strip's axis, a unit vector */
void polish_pass(struct polish *polish, float *value, const float *weight, double met,
                 const double along[2]);

void polish_destroy(struct polish *polish);

#endif
