/**
 * @file filters.h
 * Design of the filters.
 */
#ifndef ROLLSCOPE_DSP_FILTERS_H
#define ROLLSCOPE_DSP_FILTERS_H

#include <stddef.h>

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

#endif
