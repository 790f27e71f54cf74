/**
 * @file profile.h
 * A tool's own pressure profile, learnt while it is on the mat: how pressure falls off from the
 * middle of a ball (by distance from its centre) or of a strip (by distance from its axis), and how
 * a strip's load is spread along it. Pressures are relative: over the contact's force.
 *
 * The spread along a strip is a low quantile over the way it rolled, not a mean, so that a hot spot
 * that the tool often meets does not become part of the tool.
 */
#ifndef ROLLSCOPE_DETECT_PROFILE_H
#define ROLLSCOPE_DETECT_PROFILE_H

#include "contacts.h"

#define PROFILE_BINS  128
#define PROFILE_SIDES 768

struct profile {
    double off_bin_mm, side_bin_mm;
    bool strip;
    double centre_mm[2], along[2], across[2];        /* of the contact in this frame */
    double sums[PROFILE_BINS], counts[PROFILE_BINS]; /* relative pressure by distance */
    double line[PROFILE_SIDES];                      /* this frame's load along the strip */
    double spread[PROFILE_SIDES]; /* its low quantile over the way; 0 where nothing was seen yet */
    int least_side, most_side;    /* of this frame's line */
};

/** A cell as a tool sees it. */
struct profile_place {
    double off_mm; /**< from the centre of the nearest ball, or from the strip's axis */
    double side;   /**< position along the strip, in bins; 0 for balls */
};

/** Empties the profile. */
void profile_clear(struct profile *profile, const struct geometry *geometry);

/** Takes over where the contact is in this frame and empties its line. */
void profile_aim(struct profile *profile, const struct track *track);

/** Where a point lies under the tool. @param part the blob that it belongs to */
struct profile_place profile_place(const struct profile *profile, const struct blob *part,
                                   const double at_mm[2]);

/** First pass over a frame's cells, strips only: adds a cell to the line. */
void profile_line(struct profile *profile, const struct profile_place *place, double relative);

/** After the first pass: learns the spread from the line. @param way_mm rolled since the last frame
 */
void profile_learn_line(struct profile *profile, double way_mm);

/** Second pass: learns how pressure falls off. */
void profile_learn(struct profile *profile, const struct profile_place *place, double relative,
                   double weight);

/** The relative pressure to expect at a place; 0 where nothing is known yet. */
double profile_expect(const struct profile *profile, const struct profile_place *place);

/** How well the tool covers a place: the fall-off alone, 1 in the middle. */
double profile_cover(const struct profile *profile, const struct profile_place *place);

#endif
