/**
 * @file split.h
 * Where a long session is split into several files, as `--split` says.
 */
#ifndef ROLLSCOPE_TOOLS_SPLIT_H
#define ROLLSCOPE_TOOLS_SPLIT_H

#include "mat/mat.h"

#include <stdbool.h>
#include <stdint.h>

/** One of both, or none: the session is one file. */
struct split {
    double seconds; /**< 0: not by time */
    uint64_t bytes; /**< 0: not by size */
};

/** Reads `30min`, `2GB`: s, min, h; kB, MB, GB, KiB, MiB, GiB. @return STATUS_OK or STATUS_ARGUMENT
 */
int split_parse(struct split *split, const char *value, struct failure *failure);

/** Whether the session is split at all. */
bool split_is(const struct split *split);

/** Whether a file of this size and duration is full. */
bool split_due(const struct split *split, double seconds, uint64_t bytes);

#endif
