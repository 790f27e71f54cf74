/**
 * @file match.h
 * Pairs what is true with what was found, one to one, the likest pair first.
 */
#ifndef ROLLSCOPE_SCORE_MATCH_H
#define ROLLSCOPE_SCORE_MATCH_H

#include <stddef.h>

struct match_pair {
    size_t truth, found;
    double likeness;
};

struct match {
    const void *context;
    size_t truth_count, found_count;
    double least; /**< likeness that makes a pair; must be met, and be above 0 */
    double (*likeness)(const void *context, size_t truth, size_t found);
    struct match_pair *pairs; /**< set, [count]; by likeness, falling */
    size_t count;
};

/** Finds the pairs. @return STATUS_OK or STATUS_MEMORY; match_clear() in any case */
int match_find(struct match *match);

/** Gives the pairs back. */
void match_clear(struct match *match);

#endif
