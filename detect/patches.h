/**
 * @file patches.h
 * Connected loaded regions of one frame. A cell belongs to a patch when it stands contact_sigma
 * noise sigmas above zero and contact_share of the patch's peak; neighbours touch by side or
 * corner.
 */
#ifndef ROLLSCOPE_DETECT_PATCHES_H
#define ROLLSCOPE_DETECT_PATCHES_H

#include "mat/mat.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** At most so many patches a frame; the weakest of more are dropped. */
#define PATCHES_MAX 24

/** Pressure moments of a set of cells, in mm. Additive: moments_add() joins two sets. */
struct moments {
    double kpa;          /**< sum of pressure */
    double weight;       /**< sum of pressure above the patch's own foot: a cell that enters or
                              leaves does so with no weight, so the centre does not jump */
    double core, cx, cy; /**< cells that bear well more than the threshold; sums of their x and y */
    double sx, sy, sxx, syy, sxy; /**< so weighted sums of x, y, x*x, y*y, x*y */
    double peak_kpa;
    uint32_t cells;
    bool at_edge;            /**< has a cell on the mat's border */
    uint16_t r0, r1, c0, c1; /**< bounding box, inclusive */
};

/** Centre, spread and axis of moments. */
struct shape {
    double x_mm, y_mm;
    double length_mm, width_mm; /**< 4 standard deviations along and across the long axis */
    double angle_rad;           /**< of the long axis against x, -pi/2 .. pi/2 */
};

/** The highest cells of a set; zeroed: none yet. */
struct crest {
    double first_kpa, second_kpa;
};

void crest_take(struct crest *crest, double kpa);

/** Up to which pressure a cell of the set may bear no more than the trail that a load leaves
 * behind: it belongs to the set, but says nothing about where that is. @param least_kpa at least so
 * much */
double crest_foot_kpa(const struct crest *crest, double least_kpa);

/** An empty set. */
struct moments moments_none(void);

/** A cell to be added. */
struct loaded_cell {
    uint16_t r, c;
    double at_mm[2]; /**< its centre */
    double kpa, weight;
};

void moments_cell(struct moments *moments, const struct loaded_cell *cell);

void moments_add(struct moments *sum, const struct moments *more);

/** Variances in x and y and the covariance of a set that is not empty. */
void moments_spread(const struct moments *moments, double spread_mm2[3]);

/** Centre and axis of a set that is not empty. */
struct shape moments_shape(const struct moments *moments);

struct patches;

/** @return NULL when out of memory */
struct patches *patches_create(const struct geometry *geometry,
                               const struct parameters *parameters);

/** Finds the patches of a frame.
 *  @param known [rows*cols] not 0 where a contact was in the frame before: there less is needed
 *  @return their number, at most PATCHES_MAX */
size_t patches_push(struct patches *patches, const struct pressure *pressure, const uint8_t *known);

/** The moments of patch i of the last frame. */
const struct moments *patches_moments(const struct patches *patches, size_t i);

/** The pressure from which a cell belongs to patch i. */
double patches_least_kpa(const struct patches *patches, size_t i);

/** The cells of patch i: indices r*cols+c. @param count set to their number */
const uint32_t *patches_cells(const struct patches *patches, size_t i, size_t *count);

void patches_destroy(struct patches *patches);

#endif
