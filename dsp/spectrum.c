#include "spectrum.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <kiss_fftr.h>

#define PI 3.14159265358979323846

/* Half width of the Hann window's main lobe, in 1 / duration. */
#define LOBE 2.0

struct spectrum {
    size_t length, count; /* of the transform, of the last segment */
    double rate_hz;
    kiss_fftr_cfg transform;
    kiss_fft_cpx *bins;
    float *segment, *density, *mean;
};

struct spectrum *spectrum_create(size_t length)
{
    assert(length % 2 == 0 && length >= 16);
    struct spectrum *spectrum = calloc(1, sizeof *spectrum);
    if (!spectrum)
        return NULL;
    size_t bins = length / 2 + 1;
    spectrum->length = length;
    spectrum->transform = kiss_fftr_alloc((int)length, 0, NULL, NULL);
    spectrum->bins = calloc(bins, sizeof *spectrum->bins);
    spectrum->segment = calloc(length, sizeof(float));
    spectrum->density = calloc(bins, sizeof(float));
    spectrum->mean = calloc(bins, sizeof(float));
    if (spectrum->transform && spectrum->bins && spectrum->segment && spectrum->density &&
        spectrum->mean)
        return spectrum;
    spectrum_destroy(spectrum);
    return NULL;
}

size_t spectrum_bins(const struct spectrum *spectrum)
{
    return spectrum->length / 2 + 1;
}

const float *spectrum_density(struct spectrum *spectrum, const struct series *series)
{
    size_t count = series->count, bins = spectrum_bins(spectrum);
    assert(count >= 2 && count <= spectrum->length);
    double sum = 0, power = 0;
    for (size_t i = 0; i < count; i++)
        sum += series->values[i];
    double mean = sum / (double)count;
    memset(spectrum->segment, 0, spectrum->length * sizeof(float));
    for (size_t i = 0; i < count; i++) {
        double window = 0.5 - 0.5 * cos(2 * PI * (double)i / (double)count);
        power += window * window;
        spectrum->segment[i] = (float)((series->values[i] - mean) * window);
    }
    kiss_fftr(spectrum->transform, spectrum->segment, spectrum->bins);
    float scale = (float)(1 / (power * series->rate_hz));
    for (size_t k = 0; k < bins; k++) {
        kiss_fft_cpx bin = spectrum->bins[k];
        float sides = k == 0 || k == bins - 1 ? 1 : 2;
        spectrum->density[k] = sides * scale * (bin.r * bin.r + bin.i * bin.i);
    }
    spectrum->count = count;
    spectrum->rate_hz = series->rate_hz;
    return spectrum->density;
}

const float *spectrum_welch(struct spectrum *spectrum, const struct series *series)
{
    size_t bins = spectrum_bins(spectrum), step = spectrum->length / 2, segments = 0;
    assert(series->count >= spectrum->length);
    memset(spectrum->mean, 0, bins * sizeof(float));
    for (size_t first = 0; first + spectrum->length <= series->count; first += step) {
        struct series part = {series->values + first, spectrum->length, series->rate_hz};
        const float *density = spectrum_density(spectrum, &part);
        for (size_t k = 0; k < bins; k++)
            spectrum->mean[k] += density[k];
        segments++;
    }
    for (size_t k = 0; k < bins; k++)
        spectrum->mean[k] /= (float)segments;
    memcpy(spectrum->density, spectrum->mean, bins * sizeof(float));
    return spectrum->density;
}

static size_t bin_at(const struct spectrum *spectrum, double frequency_hz)
{
    double bin = frequency_hz * (double)spectrum->length / spectrum->rate_hz;
    double last = (double)spectrum_bins(spectrum) - 2;
    return (size_t)fmin(fmax(ceil(bin), 1), last);
}

/* Offset of a parabola's top through the logarithms of three neighbours, -0.5 .. 0.5 bins. */
static double top_offset(const float *density, size_t top)
{
    double before = log(density[top - 1] + 1e-30), at = log(density[top] + 1e-30);
    double after = log(density[top + 1] + 1e-30);
    double bend = before - 2 * at + after;
    return bend < 0 ? 0.5 * (before - after) / bend : 0;
}

static void measure(const struct spectrum *spectrum, const struct band *band, size_t top,
                    struct line *line)
{
    const float *density = spectrum->density;
    double step_hz = spectrum->rate_hz / (double)spectrum->length;
    double width = LOBE * (double)spectrum->length / (double)spectrum->count;
    size_t low = bin_at(spectrum, band->floor_low_hz), high = bin_at(spectrum, band->floor_high_hz);
    double inside = 0, outside = 0;
    size_t others = 0;
    for (size_t k = low; k <= high; k++) {
        bool lobe = fabs((double)k - (double)top) <= width;
        inside += lobe ? density[k] : 0;
        outside += lobe ? 0 : density[k];
        others += !lobe;
    }
    double floor = others ? outside / (double)others : 0;
    line->frequency_hz = ((double)top + top_offset(density, top)) * step_hz;
    line->amplitude = sqrt(2 * inside * step_hz);
    line->ratio = floor > 0 ? density[top] / floor : others ? INFINITY : 0;
    line->share = inside / fmax(inside + outside, 1e-30);
}

bool spectrum_line(const struct spectrum *spectrum, const struct band *band, struct line *line)
{
    const float *density = spectrum->density;
    size_t high = bin_at(spectrum, band->high_hz), top = 0;
    for (size_t k = bin_at(spectrum, band->low_hz); k <= high; k++) {
        bool peak = density[k] > density[k - 1] && density[k] >= density[k + 1];
        if (peak && (!top || density[k] > density[top]))
            top = k;
    }
    if (!top)
        return false;
    measure(spectrum, band, top, line);
    return true;
}

void spectrum_destroy(struct spectrum *spectrum)
{
    if (!spectrum)
        return;
    free(spectrum->transform);
    free(spectrum->bins);
    free(spectrum->segment);
    free(spectrum->density);
    free(spectrum->mean);
    free(spectrum);
}
