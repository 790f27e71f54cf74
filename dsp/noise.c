#include "conditioner_parts.h"
#include "lanes.h"

#include <math.h>

/* A cell's noise leans on the mat's middle noise as on this many frames, out of at most so many. */
#define PRIOR_FRAMES 20.0F
#define OWN_FRAMES   200.0F
/* Share of the frames with count 0 is learnt at this weight a sweep. */
#define ZEROS_WEIGHT 0.025F
/* A normal variable cut off at zero loses about this share of its deviation, times the share of
   zeros, of which at most so many are believed. */
#define CUT_OFF    0.85F
#define ZEROS_MOST 0.95F
/* A mat sends only what lies above a threshold when its middle cell reads zero so often. */
#define THRESHOLD_ZEROS 0.9F
/* Largest threshold that is believed of a mat that sends only what lies above one. */
#define THRESHOLD_SHARE (1.0F / 16)
/* Standard deviation of a uniform step. */
#define UNIFORM 0.288675135F

/* One row, and what holds for the whole mat. */
struct row {
    float *restrict zeros, *restrict variance, *restrict noise, *restrict gate, *restrict doubt;
    uint8_t *restrict known;
    const uint8_t *restrict around;
    size_t cols;
    float typical, floor, threshold, own, weight;
    bool starting;
};

LANES static void learn_quiet(struct row row, const uint16_t *restrict counts)
{
    for (size_t i = 0; i < row.cols; i++) {
        float quiet = row.around[i] ? 0 : row.weight, zero = counts[i] ? 0 : 1;
        row.zeros[i] += quiet * (zero - row.zeros[i]);
    }
    for (size_t i = 0; i < row.cols; i++) {
        bool fresh = !row.starting && !row.known[i] && !row.around[i];
        row.variance[i] = fresh ? row.typical : row.variance[i];
    }
    for (size_t i = 0; i < row.cols; i++)
        row.known[i] |= row.around[i] ^ 1;
}

LANES static void learn_noise(struct row row)
{
    const float prior = PRIOR_FRAMES * row.typical, whole = 1 / (row.own + PRIOR_FRAMES);
    for (size_t i = 0; i < row.cols; i++) {
        float mixed = (row.own * row.variance[i] + prior) * whole;
        mixed = row.known[i] ? mixed : row.typical;
        float kept = 1 - CUT_OFF * lesser(row.zeros[i], ZEROS_MOST);
        float noise = greater(sqrtf(mixed) / kept, row.floor);
        row.gate[i] = GATE_SIGMAS * noise;
        row.noise[i] = greater(noise, row.threshold);
        row.doubt[i] = row.doubt[i] < 0.01F * noise ? 0 : row.doubt[i];
    }
}

static uint8_t is_doubtful(const float *doubt, size_t cols)
{
    float most = 0;
    for (size_t i = 0; i < cols; i++)
        most = greater(most, doubt[i]);
    return most > 0;
}

static void learn_least(struct conditioner *conditioner, const uint16_t *counts)
{
    uint16_t least = UINT16_MAX;
    for (uint16_t i = 0; i < conditioner->cols; i++) {
        uint16_t below = (uint16_t)(counts[i] - 1); /* 0 turns into the highest */
        least = below < least ? below : least;
    }
    if (least < UINT16_MAX)
        conditioner->least =
            lesser(conditioner->least, ((float)least + 1) * conditioner->scale_kpa);
}

static float threshold_of(const struct conditioner *conditioner)
{
    float full = (float)conditioner->geometry.full_scale * conditioner->scale_kpa;
    if (conditioner->zeros_usual < THRESHOLD_ZEROS || !isfinite(conditioner->least))
        return 0;
    return UNIFORM * lesser(conditioner->least, THRESHOLD_SHARE * full);
}

void noise_sweep(struct conditioner *conditioner, const uint16_t *counts, uint16_t at)
{
    const struct cells *all = &conditioner->cells;
    const size_t first = (size_t)at * conditioner->cols;
    bool starting = conditioner->time_s < conditioner->parameters.empty_s;
    struct row row = {
        .zeros = all->zeros + first,
        .variance = all->variance + first,
        .noise = all->noise + first,
        .gate = all->gate + first,
        .doubt = all->doubt + first,
        .known = all->known + first,
        .around = all->around + first,
        .cols = conditioner->cols,
        .typical = conditioner->typical,
        .floor = conditioner->floor_kpa,
        .threshold = threshold_of(conditioner),
        .own = lesser((float)conditioner->looks, OWN_FRAMES),
        .weight = starting ? 1.0F / (float)(conditioner->frames + 1) : ZEROS_WEIGHT,
        .starting = starting,
    };
    learn_least(conditioner, counts + first);
    learn_quiet(row, counts + first);
    if (conditioner->frames >= NOISE_FRAMES)
        learn_noise(row);
    if (conditioner->row_doubtful[at])
        conditioner->row_doubtful[at] = is_doubtful(row.doubt, row.cols);
}
