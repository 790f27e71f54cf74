#include "bands.h"

#include "bank.h"
#include "lanes.h"

#include <math.h>
#include <string.h>

size_t split_delay(const struct split *split)
{
    return 2 * split->hop - 1 + split->taps / 2;
}

static float *ring_row(const struct split *split, int64_t sample)
{
    if (sample < 0)
        return split->first;
    return split->ring + (size_t)sample % split->ring_rows * split->stride;
}

static const float *bin_row(const struct split *split, int64_t bin)
{
    return bin < 0 ? split->first : split->bins + (size_t)bin % split->bin_rows * split->stride;
}

static float *still_row(const struct split *split, int64_t bin)
{
    return split->still + (size_t)bin % split->still_rows * split->stride;
}

LANES static void blend(float *restrict out, const float *restrict a, const float *restrict b,
                        float weight, size_t count)
{
    float rest = 1 - weight;
    for (size_t i = 0; i < count; i++)
        out[i] = rest * a[i] + weight * b[i];
}

LANES static void gather(float *restrict sum, const float *restrict row, size_t count)
{
    for (size_t i = 0; i < count; i++)
        sum[i] += row[i];
}

LANES static void scaled(float *restrict out, float *restrict sum, float scale, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        out[i] = sum[i] * scale;
        sum[i] = 0;
    }
}

/* Adds kernel[k] times rows[k] for BANK_GROUP channels from `first` on. */
LANES static void average(float *restrict out, const float *const *rows,
                          const float *restrict kernel, size_t taps, size_t first)
{
    float sum[BANK_GROUP] = {0};
    for (size_t k = 0; k < taps; k++) {
        const float *restrict row = rows[k] + first;
        for (size_t i = 0; i < BANK_GROUP; i++)
            sum[i] += kernel[k] * row[i];
    }
    for (size_t i = 0; i < BANK_GROUP; i++)
        out[first + i] = sum[i];
}

/* Moves what a band has summed up to where it keeps its digits. */
LANES static void keep(double *restrict energy, float *restrict partial)
{
    for (size_t i = 0; i < BANK_GROUP; i++) {
        energy[i] += partial[i];
        partial[i] = 0;
    }
}

/* Share k of n of `total`, so that n shares make the whole. */
static size_t share(size_t total, size_t k, size_t n)
{
    return total * k / n;
}

/* The block that is due, as far as it is due at sample `sample`. */
static void filter_some(struct split *split, int64_t sample)
{
    int64_t block = sample / (int64_t)split->hop - 1;
    size_t step = (size_t)(sample % (int64_t)split->hop);
    if (block < 0)
        return;
    if (!step) {
        int64_t from = block * (int64_t)split->hop - (int64_t)(split->taps - 1);
        for (size_t n = 0; n < split->length; n++)
            split->in[n] = ring_row(split, from + (int64_t)n);
        for (size_t n = 0; n < split->hop; n++)
            split->out[n] = split->smooth[block % 2] + n * split->stride;
        split->groups_done = 0;
    }
    size_t due = share(split->groups, step + 1, split->hop);
    for (; split->groups_done < due; split->groups_done++) {
        size_t first = split->groups_done * BANK_GROUP;
        bank_filter(split->bank, split->in, split->out, first);
        for (int b = 0; b < SPLIT_BANDS; b++)
            keep(split->energy[b] + first, split->partial[b] + first);
    }
}

/* Bin means, and the kernel over them, as far as it is due at sample `sample`. */
static void still_some(struct split *split, int64_t sample, const float *row)
{
    size_t step = (size_t)(sample % (int64_t)split->bin), taps = 2 * split->half + 1;
    int64_t done = sample / (int64_t)split->bin - 1; /* newest complete bin */
    int64_t centre = done - (int64_t)split->half;
    if (centre >= 0) {
        size_t due = share(split->groups, step + 1, split->bin);
        for (size_t k = 0; !step && k < taps; k++)
            split->recent[k] = bin_row(split, done - (int64_t)k);
        split->still_done = step ? split->still_done : 0;
        for (; split->still_done < due; split->still_done++)
            average(still_row(split, centre), split->recent, split->kernel, taps,
                    split->still_done * BANK_GROUP);
    }
    gather(split->sum, row, split->stride);
    if (step + 1 == split->bin)
        scaled(split->bins + (size_t)((done + 1) % (int64_t)split->bin_rows) * split->stride,
               split->sum, 1 / (float)split->bin, split->stride);
}

/* One moment's arrays. */
struct moment {
    const float *restrict row, *restrict smooth, *restrict still, *restrict next_still;
    float weight;
    float *restrict parts[SPLIT_BANDS], *restrict sums[SPLIT_BANDS];
    size_t count;
};

LANES static void part(struct moment m)
{
    float *restrict still = m.parts[SPLIT_STILL], *restrict still_sum = m.sums[SPLIT_STILL];
    float *restrict moving = m.parts[SPLIT_MOVING], *restrict moving_sum = m.sums[SPLIT_MOVING];
    float *restrict fast = m.parts[SPLIT_FAST], *restrict fast_sum = m.sums[SPLIT_FAST];
    for (size_t i = 0; i < m.count; i++) {
        float slow = m.still[i] + m.weight * (m.next_still[i] - m.still[i]);
        still[i] = slow;
        still_sum[i] += slow * slow;
    }
    for (size_t i = 0; i < m.count; i++) {
        float middle = m.smooth[i] - still[i];
        moving[i] = middle;
        moving_sum[i] += middle * middle;
    }
    for (size_t i = 0; i < m.count; i++) {
        float quick = m.row[i] - m.smooth[i];
        fast[i] = quick;
        fast_sum[i] += quick * quick;
    }
}

bool split_say(struct split *split, int64_t sample)
{
    int64_t filtered = sample - (int64_t)(2 * split->hop - 1);
    int64_t at = filtered - (int64_t)(split->taps / 2);
    if (at < 0)
        return false;
    int64_t hop = (int64_t)split->hop, bin = (int64_t)split->bin;
    double place = ((double)at - 0.5 * (double)(bin - 1)) / (double)bin;
    int64_t low = (int64_t)floor(place) < 0 ? 0 : (int64_t)floor(place);
    float *const *parts = split->parts, *const *sums = split->partial;
    struct moment moment = {
        .row = ring_row(split, at),
        .smooth = split->smooth[filtered / hop % 2] + (size_t)(filtered % hop) * split->stride,
        .still = still_row(split, low),
        .next_still = still_row(split, low + 1),
        .weight = (float)fmax(place - (double)low, 0),
        .parts = {parts[SPLIT_STILL], parts[SPLIT_MOVING], parts[SPLIT_FAST]},
        .sums = {sums[SPLIT_STILL], sums[SPLIT_MOVING], sums[SPLIT_FAST]},
        .count = split->stride,
    };
    part(moment);
    split->moments++;
    return true;
}

void split_take(struct split *split, int64_t sample, float weight)
{
    float *row = ring_row(split, sample);
    blend(row, split->before, split->newest, weight, split->stride);
    filter_some(split, sample);
    still_some(split, sample, row);
}
