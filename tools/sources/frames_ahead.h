/**
 * @file frames_ahead.h
 * The frames of a session, read on a thread of its own while others work on those before. Each
 * reader gets all of them, in order. Meanwhile nobody else may use a session: HDF5 stands one
 * thread only.
 */
#ifndef ROLLSCOPE_TOOLS_FRAMES_AHEAD_H
#define ROLLSCOPE_TOOLS_FRAMES_AHEAD_H

#include "record/record.h"

#include <stddef.h>

/** At most so many. */
#define FRAMES_AHEAD_READERS 2

struct frames_ahead;

/**
 * Begins to read where the session stands.
 * @param readers 1 .. FRAMES_AHEAD_READERS, each on one thread; all have to go on: the slowest
 *        holds the others up
 * @return STATUS_OK, STATUS_MEMORY or STATUS_SYSTEM (no thread)
 */
int frames_ahead_open(struct frames_ahead **ahead, struct session *session, size_t readers,
                      struct failure *failure);

/**
 * The next frame of a reader.
 * @param reader 0 .. readers-1
 * @param frame its cells stay valid until the reader's next call
 * @return 1, or as session_read(); STATUS_END after frames_ahead_stop() too
 */
int frames_ahead_next(struct frames_ahead *ahead, size_t reader, struct frame *frame,
                      struct failure *failure);

/** No reader gets more than it has. Any thread; NULL is allowed. */
void frames_ahead_stop(struct frames_ahead *ahead);

/** Stops, waits for the thread, frees. No reader may be at work. NULL is allowed. */
void frames_ahead_close(struct frames_ahead *ahead);

#endif
