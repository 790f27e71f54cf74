/**
 * @file past.h
 * Where the session that is on a bus is being recorded, so that a detector that starts again can
 * read what the ring no longer holds: `record` leaves a note in the bus folder.
 */
#ifndef ROLLSCOPE_TOOLS_PAST_H
#define ROLLSCOPE_TOOLS_PAST_H

#include "mat/mat.h"

#include <stdbool.h>

/** Leaves the note. @param path of the session file, which need not be there yet
 *  @return STATUS_OK or STATUS_SYSTEM */
int past_note(const char *folder, const char *session, const char *path, struct failure *failure);

/** Whether the note says that this session is recorded in this file. */
bool past_noted(const char *folder, const char *session, const char *path);

/** Frames wanted from the past. */
struct past {
    const char *folder;    /**< the bus */
    const char *session;   /**< id: a file of another session is not read */
    uint64_t first, count; /**< numbers of the frames */
    void *context;
    /** Takes each, in order. @return STATUS_OK, or negative to stop */
    int (*take)(void *context, const struct frame *frame, struct failure *failure);
};

/** Reads them from the recorded file. @return how many of them, from the first on, were taken */
uint64_t past_read(const struct past *past, struct failure *failure);

#endif
