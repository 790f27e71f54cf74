/**
 * @file company.h
 * Whether two contacts are parts of one tool: they landed together and lie in line or side by side
 * as pieces of a strip or a pair of balls do, or they have moved as one since, or move as one in
 * touch with each other. Once they have moved apart they are two until one of them lands anew, or,
 * where they look like the balls of a pair or lie in line, until they have moved as one twice in
 * turn.
 */
#ifndef ROLLSCOPE_DETECT_COMPANY_H
#define ROLLSCOPE_DETECT_COMPANY_H

#include "track.h"

/** What is known about two contacts. */
struct company {
    uint32_t ids[2];     /**< whom this is about */
    double landed_s;     /**< the later of the two landings */
    double origin_mm[4]; /**< drifts of both when that landing was over */
    bool apart;          /**< they have not moved as one */
    int agreed;          /**< so many times they have done so since */
    bool touched;        /**< they touched in the last frame */
    double touch_mm[4];  /**< drifts of both when they began to touch */
};

/** Takes both into a frame. @return true: they are one */
bool company_push(struct company *company, const struct track *a, const struct track *b,
                  double pitch_mm);

/** The same for whether they touch: what rolls along in touch with a tool is a part of it, whenever
 *  it landed. @return true: they are one */
bool company_touch(struct company *company, const struct track *a, const struct track *b,
                   bool touching);

#endif
