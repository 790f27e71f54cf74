/**
 * @file bank.h
 * A symmetric FIR filter over many channels by overlap-save with KissFFT: two channels are the real
 * and the imaginary part of one complex transform, and stay apart because the filter is real. The
 * outer stages of eight such transforms run side by side (stages.h), KissFFT does the inner ones.
 * Source of the method: Oppenheim and Schafer, Discrete-Time Signal Processing, block convolution.
 */
#ifndef ROLLSCOPE_DSP_BANK_H
#define ROLLSCOPE_DSP_BANK_H

#include <stddef.h>

/** Channels that are filtered at a time; rows of channels are padded to a multiple. */
#define BANK_GROUP 16

/** One filter. One thread. */
struct bank;

/**
 * Makes a bank.
 * @param taps [count], symmetric
 * @param count odd
 * @param length of the transform, a power of two, >= 2 * count
 * @return NULL when out of memory
 */
struct bank *bank_create(const float *taps, size_t count, size_t length);

/** Samples of a block's result, length - count + 1. */
size_t bank_hop(const struct bank *bank);

/**
 * Filters one block of BANK_GROUP channels. Result k is centred on input k + (count - 1) / 2.
 * Allocates nothing. Test: tests/dsp/test_vectors.c.
 * @param in [length] rows of channels
 * @param out [hop] rows of channels
 * @param first channel, a multiple of 2; rows reach to first + BANK_GROUP
 */
void bank_filter(struct bank *bank, const float *const *in, float *const *out, size_t first);

/** NULL is allowed. */
void bank_destroy(struct bank *bank);

#endif
