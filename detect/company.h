/**
 * @file company.h
 * Whether two contacts are parts of one tool: they landed together and lie in line or side by side
 * as pieces of a strip or a pair of balls do, or they have moved as one since. Once they have moved
 * apart they are two until one of them lands anew.
 */
#ifndef ROLLSCOPE_DETECT_COMPANY_H
#define ROLLSCOPE_DETECT_COMPANY_H

#include "track.h"

/** What is known about two contacts. */
struct company {
    uint32_t ids[2];     /**< whom this is about */
    double landed_s;     /**< the later of the two landings */
    double origin_mm[4]; /**< drifts of both when that landing was over */
    bool apart;          /**< they have moved apart */
};

/** Takes both into a frame. @return true: they are one */
bool company_push(struct company *company, const struct track *a, const struct track *b,
                  double pitch_mm);

#endif
