#include "split.h"

#include "bands.h"
#include "bank.h"
#include "filters.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The fast band: kernel and cutoff of its complement. */
#define KERNEL_S     0.64
#define FAST_HZ      4.0
#define FAST_SHARE   0.4 /* of the rate, where that is lower */
#define KERNEL_LEAST 8
/* The still band: mean values this often, a kernel of at most this many to either side. */
#define STILL_BINS_HZ   8.0
#define STILL_HALF_MOST 32
#define STILL_HZ        0.1

static void plan(struct split *split)
{
    double wanted = KERNEL_S * split->rate_hz;
    size_t span = KERNEL_LEAST;
    while ((double)span * 1.41421356 < wanted)
        span *= 2;
    split->taps = span + 1;
    split->length = 4 * span;
    split->hop = split->length - span;
    split->ring_rows = 2 * split->hop + split->taps;
    split->bin = (size_t)fmax(1, floor(split->rate_hz / STILL_BINS_HZ + 0.5));
    size_t room = split_delay(split) / split->bin;
    split->half = room > STILL_HALF_MOST + 3 ? STILL_HALF_MOST : room - 3;
    split->bin_rows = 2 * split->half + 3;
    split->still_rows = room - split->half + 4;
}

static size_t rows_of(const struct split *split)
{
    return split->ring_rows + 2 * split->hop + split->bin_rows + split->still_rows + 4 +
           2 * SPLIT_BANDS;
}

static void share_out(struct split *split)
{
    float *next = split->memory;
    struct {
        float **array;
        size_t rows;
    } plan[] = {{&split->ring, split->ring_rows},
                {&split->smooth[0], split->hop},
                {&split->smooth[1], split->hop},
                {&split->bins, split->bin_rows},
                {&split->still, split->still_rows},
                {&split->sum, 1},
                {&split->before, 1},
                {&split->newest, 1},
                {&split->first, 1}};
    for (size_t k = 0; k < sizeof plan / sizeof plan[0]; k++) {
        *plan[k].array = next;
        next += plan[k].rows * split->stride;
    }
    for (int b = 0; b < SPLIT_BANDS; b++) {
        split->parts[b] = next + (size_t)(2 * b) * split->stride;
        split->partial[b] = next + (size_t)(2 * b + 1) * split->stride;
    }
}

static bool design(struct split *split)
{
    float *taps = malloc(split->taps * sizeof *taps);
    if (!taps)
        return false;
    fir_lowpass(taps, split->taps, fmin(FAST_HZ / split->rate_hz, FAST_SHARE));
    split->bank = bank_create(taps, split->taps, split->length);
    free(taps);
    double bins_hz = split->rate_hz / (double)split->bin;
    fir_lowpass(split->kernel, 2 * split->half + 1, fmin(STILL_HZ / bins_hz, FAST_SHARE));
    return split->bank != NULL;
}

struct split *split_create(size_t channels, double rate_hz, double gap_s)
{
    assert(channels >= 1 && rate_hz >= 1 && rate_hz <= 2000);
    struct split *split = calloc(1, sizeof *split);
    if (!split)
        return NULL;
    split->channels = channels;
    split->groups = (channels + BANK_GROUP - 1) / BANK_GROUP;
    split->stride = (split->groups + 1) * BANK_GROUP;
    split->rate_hz = rate_hz;
    split->gap_s = gap_s;
    plan(split);
    split->memory = calloc(rows_of(split) * split->stride, sizeof(float));
    split->energy[0] = calloc(SPLIT_BANDS * split->stride, sizeof(double));
    split->in = calloc(split->length, sizeof *split->in);
    split->out = calloc(split->hop, sizeof *split->out);
    split->kernel = calloc(2 * split->half + 1, sizeof(float));
    split->recent = calloc(2 * split->half + 1, sizeof *split->recent);
    if (!split->memory || !split->energy[0] || !split->in || !split->out || !split->kernel ||
        !split->recent || !design(split)) {
        split_destroy(split);
        return NULL;
    }
    for (int b = 1; b < SPLIT_BANDS; b++)
        split->energy[b] = split->energy[0] + (size_t)b * split->stride;
    share_out(split);
    return split;
}

/* Takes the grid's next sample, if the newest frame reaches it. */
static bool step(struct split *split, struct parts *parts, bool *said)
{
    int64_t sample = split->next;
    double time_s = split->start_s + (double)sample / split->rate_hz;
    if (!split->started || time_s > split->newest_s)
        return false;
    double weight = sample ? (time_s - split->before_s) / (split->newest_s - split->before_s) : 1;
    split_take(split, sample, (float)weight);
    *said = split_say(split, sample);
    parts->time_s = time_s - split_latency_s(split);
    split->next++;
    return true;
}

static void restart(struct split *split, double time_s, const float *values)
{
    size_t bytes = split->channels * sizeof *values;
    memcpy(split->first, values, bytes);
    memcpy(split->before, values, bytes);
    memset(split->sum, 0, split->stride * sizeof(float));
    split->start_s = split->before_s = time_s;
    split->next = 0;
    split->groups_done = split->still_done = 0;
    split->started = true;
}

void split_push(struct split *split, double time_s, const float *values)
{
    struct parts dropped;
    while (split_next(split, &dropped))
        ;
    if (split->started && time_s <= split->newest_s)
        return;
    if (!split->started || time_s - split->newest_s > split->gap_s) {
        restart(split, time_s, values);
    } else {
        float *swap = split->before;
        split->before = split->newest;
        split->newest = swap;
        split->before_s = split->newest_s;
    }
    memcpy(split->newest, values, split->channels * sizeof *values);
    split->newest_s = time_s;
}

bool split_next(struct split *split, struct parts *parts)
{
    bool said = false;
    while (!said && step(split, parts, &said))
        ;
    for (int b = 0; b < SPLIT_BANDS; b++)
        parts->bands[b] = split->parts[b];
    return said;
}

double split_latency_s(const struct split *split)
{
    return (double)split_delay(split) / split->rate_hz;
}

double split_settling_s(const struct split *split)
{
    double still = ((double)split->half + 1.5) * (double)split->bin;
    return (still + (double)split->taps) / split->rate_hz;
}

double split_energy(const struct split *split, enum split_band band, float *mean_square)
{
    double scale = split->moments ? 1 / (double)split->moments : 0;
    for (size_t i = 0; i < split->channels; i++)
        mean_square[i] = (float)((split->energy[band][i] + split->partial[band][i]) * scale);
    return (double)split->moments / split->rate_hz;
}

double parts_moving_share(const struct parts *parts, const float *least, size_t channels)
{
    const float *still = parts->bands[SPLIT_STILL], *moving = parts->bands[SPLIT_MOVING];
    double part = 0, whole = 0;
    for (size_t i = 0; i < channels; i++) {
        double load = (double)still[i] + moving[i];
        bool loaded = load > least[i];
        part += loaded ? load * moving[i] : 0;
        whole += loaded ? load * load : 0;
    }
    return whole > 0 ? fmin(fmax(part / whole, 0), 1) : NAN;
}

void split_reset(struct split *split)
{
    memset(split->memory, 0, rows_of(split) * split->stride * sizeof(float));
    memset(split->energy[0], 0, SPLIT_BANDS * split->stride * sizeof(double));
    split->started = false;
    split->moments = 0;
}

void split_destroy(struct split *split)
{
    if (!split)
        return;
    bank_destroy(split->bank);
    free(split->memory);
    free(split->energy[0]);
    free(split->in);
    free(split->out);
    free(split->kernel);
    free(split->recent);
    free(split);
}
