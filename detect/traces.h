/**
 * @file traces.h
 * Where the strokes of a session went, so that those over a place can be counted whenever the place
 * turns out to be a hot spot.
 */
#ifndef ROLLSCOPE_DETECT_TRACES_H
#define ROLLSCOPE_DETECT_TRACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** So many strokes are remembered: the newest. */
#define TRACES_MAX 4096

/** One stroke. */
struct trace {
    double start_mm[2][2], end_mm[2][2]; /**< of each of two balls; else of the tool, twice */
    bool strip;
    double along[2];        /**< a strip's axis */
    double low_mm, high_mm; /**< a strip's ends along its axis */
    bool slow_deep;
};

struct traces {
    size_t count;
    struct trace traces[TRACES_MAX];
};

/** Remembers a stroke; when full the oldest makes room. */
void traces_add(struct traces *traces, const struct trace *trace);

/** How many. */
struct traces_sum {
    uint32_t strokes, slow_deep;
};

/** The strokes that passed within reach_mm of a place. */
struct traces_sum traces_over(const struct traces *traces, const double place_mm[2],
                              double reach_mm);

#endif
