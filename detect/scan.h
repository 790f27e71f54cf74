/**
 * @file scan.h
 * What one tool has pressed since its last stroke, cell by cell, against its own profile.
 */
#ifndef ROLLSCOPE_DETECT_SCAN_H
#define ROLLSCOPE_DETECT_SCAN_H

#include "profile.h"
#include "traces.h"

#define SCAN_FORCES 1024

struct scan {
    struct geometry geometry;
    uint32_t cells;
    struct profile profile;
    double force_n;         /* of the last frame */
    double low_mm, high_mm; /* reach of a strip along its axis */
    double seconds;
    uint32_t force_count, force_skip, force_seen;
    float forces[SCAN_FORCES];
    float *load;     /* [cells] integral of pressure over force (strip) or of pressure (ball) */
    float *expected; /* [cells] integral of what the profile leads to expect */
    float *cover;    /* [cells] how well the cell was covered at best, 0 .. 1 */
    float *pressed;  /* [cells] integral of pressure, kPa s */
    float *dwell;    /* [cells] time covered, s */
    float *peak;     /* [cells] highest pressure, kPa */
};

/** Allocates the arrays. @return false when out of memory */
bool scan_open(struct scan *scan, const struct geometry *geometry);

/** Forgets the tool: another one comes. */
void scan_begin(struct scan *scan);

/** Forgets what was pressed, keeps the profile. */
void scan_clear(struct scan *scan);

/** Takes a frame in. @param slot the contact's */
void scan_take(struct scan *scan, int slot, const struct contacts *contacts,
               const struct pressure *pressure, double dt_s);

/** Relative pressure of a cell in this pass: 1 as expected. NaN where the tool hardly was. */
double scan_ratio(const struct scan *scan, uint32_t cell, double base);

/** What a ball's ratios are to be divided by: the typical force of the pass, N; 1 for a strip. */
double scan_base(struct scan *scan);

void scan_close(struct scan *scan);

#endif
