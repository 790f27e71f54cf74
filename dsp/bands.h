/**
 * @file bands.h
 * The inside of a split: its arrays, and the work that each sample of its grid brings.
 */
#ifndef ROLLSCOPE_DSP_BANDS_H
#define ROLLSCOPE_DSP_BANDS_H

#include "split.h"

#include <stdint.h>

struct split {
    size_t channels, stride, groups;
    double rate_hz, gap_s;
    /* the grid */
    double start_s, before_s, newest_s; /* time of sample 0; of the two newest frames */
    int64_t next;                       /* number of the grid's next sample */
    bool started;
    float *before, *newest, *first; /* [stride] frames, and sample 0 */
    /* the fast band */
    size_t taps, length, hop, ring_rows;
    struct bank *bank;
    float *ring;      /* [ring_rows][stride] the grid's samples */
    float *smooth[2]; /* [hop][stride] blocks of the low-passed, written and read */
    const float **in; /* [length] */
    float **out;      /* [hop] */
    size_t groups_done;
    /* the still band */
    size_t bin, half, bin_rows, still_rows;
    float *sum;           /* [stride] of the bin that is being filled */
    float *bins;          /* [bin_rows][stride] means */
    float *still;         /* [still_rows][stride] */
    float *kernel;        /* [2 * half + 1] */
    const float **recent; /* [2 * half + 1] bins, newest first */
    size_t still_done;
    /* what comes out */
    float *parts[SPLIT_BANDS], *partial[SPLIT_BANDS];
    double *energy[SPLIT_BANDS];
    uint64_t moments;
    float *memory;
};

/** Samples of the grid between a moment and its being said. */
size_t split_delay(const struct split *split);

/** Puts sample `sample` on the grid, newest * weight + before * (1 - weight), and does the share of
 *  the filters' work that is due with it. */
void split_take(struct split *split, int64_t sample, float weight);

/** Says the moment that is complete once sample `sample` is in. @return false when there is none */
bool split_say(struct split *split, int64_t sample);

#endif
