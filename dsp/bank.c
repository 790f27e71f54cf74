#include "bank.h"

#include "lanes.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <kiss_fft.h>

#define PAIRS (BANK_GROUP / 2)

struct bank {
    size_t count, length;
    kiss_fft_cfg forward, backward;
    float *rows;           /* [length][BANK_GROUP] the block, gathered */
    kiss_fft_cpx *signals; /* [PAIRS][length] filtered */
    kiss_fft_cpx *bins;    /* [length] */
    float *response; /* [2 * length] each twice; real, because the filter is symmetric about 0;
                        1 / length included */
};

/* The taps wrapped around 0, transformed. */
static void respond(struct bank *bank, const float *taps)
{
    size_t half = bank->count / 2;
    for (size_t i = 0; i < bank->count; i++)
        bank->signals[(i + bank->length - half) % bank->length].r = taps[i];
    kiss_fft(bank->forward, bank->signals, bank->bins);
    for (size_t k = 0; k < bank->length; k++)
        bank->response[2 * k] = bank->response[2 * k + 1] = bank->bins[k].r / (float)bank->length;
}

struct bank *bank_create(const float *taps, size_t count, size_t length)
{
    assert(count % 2 == 1 && length >= 2 * count);
    struct bank *bank = calloc(1, sizeof *bank);
    if (!bank)
        return NULL;
    bank->count = count;
    bank->length = length;
    bank->forward = kiss_fft_alloc((int)length, 0, NULL, NULL);
    bank->backward = kiss_fft_alloc((int)length, 1, NULL, NULL);
    bank->signals = calloc(PAIRS * length, sizeof *bank->signals);
    bank->bins = calloc(length, sizeof *bank->bins);
    bank->response = calloc(2 * length, sizeof *bank->response);
    bank->rows = calloc(length, BANK_GROUP * sizeof *bank->rows);
    if (!bank->rows || !bank->forward || !bank->backward || !bank->signals || !bank->bins ||
        !bank->response) {
        bank_destroy(bank);
        return NULL;
    }
    respond(bank, taps);
    return bank;
}

size_t bank_hop(const struct bank *bank)
{
    return bank->length - bank->count + 1;
}

LANES static void multiply(float *restrict values, const float *restrict factors, size_t count)
{
    for (size_t i = 0; i < count; i++)
        values[i] *= factors[i];
}

void bank_filter(struct bank *bank, const float *const *in, float *const *out, size_t first)
{
    size_t length = bank->length, hop = bank_hop(bank), half = bank->count / 2;
    for (size_t n = 0; n < length; n++)
        memcpy(bank->rows + n * BANK_GROUP, in[n] + first, BANK_GROUP * sizeof(float));
    for (size_t p = 0; p < PAIRS; p++) {
        const kiss_fft_cpx *pair = (const kiss_fft_cpx *)(const void *)(bank->rows + 2 * p);
        kiss_fft_stride(bank->forward, pair, bank->bins, PAIRS);
        multiply(&bank->bins[0].r, bank->response, 2 * length);
        kiss_fft(bank->backward, bank->bins, bank->signals + p * length);
    }
    for (size_t n = 0; n < hop; n++)
        for (size_t p = 0; p < PAIRS; p++)
            memcpy(out[n] + first + 2 * p, &bank->signals[p * length + n + half],
                   sizeof *bank->signals);
}

void bank_destroy(struct bank *bank)
{
    if (!bank)
        return;
    free(bank->forward);
    free(bank->backward);
    free(bank->rows);
    free(bank->signals);
    free(bank->bins);
    free(bank->response);
    free(bank);
}
