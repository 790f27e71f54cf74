/**
 * @file tread.h
 * What each cell bore in a pass, against what the tool's own footprint would have put on it.
 *
 * The footprint is the mean share of the tool's load that a cell bears, by the cell's distance from
 * the tool's middle: of a strip across it, signed by the way it goes; of a ball all round. A place
 * of the mat under which the body, or what lies on the mat, is harder bears more than that wherever
 * the tool stands over it, which a wide tool's load alone (scan.h) smears along the path; but so
 * does a cell of high gain. The two are witnesses of a hot spot that err in different ways.
 */
#ifndef ROLLSCOPE_DETECT_TREAD_H
#define ROLLSCOPE_DETECT_TREAD_H

#include "profile.h"

/** Bins of 2 mm. */
#define TREAD_BINS 96

struct tread {
    bool strip;
    double owed_mm[2];         /* way since it last took a frame in */
    double shape[TREAD_BINS];  /* share of the load, by distance from the middle */
    double way_mm[TREAD_BINS]; /* that it was learnt over */
    double most;               /* the highest share */
    float *load;               /* [cells] borne, over the highest share, times the way in cells */
    float *weight;             /* [cells] what the footprint would have put there */
};

/** A frame of a tool. */
struct tread_frame {
    const struct contacts *contacts;
    int slot;
    const struct pressure *pressure;
    const struct profile *profile; /**< aimed; of a strip with its level */
    bool pair;
    double kpa[2], at_mm[2][2]; /**< load and middle of balls; those of a pair by their side */
};

/** Forgets the footprint. */
void tread_forget(struct tread *tread);

/** Takes a frame in once the tool has gone a millimetre: learns the footprint and adds what the
 *  cells bear. */
void tread_take(struct tread *tread, const struct tread_frame *frame,
                const struct geometry *geometry);

#endif
