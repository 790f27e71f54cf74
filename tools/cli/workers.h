/**
 * @file workers.h
 * The same work on many items by several processes; what they print comes out in the order of the
 * items. A worker that dies takes nobody with it.
 */
#ifndef ROLLSCOPE_TOOLS_WORKERS_H
#define ROLLSCOPE_TOOLS_WORKERS_H

#include "mat/mat.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/** Streams that the outputs of items may go to. */
#define WORK_STREAMS 4

/** How far a worker is; written by it, read by the parent. */
struct worker_share {
    volatile double done; /**< 0 .. 1 */
};

/** The work. */
struct work {
    void *context;
    size_t count;                /**< items */
    uint64_t jobs;               /**< processes at once, >= 1 */
    const char *what;            /**< names it in the progress line */
    char *const *names;          /**< [count] of the items, for messages */
    const double *weights;       /**< [count] how much of the progress each is; above 0 */
    FILE *streams[WORK_STREAMS]; /**< where the outputs of the items go; NULL: not wanted */
    /** Does item `index` in a process of its own; what it prints for streams[i] goes to outputs[i],
     *  NULL where that is.
     *  @return STATUS_OK, or negative with a failure that the parent says */
    int (*run)(void *context, size_t index, FILE *const outputs[WORK_STREAMS],
               struct worker_share *share, struct failure *failure);
};

/** Does it all. Outputs are copied to their streams, failures said, in the order of the items; an
 * item that fails leaves no output.
 *  @return the number of items that failed */
size_t workers_run(const struct work *work);

#endif
