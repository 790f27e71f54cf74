#include "filters.h"

#include "lanes.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define PI 3.14159265358979323846

/* Fading states end here, far above the numbers that slow the machine down. */
#define TINY 1e-30F
/* They are looked at once in so many samples. */
#define SETTLE_EVERY 64
/* So many channels pass all sections while they are in the cache. */
#define STRETCH 1024

struct biquads {
    size_t channels, stride, count, samples;
    struct section *sections;
    float *states; /* [count][2][stride] */
};

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

void butterworth_lowpass(struct section *sections, size_t order, double cutoff)
{
    assert(order % 2 == 0 && cutoff > 0 && cutoff < 0.5);
    double w = tan(PI * cutoff);
    for (size_t k = 0; k < order / 2; k++) {
        double damping = 2 * sin(PI * (2 * (double)k + 1) / (2 * (double)order));
        double scale = 1 / (1 + damping * w + w * w);
        double gain = w * w * scale;
        sections[k] = (struct section){.b0 = (float)gain,
                                       .b1 = (float)(2 * gain),
                                       .b2 = (float)gain,
                                       .a1 = (float)(2 * (w * w - 1) * scale),
                                       .a2 = (float)((1 - damping * w + w * w) * scale)};
    }
}

struct biquads *biquads_create(size_t channels, const struct section *sections, size_t count)
{
    struct biquads *biquads = calloc(1, sizeof *biquads);
    if (!biquads)
        return NULL;
    biquads->channels = channels;
    biquads->stride = channels + LANE_PAD;
    biquads->count = count;
    biquads->sections = malloc(count * sizeof *sections);
    biquads->states = calloc(2 * count * biquads->stride, sizeof(float));
    if (!biquads->sections || !biquads->states) {
        biquads_destroy(biquads);
        return NULL;
    }
    memcpy(biquads->sections, sections, count * sizeof *sections);
    return biquads;
}

LANES static void settle(float *restrict states, size_t count)
{
    for (size_t i = 0; i < count; i++)
        states[i] = states[i] * states[i] > TINY ? states[i] : 0;
}

LANES static void section_run(struct section s, float *restrict one, float *restrict two,
                              float *restrict values, size_t channels)
{
    for (size_t i = 0; i < channels; i++) {
        float in = values[i];
        float out = s.b0 * in + one[i];
        one[i] = s.b1 * in - s.a1 * out + two[i];
        two[i] = s.b2 * in - s.a2 * out;
        values[i] = out;
    }
}

/* Two sections at once: what lies between them stays in a register. */
LANES static void pair_run(const struct section *sections, float *restrict states, size_t stride,
                           float *restrict values, size_t channels)
{
    const struct section s = sections[0], t = sections[1];
    float *restrict one = states, *restrict two = states + stride;
    float *restrict three = states + 2 * stride, *restrict four = states + 3 * stride;
    for (size_t i = 0; i < channels; i++) {
        float in = values[i];
        float middle = s.b0 * in + one[i];
        one[i] = s.b1 * in - s.a1 * middle + two[i];
        two[i] = s.b2 * in - s.a2 * middle;
        float out = t.b0 * middle + three[i];
        three[i] = t.b1 * middle - t.a1 * out + four[i];
        four[i] = t.b2 * middle - t.a2 * out;
        values[i] = out;
    }
}

static void stretch_run(struct biquads *biquads, size_t first, size_t count, float *values)
{
    size_t stride = biquads->stride, k = 0;
    float *states = biquads->states + first;
    for (; k + 2 <= biquads->count; k += 2)
        pair_run(biquads->sections + k, states + 2 * k * stride, stride, values, count);
    for (; k < biquads->count; k++)
        section_run(biquads->sections[k], states + 2 * k * stride, states + (2 * k + 1) * stride,
                    values, count);
}

void biquads_push(struct biquads *biquads, const float *in, float *out)
{
    if (in != out)
        memcpy(out, in, biquads->channels * sizeof *out);
    for (size_t first = 0; first < biquads->channels; first += STRETCH) {
        size_t rest = biquads->channels - first;
        stretch_run(biquads, first, rest < STRETCH ? rest : STRETCH, out + first);
    }
    if (++biquads->samples % SETTLE_EVERY == 0)
        settle(biquads->states, 2 * biquads->count * biquads->stride);
}

void biquads_reset(struct biquads *biquads)
{
    biquads->samples = 0;
    memset(biquads->states, 0, 2 * biquads->count * biquads->stride * sizeof(float));
}

void biquads_destroy(struct biquads *biquads)
{
    if (!biquads)
        return;
    free(biquads->sections);
    free(biquads->states);
    free(biquads);
}
