/**
 * @file map.h
 * The session's map of relative pressure, averaged over the passes, and where it stands out.
 */
#ifndef ROLLSCOPE_DETECT_MAP_H
#define ROLLSCOPE_DETECT_MAP_H

#include "mat/mat.h"

#include <stdbool.h>

/** At most so many places are found in a map. */
#define MAP_PEAKS_MAX 48

/** A place that stands out. */
struct map_peak {
    double at_mm[2];
    double radius_mm;
    double contrast; /**< relative rise over the ring around it */
    double scatter;  /**< of the map: one robust standard deviation of such a rise */
    double error;    /**< of the contrast from pass to pass: standard error of the mean */
    uint32_t passes;
    uint32_t cell; /**< its highest cell */
};

struct map {
    struct geometry geometry;
    uint32_t cells;
    float *sum, *square; /* [cells] of the ratios */
    float *passes;       /* [cells] their number */
    float *smooth;       /* [cells] smoothed mean ratio, NaN where the tool never was */
    float *work;         /* [cells] scratch */
};

/** Allocates. @return false when out of memory */
bool map_open(struct map *map, const struct geometry *geometry);

/** Adds one pass's ratio of a cell. */
void map_add(struct map *map, uint32_t cell, double ratio);

/** Finds the places that stand out by at least `least`, in at least `passes` passes, and are the
 *  highest within apart_mm. @param peaks [MAP_PEAKS_MAX] filled in, highest first
 *  @return their number */
size_t map_search(struct map *map, double least, double passes, double apart_mm,
                  struct map_peak *peaks);

void map_clear(struct map *map);

void map_close(struct map *map);

#endif
