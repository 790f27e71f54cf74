#include "bank.h"

#include "lanes.h"
#include "stages.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <kiss_fft.h>

#define PAIRS (BANK_GROUP / 2)
/* KissFFT's transforms are shorter than this: its time per sample grows with each of its stages,
   that of the vector code before them hardly. */
#define INNER_BELOW 32

static_assert(BANK_GROUP == STAGE_LANES, "a row of a group is a row of lanes");

struct bank {
    size_t count, length, inner;
    kiss_fft_cfg forward, backward; /* of `inner` */
    struct root *roots;             /* [length] */
    float *rows;                    /* [length][BANK_GROUP] the block */
    kiss_fft_cpx *bins;             /* [PAIRS][inner] */
    kiss_fft_cpx *signal;           /* [inner] filtered */
    float *response; /* [2 * length] each twice; real, because the filter is symmetric about 0;
                        1 / length included */
};

static struct stages stages_of(const struct bank *bank)
{
    return (struct stages){bank->length, bank->inner, bank->roots};
}

static kiss_fft_cpx *pair_at(const struct bank *bank, size_t row, size_t pair)
{
    return (kiss_fft_cpx *)(void *)(bank->rows + row * BANK_GROUP + 2 * pair);
}

/* The taps wrapped around 0, transformed. */
static void respond(struct bank *bank, const float *taps)
{
    const struct stages stages = stages_of(bank);
    size_t half = bank->count / 2, inner = bank->inner;
    for (size_t i = 0; i < bank->count; i++)
        bank->rows[(i + bank->length - half) % bank->length * BANK_GROUP] = taps[i];
    stages_forward(&stages, bank->rows);
    for (size_t first = 0; first < bank->length; first += inner) {
        float *response = bank->response + 2 * first;
        kiss_fft_stride(bank->forward, pair_at(bank, first, 0), bank->bins, PAIRS);
        for (size_t k = 0; k < inner; k++)
            response[2 * k] = response[2 * k + 1] = bank->bins[k].r / (float)bank->length;
    }
}

struct bank *bank_create(const float *taps, size_t count, size_t length)
{
    assert(count % 2 == 1 && length >= 2 * count);
    struct bank *bank = calloc(1, sizeof *bank);
    if (!bank)
        return NULL;
    bank->count = count;
    bank->length = bank->inner = length;
    while (bank->inner >= INNER_BELOW)
        bank->inner /= 4;
    bank->forward = kiss_fft_alloc((int)bank->inner, 0, NULL, NULL);
    bank->backward = kiss_fft_alloc((int)bank->inner, 1, NULL, NULL);
    bank->roots = calloc(length, sizeof *bank->roots);
    bank->rows = calloc(length, BANK_GROUP * sizeof *bank->rows);
    bank->bins = calloc(PAIRS * bank->inner, sizeof *bank->bins);
    bank->signal = calloc(bank->inner, sizeof *bank->signal);
    bank->response = calloc(2 * length, sizeof *bank->response);
    if (!bank->forward || !bank->backward || !bank->roots || !bank->rows || !bank->bins ||
        !bank->signal || !bank->response) {
        bank_destroy(bank);
        return NULL;
    }
    stages_roots(bank->roots, length);
    respond(bank, taps);
    return bank;
}

size_t bank_hop(const struct bank *bank)
{
    return bank->length - bank->count + 1;
}

LANES static void multiply(float *restrict values, const float *restrict factors, size_t count)
{
    for (size_t p = 0; p < PAIRS; p++)
        for (size_t i = 0; i < count; i++)
            values[p * count + i] *= factors[i];
}

/* The inner transforms of rows [first, first + inner), there and back. */
static void filter_inner(struct bank *bank, size_t first)
{
    const size_t inner = bank->inner;
    for (size_t p = 0; p < PAIRS; p++)
        kiss_fft_stride(bank->forward, pair_at(bank, first, p), bank->bins + p * inner, PAIRS);
    multiply(&bank->bins[0].r, bank->response + 2 * first, 2 * inner);
    for (size_t p = 0; p < PAIRS; p++) {
        kiss_fft_cpx *pair = pair_at(bank, first, p);
        kiss_fft(bank->backward, bank->bins + p * inner, bank->signal);
        for (size_t k = 0; k < inner; k++)
            pair[k * PAIRS] = bank->signal[k];
    }
}

void bank_filter(struct bank *bank, const float *const *in, float *const *out, size_t first)
{
    const struct stages stages = stages_of(bank);
    const size_t length = bank->length, hop = bank_hop(bank), half = bank->count / 2;
    for (size_t n = 0; n < length; n++) {
        memcpy(bank->rows + n * BANK_GROUP, in[n] + first, BANK_GROUP * sizeof(float));
        __builtin_prefetch(in[n] + first + BANK_GROUP);
    }
    stages_forward(&stages, bank->rows);
    for (size_t n = 0; n < length; n += bank->inner)
        filter_inner(bank, n);
    stages_backward(&stages, bank->rows);
    for (size_t n = 0; n < hop; n++) {
        memcpy(out[n] + first, bank->rows + (n + half) * BANK_GROUP, BANK_GROUP * sizeof(float));
        __builtin_prefetch(out[n] + first + BANK_GROUP, 1);
    }
}

void bank_destroy(struct bank *bank)
{
    if (!bank)
        return;
    free(bank->forward);
    free(bank->backward);
    free(bank->roots);
    free(bank->rows);
    free(bank->bins);
    free(bank->signal);
    free(bank->response);
    free(bank);
}
