#include "bank.h"

#include "lanes.h"
#include "stages.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static_assert(BANK_GROUP == STAGE_LANES, "a row of a group is a row of lanes");

struct bank {
    size_t count, length;
    struct root *roots; /* [length] */
    float *rows;        /* [length][BANK_GROUP] the block */
    float *response; /* [length] in the order of the stages; real, because the filter is symmetric
                        about 0; 1 / length included */
};

static struct stages stages_of(const struct bank *bank)
{
    return (struct stages){bank->length, bank->roots};
}

/* The taps wrapped around 0, transformed. */
static void respond(struct bank *bank, const float *taps)
{
    const struct stages stages = stages_of(bank);
    size_t half = bank->count / 2;
    for (size_t i = 0; i < bank->count; i++)
        bank->rows[(i + bank->length - half) % bank->length * BANK_GROUP] = taps[i];
    stages_forward(&stages, bank->rows);
    for (size_t n = 0; n < bank->length; n++)
        bank->response[n] = bank->rows[n * BANK_GROUP] / (float)bank->length;
}

struct bank *bank_create(const float *taps, size_t count, size_t length)
{
    assert(count % 2 == 1 && length >= 2 * count && (length & (length - 1)) == 0);
    struct bank *bank = calloc(1, sizeof *bank);
    if (!bank)
        return NULL;
    bank->count = count;
    bank->length = length;
    bank->roots = calloc(length, sizeof *bank->roots);
    bank->rows = calloc(length, BANK_GROUP * sizeof *bank->rows);
    bank->response = calloc(length, sizeof *bank->response);
    if (!bank->roots || !bank->rows || !bank->response) {
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

LANES static void multiply(float *restrict rows, const float *restrict response, size_t length)
{
    for (size_t n = 0; n < length; n++)
        for (size_t i = 0; i < BANK_GROUP; i++)
            rows[n * BANK_GROUP + i] *= response[n];
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
    multiply(bank->rows, bank->response, length);
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
    free(bank->roots);
    free(bank->rows);
    free(bank->response);
    free(bank);
}
