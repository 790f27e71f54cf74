/**
 * @file held.h
 * The places of a session that rose while a strip was held on them: hot spots that no pass has
 * shown. How sure each is, is fitted to simulated sessions.
 */
#ifndef ROLLSCOPE_DETECT_HELD_H
#define ROLLSCOPE_DETECT_HELD_H

#include "stand.h"

/** So many places are remembered: the first. */
#define HELD_MAX 32

/** One place. */
struct held_place {
    struct stand_rise rise; /**< of the hold that showed it most */
    double dwell_s, impulse_ns, peak_kpa;
    double first_s, last_s;
};

struct held {
    size_t count;
    struct held_place places[HELD_MAX];
};

/** Takes what rose in a hold; within merge_mm of a known place it is the same one. */
void held_take(struct held *held, const struct held_place *place, double merge_mm);

/** The share of such places that are real. */
double held_confidence(const struct held_place *place);

#endif
