/**
 * @file filters.h
 * Filters over many channels at once (cells, or the signals of contacts), and their design.
 */
#ifndef ROLLSCOPE_DSP_FILTERS_H
#define ROLLSCOPE_DSP_FILTERS_H

#include <stddef.h>

/** One second-order section, a0 = 1: y = b0 x + b1 x' + b2 x'' - a1 y' - a2 y''. */
struct section {
    float b0, b1, b2, a1, a2;
};

/**
 * Designs a low-pass filter: windowed sinc (Hann window over count + 2 points, ends left out), sum
 * exactly normalised to 1. Delay (count - 1) / 2 samples; -6 dB at the cutoff; transition about
 * 3.3 / count of the rate. As scipy.signal.firwin(count, cutoff, window=w, fs=1) with the same
 * window. Test: tests/dsp/test_filters.c.
 * @param taps set; [count]
 * @param count odd, >= 1
 * @param cutoff share of the sample rate, 0 < cutoff < 0.5
 */
void fir_lowpass(float *taps, size_t count, double cutoff);

/**
 * Designs a Butterworth low-pass filter of even order as sections, by the bilinear transform with
 * the cutoff kept in place. As scipy.signal.butter(order, 2 * cutoff, output="sos").
 * @param sections set; [order / 2]
 * @param order 2, 4, ... 16
 * @param cutoff share of the sample rate, 0 < cutoff < 0.5, -3 dB there
 */
void butterworth_lowpass(struct section *sections, size_t order, double cutoff);

/** A cascade of sections over channels; direct form II transposed, float. One thread. */
struct biquads;

/**
 * Makes a cascade at rest.
 * @param channels >= 1
 * @param sections [count], copied
 * @param count >= 1
 * @return NULL when out of memory
 */
struct biquads *biquads_create(size_t channels, const struct section *sections, size_t count);

/** Filters one sample of every channel. Latency: none but the filter's own phase. Allocates
 *  nothing. @param in [channels] @param out [channels], may be `in` */
void biquads_push(struct biquads *biquads, const float *in, float *out);

/** Back to rest. */
void biquads_reset(struct biquads *biquads);

/** NULL is allowed. */
void biquads_destroy(struct biquads *biquads);

#endif
