/**
 * @file spectrum.h
 * Power spectra of short signals, and the line that stands out in one.
 */
#ifndef ROLLSCOPE_DSP_SPECTRUM_H
#define ROLLSCOPE_DSP_SPECTRUM_H

#include <stdbool.h>
#include <stddef.h>

/** A uniformly sampled signal, borrowed. */
struct series {
    const float *values; /**< [count] */
    size_t count;
    double rate_hz;
};

/** Where to look for a line, Hz. */
struct band {
    double low_hz, high_hz;             /**< the line lies here */
    double floor_low_hz, floor_high_hz; /**< and stands out against this range, which holds it */
};

/** A line in a spectrum. */
struct line {
    double frequency_hz; /**< between bins by a parabola through the logarithms */
    double amplitude;    /**< of the sine, in the signal's unit */
    double ratio;        /**< its density over the mean density of the rest of the floor range */
    double share;        /**< of the power of the floor range, 0 .. 1 */
};

/** One length of transform. One thread. */
struct spectrum;

/** Makes one. @param length of the transform, even, >= 16 @return NULL when out of memory */
struct spectrum *spectrum_create(size_t length);

/** Number of bins, length / 2 + 1; bin k is at k * rate / length. */
size_t spectrum_bins(const struct spectrum *spectrum);

/**
 * One-sided density of one segment: mean taken off, periodic Hann window over the whole series,
 * zeros up to the length. As scipy.signal.periodogram(window="hann", nfft=length).
 * @param series count 2 .. length
 * @return [bins], squared unit per Hz, valid until the next call. Allocates nothing.
 */
const float *spectrum_density(struct spectrum *spectrum, const struct series *series);

/**
 * Welch's mean density over segments of the transform's length that overlap by half. As
 * scipy.signal.welch(nperseg=length).
 * @param series count >= length
 * @return as spectrum_density()
 */
const float *spectrum_welch(struct spectrum *spectrum, const struct series *series);

/**
 * Finds the highest bin of a band that is higher than its two neighbours, in the density of the
 * last spectrum_density() call.
 * @return false when there is none; then line is untouched
 */
bool spectrum_line(const struct spectrum *spectrum, const struct band *band, struct line *line);

/** NULL is allowed. */
void spectrum_destroy(struct spectrum *spectrum);

#endif
