/**
 * @file sine.h
 * The one sine that explains most of a short signal, fitted together with a parabola: sharper than
 * a windowed transform where there are only two or three cycles. Source of the method: the
 * generalised periodogram by least squares (Lomb 1976; Zechmeister and Kuerster 2009).
 */
#ifndef ROLLSCOPE_DSP_SINE_H
#define ROLLSCOPE_DSP_SINE_H

#include <stdbool.h>
#include <stddef.h>

/** Where to look. The signals share one frequency, each with an amplitude and phase of its own. */
struct sine_search {
    const float *signals[2]; /**< [count] each, a parabola already taken off by least squares */
    size_t signal_count;     /**< 1 or 2 */
    size_t count;
    double rate_hz;
    double low_hz, high_hz;
};

/** What was found. */
struct sine {
    double frequency_hz;
    double share; /**< of the signals' power that it explains, 0 .. 1 */
};

/**
 * Finds the best frequency between the two. Cost: count times the number of frequencies tried,
 * which are a quarter of 1 / duration apart. Allocates nothing.
 * @return false when the best lies at either end, or the signals are zero
 */
bool sine_find(const struct sine_search *search, struct sine *sine);

#endif
