/**
 * @file stand.h
 * What a strip shows while it stands: a hot spot under a tool that does not move.
 *
 * Summed over a stand, the load along the strip is smoothed at two widths and compared with the
 * higher of the places on both sides: so neither a tilt nor the strip's end is a rise. What else
 * varies along the strip, the gain of its cells above all, is the noise: a stand does not tell gain
 * from tissue, so a rise must stand out from that by much. Balls show nothing: what is under one is
 * its whole patch.
 */
#ifndef ROLLSCOPE_DETECT_STAND_H
#define ROLLSCOPE_DETECT_STAND_H

#include "profile.h"

/** At most so many places are found under one strip. */
#define STAND_RISES 3

/** A strip that stands, or stood. */
struct stand {
    double start_s, last_s;
    double impulse_ns;             /**< of the whole strip */
    double origin[2], along[2];    /**< sums, over the impulse: of bin PROFILE_SIDES / 2 */
    double at_mm;                  /**< across the strip, where it began */
    int least, most;               /**< bins */
    double line_ns[PROFILE_SIDES]; /**< impulse in each bin */
    bool spoilt[PROFILE_SIDES];    /**< a faulty cell lay in it */
};

/** The present stand of a contact and the one before. */
struct stands {
    struct stand now, before;
};

/** A place that rises under a strip that stood. */
struct stand_rise {
    double at_mm[2], radius_mm;
    double contrast;     /**< relative rise */
    double significance; /**< over what else varies along the strip */
    double impulse_ns;   /**< within the radius along the strip */
};

void stands_clear(struct stands *stands);

/** Takes the strip of a frame in. @param extent_mm it stands while it stays within this */
void stands_take(struct stands *stands, const struct profile *profile, double force_n,
                 const double time_s[2], double extent_mm);

/** The stand that was a hold. @return NULL: neither was */
const struct stand *stands_of_hold(const struct stands *stands, double start_s, double end_s);

/** Finds where it rises. @param bin_mm of the profile
 *  @return how many, the most significant first */
int stand_find(const struct stand *stand, double bin_mm, struct stand_rise rises[STAND_RISES]);

#endif
