/**
 * @file smoothness.h
 * Spectral arc length of a speed profile (SPARC: Balasubramanian et al., J NeuroEng Rehabil 2015):
 * minus the length of the normalised amplitude spectrum up to the highest frequency, at most 10 Hz,
 * at which it still reaches 5 % of its maximum. Near -1.4 for one smooth bell; lower is rougher.
 */
#ifndef ROLLSCOPE_DETECT_SMOOTHNESS_H
#define ROLLSCOPE_DETECT_SMOOTHNESS_H

#include <stddef.h>

/** The longest profile. */
#define SMOOTHNESS_MAX 512

/**
 * @param speed [count] speeds at even spacing, any unit
 * @param count at least 8, at most SMOOTHNESS_MAX
 * @param rate_hz samples a second
 * @return the spectral arc length, NaN for a profile that is too short or zero. No allocation.
 */
double smoothness_sparc(const double *speed, size_t count, double rate_hz);

#endif
