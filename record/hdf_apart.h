/**
 * @file hdf_apart.h
 * Work on untrusted bytes in a process of its own. HDF5 1.10 trusts what it finds in the heap of
 * variable-length values: a damaged one makes it crash or loop. A child process reads those; the
 * caller gets its answer, or learns that there is none.
 */
#ifndef ROLLSCOPE_RECORD_HDF_APART_H
#define ROLLSCOPE_RECORD_HDF_APART_H

#include <stddef.h>

/** Enough for a few texts. */
#define HDF_APART_S 2

/**
 * Runs work in a child process.
 * @param work fills in `answer`; runs in the child; negative on failure
 * @param limit_s how much processor time it may take: a busy machine changes no verdict
 * @param answer [size], set when the work succeeds
 * @return 0, or negative when the work failed, crashed or took too long. Any thread.
 */
int hdf_apart(int (*work)(void *context, void *answer, size_t size), void *context, void *answer,
              size_t size, unsigned limit_s);

#endif
