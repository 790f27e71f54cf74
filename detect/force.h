/**
 * @file force.h
 * A contact's reference force: the 80th percentile of its own loaded force so far, from a histogram
 * over time with logarithmic bins (5 % wide), interpolated within the bin.
 */
#ifndef ROLLSCOPE_DETECT_FORCE_H
#define ROLLSCOPE_DETECT_FORCE_H

#define FORCE_BINS 192

struct force {
    double total_s, most_n;
    double bins[FORCE_BINS]; /* seconds spent at each force */
};

/** Adds a time at a force. */
void force_add(struct force *force, double force_n, double duration_s);

/** The force below which the contact was for `share` of the time; 0 before the first one. */
double force_quantile(const struct force *force, double share);

#endif
