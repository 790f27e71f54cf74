/**
 * @file profile.h
 * How a strip's load is spread along it, and what is usual for it. The usual spread is a low
 * quantile over the way that the strip rolled, not a mean, so that a hot spot that it often meets
 * does not become part of the tool. Loads are relative to the contact's force.
 */
#ifndef ROLLSCOPE_DETECT_PROFILE_H
#define ROLLSCOPE_DETECT_PROFILE_H

#include "contacts.h"

/** Bins of one pitch along the strip, counted from a point of the strip that moves across it only;
 *  there bin PROFILE_SIDES / 2 is. So a strip that turns a little keeps its bins. */
#define PROFILE_SIDES 768

struct profile {
    double bin_mm;
    bool strip;
    double centre_mm[2], along[2], across[2]; /* of the contact in this frame */
    bool aimed;
    double pivot_mm[2];
    double line[PROFILE_SIDES];   /* this frame's load along the strip */
    bool spoilt[PROFILE_SIDES];   /* a faulty cell lies in it in this frame */
    double spread[PROFILE_SIDES]; /* what is usual; 0 where nothing was seen yet */
    double way_mm[PROFILE_SIDES]; /* rolled while a bin was loaded */
    double level, end;            /* set by profile_level() */
    double pair[2];               /* what is usual for each of two balls */
    double pair_way_mm;           /* rolled by the pair */
    int least, most;              /* first and last bin of this frame's line */
};

/** Empties the profile. */
void profile_clear(struct profile *profile, const struct geometry *geometry);

/** Takes over where the contact is in this frame and empties its line. @param strip it is one */
void profile_aim(struct profile *profile, const struct track *track, bool strip);

/** Adds a cell to the line. @param relative pressure over the contact's force
 *  @param faulty it is only reckoned from its neighbours */
void profile_line(struct profile *profile, const double at_mm[2], double relative, bool faulty);

/** Learns the spread from the line. @param way_mm rolled since the last frame */
void profile_learn(struct profile *profile, double way_mm);

/** Finds by how much this frame's whole line differs from what is usual: the middle of its bins, so
 *  that neither a hot spot nor a hand at the strip's end counts. */
void profile_level(struct profile *profile);

/** Load of this frame in a bin over what is usual and over the level; NaN at the strip's ends,
 *  where little is, and where a cell is faulty. */
double profile_ratio(const struct profile *profile, int bin);

/** Whether a place lies under the strip, and not at its ends, where little is. */
bool profile_reaches(const struct profile *profile, const double at_mm[2]);

/** The pressure of one of two balls over what is usual for it, which it learns.
 *  @param side 0 or 1: which of them. @param way_mm rolled since the last frame */
double profile_pair(struct profile *profile, int side, double value, double way_mm);

/** Forgets what is usual for two balls. */
void profile_forget_pair(struct profile *profile);

/** Where the middle of a strip is in a bin, in the mat's frame. */
void profile_place(const struct profile *profile, double bin, double at_mm[2]);

#endif
