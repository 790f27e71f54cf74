/**
 * @file scan.h
 * What one tool has met since its last stroke, place by place.
 *
 * By no-slip rolling a place of the body always meets the same place on the mat, under the middle
 * of the tool. So what is compared is the load under the middle: for a strip its load at each point
 * along it, relative to the strip's own spread of load and to its level (profile.h); for balls
 * their pressure. Each value belongs to the place where the middle is, and is shared among the four
 * places of a fine grid around it by distance. Frames are joined along the way.
 */
#ifndef ROLLSCOPE_DETECT_SCAN_H
#define ROLLSCOPE_DETECT_SCAN_H

#include "tread.h"

#include <stdbool.h>

/** Kinds of contacts. */
#define SCAN_KINDS (CONTACT_BODY + 1)

/** A grid finer than the mat's cells: places are known to much less than a pitch. */
struct scan_grid {
    int rows, cols, parts; /* parts of a cell along each side */
    double step_x_mm, step_y_mm;
};

/** What a strip showed in one frame. */
struct scan_line {
    int least, most;                /* bins */
    double ratio[PROFILE_SIDES];    /* NaN where nothing is known */
    double at_mm[PROFILE_SIDES][2]; /* of the strip's middle */
};

/** What a ball showed in one frame. */
struct scan_ball {
    bool known;
    double at_mm[2], value;
};

/** The way of one of two balls since the last stroke. */
struct scan_side {
    bool begun;
    double first_mm[2], far_mm[2]; /* where it was first, and farthest from there */
    double last_mm[2], off_mm[2];  /* where it was last, and that from the centre of both */
};

struct scan {
    struct geometry geometry;
    uint32_t cells;
    struct scan_grid grid;
    struct profile profile;
    double kinds_s[SCAN_KINDS]; /* time that the tool was of each kind */
    enum contact_kind kind;     /* that it was for longest */
    bool begun;                 /* something has been gathered */
    bool resolved;              /* a ball wide enough to show its pressure, not only its force */
    double width_mm;            /* that the tool seemed to have when that began */
    struct scan_line line, before;
    struct scan_ball balls[2];
    struct scan_side sides[2];
    bool sides_known;       /* from the frame before, or before the last stroke */
    double low_mm, high_mm; /* reach of a strip along its axis */
    const uint8_t *faults;  /* [cells] of the present frame */
    struct tread tread;
    float *load;    /* [grid] sum of the value, shared among the places around */
    float *weight;  /* [grid] of the shares */
    float *stay;    /* [cells] time that the tool's middle was there, s */
    float *pressed; /* [cells] integral of pressure, kPa s */
    float *peak;    /* [cells] highest pressure, kPa */
};

/** The grid for a mat. */
struct scan_grid scan_grid_for(const struct geometry *geometry);

/** Allocates the arrays. @return false when out of memory */
bool scan_open(struct scan *scan, const struct geometry *geometry);

/** Forgets the tool: another one comes. */
void scan_begin(struct scan *scan);

/** Forgets what was met, keeps the profile. */
void scan_clear(struct scan *scan);

/** Takes a frame in. @param slot the contact's */
void scan_take(struct scan *scan, int slot, const struct contacts *contacts,
               const struct pressure *pressure, double dt_s);

void scan_close(struct scan *scan);

#endif
