/**
 * @file scan.h
 * What one tool has met since its last stroke, place by place.
 *
 * By no-slip rolling a place of the body always meets the same place on the mat, under the middle
 * of the tool. So what is compared is the load under the middle: for a strip its load at each point
 * along it, relative to the strip's own spread of load (profile.h) and to the whole force; for
 * balls the mean pressure, relative to what is typical for the pass. Each value belongs to the
 * place where the middle is, and is shared among the four cells around it by distance.
 */
#ifndef ROLLSCOPE_DETECT_SCAN_H
#define ROLLSCOPE_DETECT_SCAN_H

#include "profile.h"

#include <stdbool.h>

#define SCAN_VALUES 1024

struct scan {
    struct geometry geometry;
    uint32_t cells;
    struct profile profile;
    enum contact_kind kind; /* of what is being gathered */
    double side_mm[2];      /* from the centre of a pair to one of its balls */
    double low_mm, high_mm; /* reach of a strip along its axis */
    uint32_t value_count, value_skip, value_seen;
    float values[SCAN_VALUES]; /* a ball's mean pressures, evenly spaced in time */
    float *load;               /* [cells] integral of the value over time, shared among cells */
    float *weight;             /* [cells] of the time */
    float *cover;              /* [cells] largest share that the cell had, 0 .. 1 */
    float *pressed;            /* [cells] integral of pressure, kPa s */
    float *peak;               /* [cells] highest pressure, kPa */
};

/** Allocates the arrays. @return false when out of memory */
bool scan_open(struct scan *scan, const struct geometry *geometry);

/** Forgets the tool: another one comes. */
void scan_begin(struct scan *scan);

/** Forgets what was met, keeps the profile. */
void scan_clear(struct scan *scan);

/** Takes a frame in. @param slot the contact's */
void scan_take(struct scan *scan, int slot, const struct contacts *contacts,
               const struct pressure *pressure, double dt_s);

/** What a ball's values are to be divided by: the low side of the pass, kPa; 1 for a strip. */
double scan_base(struct scan *scan);

/** Relative load of a cell in this pass: about 1. NaN where the tool's middle was not. */
double scan_ratio(const struct scan *scan, uint32_t cell, double base);

void scan_close(struct scan *scan);

#endif
