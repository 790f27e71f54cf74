#include "smoothness.h"

#include <math.h>

static const double cut_hz = 10, least_amplitude = 0.05, full_turn = 6.283185307179586;

/* Zero padding as in the published definition: the next power of two, sixteenfold. */
static size_t padded(size_t count)
{
    size_t size = 1;
    while (size < count)
        size *= 2;
    return size * 16;
}

/* |DFT| at one frequency; of a speed profile the mean is the largest. */
static double amplitude(const double *speed, size_t count, double turns)
{
    double c = cos(full_turn * turns), s = sin(full_turn * turns);
    double wc = 1, ws = 0, re = 0, im = 0;
    for (size_t i = 0; i < count; i++) {
        re += speed[i] * wc;
        im -= speed[i] * ws;
        double next = wc * c - ws * s;
        ws = wc * s + ws * c;
        wc = next;
    }
    return hypot(re, im);
}

double smoothness_sparc(const double *speed, size_t count, double rate_hz)
{
    if (count < 8 || count > SMOOTHNESS_MAX)
        return NAN;
    double spectrum[SMOOTHNESS_MAX * 8 + 1];
    size_t size = padded(count), last = 0;
    size_t bins = (size_t)fmin(cut_hz * (double)size / rate_hz, (double)size / 2) + 1;
    double most = amplitude(speed, count, 0), length = 0;
    if (!(most > 0))
        return NAN;
    for (size_t k = 0; k < bins; k++) {
        spectrum[k] = amplitude(speed, count, (double)k / (double)size) / most;
        if (spectrum[k] >= least_amplitude)
            last = k;
    }
    for (size_t k = 1; k <= last; k++)
        length += hypot(1 / (double)last, spectrum[k] - spectrum[k - 1]);
    return -length;
}
