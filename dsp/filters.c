#include "filters.h"

#include <assert.h>
#include <math.h>

#define PI 3.14159265358979323846

static double sinc_tap(size_t index, size_t count, double cutoff)
{
    double at = (double)index - 0.5 * (double)(count - 1);
    double window = 0.5 - 0.5 * cos(2 * PI * (double)(index + 1) / (double)(count + 1));
    double angle = 2 * PI * cutoff * at;
    return window * (index * 2 + 1 == count ? 1 : sin(angle) / angle);
}

void fir_lowpass(float *taps, size_t count, double cutoff)
{
    assert(count % 2 == 1 && cutoff > 0 && cutoff < 0.5);
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += sinc_tap(i, count, cutoff);
    for (size_t i = 0; i < count; i++)
        taps[i] = (float)(sinc_tap(i, count, cutoff) / sum);
}
