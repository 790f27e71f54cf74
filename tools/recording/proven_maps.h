/**
 * @file proven_maps.h
 * Whether the maps of a session file are what its frames give: they are made again from them.
 */
#ifndef ROLLSCOPE_TOOLS_PROVEN_MAPS_H
#define ROLLSCOPE_TOOLS_PROVEN_MAPS_H

#include "mat/mat.h"
#include "record/record.h"

struct proven_maps;

/**
 * @param proof set; to NULL where the file has no maps
 * @param parameters that they were made with
 * @return STATUS_OK, or as session_maps() or recorded_maps_create()
 */
int proven_maps_begin(struct proven_maps **proof, struct session *session,
                      const struct parameters *parameters, struct failure *failure);

/** Whether the file has a checksum of them. NULL: true */
bool proven_maps_checksum(const struct proven_maps *proof);

/** Takes the next frame of the file. NULL is allowed. */
void proven_maps_push(struct proven_maps *proof, const struct frame *frame);

/** All frames were taken. @return whether the maps are those at the end or, in a file that was left
 *  by a kill, at one of the moments when they were brought up to date. NULL: true */
bool proven_maps_end(struct proven_maps *proof);

/** NULL is allowed. */
void proven_maps_destroy(struct proven_maps *proof);

#endif
