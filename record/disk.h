/**
 * @file disk.h
 * What a recorder asks of the disk below an open file: room for more, and to have written what it
 * was given. The latter is waited for by a thread of its own, so that a slow disk delays nobody.
 */
#ifndef ROLLSCOPE_RECORD_DISK_H
#define ROLLSCOPE_RECORD_DISK_H

#include <stdbool.h>
#include <stdint.h>

/** Bytes that the file may still grow by, for its user: free on the disk, and below the process's
 *  limit of file sizes. UINT64_MAX: not known. Any thread. */
uint64_t disk_room(int descriptor);

struct disk_sync;

/** @param descriptor stays the caller's and open. @return NULL when out of memory or threads */
struct disk_sync *disk_sync_create(int descriptor);

/** Asks for all that was written until now to be on the disk; does not wait. The calls of this
 *  object are the recorder's thread's. */
void disk_sync_request(struct disk_sync *sync);

/** Waits until all that was asked for is done. @return 0, or the system's number of the first error
 *  ever */
int disk_sync_wait(struct disk_sync *sync);

/** As disk_sync_wait(), without waiting. */
int disk_sync_error(struct disk_sync *sync);

/** Whether all that was asked for is done. */
bool disk_sync_is_done(struct disk_sync *sync);

/** Waits for what is under way, then frees. NULL is allowed. */
void disk_sync_destroy(struct disk_sync *sync);

#endif
