/**
 * @file numbering.h
 * A mat's frame numbers, unwrapped: losses, duplicates and restarts told apart. Inside acquire/
 * only. A pure function of what is pushed.
 */
#ifndef ROLLSCOPE_ACQUIRE_NUMBERING_H
#define ROLLSCOPE_ACQUIRE_NUMBERING_H

#include <stdbool.h>
#include <stdint.h>

#define NUMBERING_MEMORY 64

/** The last frames' numbers and clocks. */
struct numbering {
    bool started;
    struct {
        bool valid;
        uint32_t sequence;
        uint64_t device_us;
    } seen[NUMBERING_MEMORY]; /**< by sequence modulo its size */
    uint32_t sequence;        /**< of the last frame */
    uint64_t device_us;
};

enum numbering_verdict {
    NUMBERING_NEXT,      /**< new, in order; see steps for what is missing */
    NUMBERING_DUPLICATE, /**< seen before, or older than one already given out: drop it */
    NUMBERING_RESTART    /**< the mat began again */
};

/**
 * Takes a frame's number.
 * @param sequence as sent, wraps at 2^32
 * @param device_us the mat's clock, which a restart sets back; a duplicate repeats it
 * @param steps set to the distance from the frame before, 1 = nothing is missing
 */
enum numbering_verdict numbering_push(struct numbering *numbering, uint32_t sequence,
                                      uint64_t device_us, uint64_t *steps);

/** Forgets what a duplicate would be known by: the line was down, nothing old comes any more. */
void numbering_forget(struct numbering *numbering);

#endif
