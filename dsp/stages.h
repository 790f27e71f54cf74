/**
 * @file stages.h
 * A fast Fourier transform over rows of lanes, eight complex signals side by side. Forward leaves
 * its results in the order in which backward takes them, which is all that a convolution needs.
 * Source of the method: Gentleman and Sande 1966 (decimation in frequency), radix 4, and a last
 * stage of radix 2 where the length is no power of 4.
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

/** A transform. */
struct stages {
    size_t length;            /**< a power of 2 */
    const struct root *roots; /**< [length] of exp(-2 pi i k / length) */
};

/** Sets roots[length]. */
void stages_roots(struct root *roots, size_t length);

/** Transforms, in place. @param rows [length][STAGE_LANES] */
void stages_forward(const struct stages *stages, float *rows);

/** Undoes it but for the factor length. */
void stages_backward(const struct stages *stages, float *rows);

#endif
