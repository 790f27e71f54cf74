/**
 * @file relief.h
 * The session's relief of relative pressure: how much each place rises over the places beside it,
 * pass by pass.
 *
 * Method: each pass's values (scan.h) are smoothed to three widths. At each place and width the
 * rise over the chord between the two places at a distance on both sides is taken along the path,
 * along the tool's axis and along both diagonals: so a slope is no rise, nor is a stripe, nor where
 * another pass began. Balls know only their path. Sums over the passes give each way's mean and its
 * error. Where it stands out is found in summits.h.
 */
#ifndef ROLLSCOPE_DETECT_RELIEF_H
#define ROLLSCOPE_DETECT_RELIEF_H

#include "polish.h"
#include "scan.h"

#include <stdbool.h>

#define RELIEF_WIDTHS 3
#define RELIEF_WAYS   4

/** Sums over the passes of one way's rise at one width, [places] each. */
struct relief_sums {
    float *rise, *square, *passes;
};

/** What is usual for a way at a width. */
struct relief_noise {
    double scatter;  /* one standard deviation of the means over the map */
    double variance; /* of the rises from pass to pass */
    double passes;
};

struct relief {
    struct scan_grid grid;
    size_t places;
    double smooth_mm[RELIEF_WIDTHS], apart_mm[RELIEF_WIDTHS];
    struct relief_sums sums[RELIEF_WIDTHS][RELIEF_WAYS];
    struct polish *polish;
    float *passes;                  /* [places] */
    float *balls;                   /* [places] of them, those of balls */
    float *met;                     /* [places] scratch: what the pass met */
    float *value, *cover, *work[2]; /* [places] scratch: a smoothed pass */
    float *best;                    /* [places] significance, of the best width */
    uint8_t *width;                 /* [places] which that is */
    uint8_t *known;                 /* [places] scratch: beside a spot */
    struct relief_noise noise[RELIEF_WIDTHS][RELIEF_WAYS];
};

/** Allocates. @return false when out of memory */
bool relief_open(struct relief *relief, const struct scan_grid *grid);

/** What a pass met. */
struct relief_pass {
    const float *load, *weight; /**< [grid] sums of the value times the weight; of the weight */
    bool strip;
    int ways;        /**< that are known: the first of along the path, the axis, the diagonals */
    double along[2]; /**< a strip's axis, a unit vector */
    double way[2];   /**< the path, a unit vector */
};

void relief_add(struct relief *relief, const struct relief_pass *pass);

/** How many passes went over a place on the mat. */
double relief_passes(const struct relief *relief, const double at_mm[2]);

void relief_clear(struct relief *relief);

void relief_close(struct relief *relief);

#endif
