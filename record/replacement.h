/**
 * @file replacement.h
 * Changing a session file without ever having half of one: the work is done on a copy beside it
 * (PATH.new), which takes its place when it is done. One thread at a time for one path.
 */
#ifndef ROLLSCOPE_RECORD_REPLACEMENT_H
#define ROLLSCOPE_RECORD_REPLACEMENT_H

#include <limits.h>

struct failure;

struct replacement {
    const char *path;    /**< the caller's */
    char copy[PATH_MAX]; /**< the name of the copy */
    int lock;            /**< keeps others from changing the file */
};

/** Takes the file's lock, finds the name, removes what an earlier attempt left.
 *  replacement_end() either way. @return STATUS_OK, STATUS_BUSY or another negative status */
int replacement_begin(struct replacement *replacement, const char *path, struct failure *failure);

/** Copies the file byte by byte; nothing but room for it is needed. */
int replacement_copy(const struct replacement *replacement, struct failure *failure);

/** The copy is good: it is on the disk, gets the file's mode and takes its place. */
int replacement_commit(struct replacement *replacement, struct failure *failure);

/** Removes a copy that was not committed, gives the lock back. */
void replacement_end(struct replacement *replacement);

#endif
