/**
 * @file stages.h
 * The outer stages of a fast Fourier transform over rows of lanes: what is left after them are
 * `length / inner` short transforms of `inner` rows each. Forward they leave their results in the
 * order in which backward takes them, which is all that a convolution needs.
 * Source of the method: Gentleman and Sande 1966 (decimation in frequency), radix 4.
 */
#ifndef ROLLSCOPE_DSP_STAGES_H
#define ROLLSCOPE_DSP_STAGES_H

#include <stddef.h>

/** Floats of a row: real and imaginary parts in turn. */
#define STAGE_LANES 16

/** Root of unity: cosine, sine, and the sine's negative, so that turning adds and never subtracts:
 *  compilers make fused operations of sums that alternate with differences, whatever they are told.
 */
struct root {
    float c, s, n;
};

/** Which stages. */
struct stages {
    size_t length, inner;     /**< length / inner is a power of 4 */
    const struct root *roots; /**< [length] of exp(-2 pi i k / length) */
};

/** Sets roots[length]. */
void stages_roots(struct root *roots, size_t length);

/** Leaves transforms of `inner` rows that lie one behind the other. In place.
 *  @param rows [length][STAGE_LANES] */
void stages_forward(const struct stages *stages, float *rows);

/** Undoes it but for the factor length / inner. */
void stages_backward(const struct stages *stages, float *rows);

#endif
