/**
 * @file recorder_parts.h
 * What the files that continue or repair a recording need of a recorder.
 */
#ifndef ROLLSCOPE_RECORD_RECORDER_PARTS_H
#define ROLLSCOPE_RECORD_RECORDER_PARTS_H

#include "packing.h"
#include "record.h"

/** The file being written was renamed. */
void recorder_set_path(struct recorder *recorder, const char *path);

/** Frames that go into a chunk of the file. */
size_t recorder_chunk(const struct recorder *recorder);

/**
 * Appends a whole chunk of frames that is packed already, at a chunk's beginning.
 * @param frames [recorder_chunk()] what it holds
 * @return as recorder_frame()
 */
int recorder_packed(struct recorder *recorder, const struct frame *frames,
                    const struct packed *packed, struct failure *failure);

/** Keeps a row for an event that may be said again and whose content was lost. */
int recorder_reserve(struct recorder *recorder, const struct event *event, struct failure *failure);

#endif
