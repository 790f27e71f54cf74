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

LANES static void weigh(float *restrict out, const float *restrict row, float weight, size_t count)
{
    for (size_t i = 0; i < count; i++)
        out[i] += weight * row[i];
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
            for (size_t i = first; i < first + BANK_GROUP; i++) {
                split->energy[b][i] += split->partial[b][i];
                split->partial[b][i] = 0;
            }
    }
}

/* Bin means, and the kernel over them, as far as it is due at sample `sample`. */
static void still_some(struct split *split, int64_t sample, const float *row)
{
    size_t step = (size_t)(sample % (int64_t)split->bin), taps = 2 * split->half + 1;
    int64_t done = sample / (int64_t)split->bin - 1; /* newest complete bin */
    int64_t centre = done - (int64_t)split->half;
    if (centre >= 0) {
        float *still = still_row(split, centre);
        size_t from = step ? split->still_done : 0;
        size_t due = share(split->groups, step + 1, split->bin);
        size_t first = from * BANK_GROUP, count = (due - from) * BANK_GROUP;
        memset(still + first, 0, count * sizeof *still);
        for (size_t k = 0; k < taps; k++)
            weigh(still + first, bin_row(split, done - (int64_t)k) + first, split->kernel[k],
                  count);
        split->still_done = due;
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
};

LANES static void part(struct split *split, struct moment m)
{
    float *restrict still = split->parts[SPLIT_STILL], *restrict fast = split->parts[SPLIT_FAST];
    float *restrict moving = split->parts[SPLIT_MOVING];
    float *restrict still_sum = split->partial[SPLIT_STILL];
    float *restrict moving_sum = split->partial[SPLIT_MOVING];
    float *restrict fast_sum = split->partial[SPLIT_FAST];
    for (size_t i = 0; i < split->stride; i++) {
        float slow = m.still[i] + m.weight * (m.next_still[i] - m.still[i]);
        float middle = m.smooth[i] - slow, quick = m.row[i] - m.smooth[i];
        still[i] = slow;
        moving[i] = middle;
        fast[i] = quick;
        still_sum[i] += slow * slow;
        moving_sum[i] += middle * middle;
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
    struct moment moment = {
        .row = ring_row(split, at),
        .smooth = split->smooth[filtered / hop % 2] + (size_t)(filtered % hop) * split->stride,
        .still = still_row(split, low),
        .next_still = still_row(split, low + 1),
        .weight = (float)fmax(place - (double)low, 0),
    };
    part(split, moment);
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
