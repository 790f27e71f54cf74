/**
 * @file recorded_maps.h
 * The maps of a session that is being recorded: what each cell carried at rest, moving and fast.
 * Made from the very frames that go into the file, so that they are a function of it.
 */
#ifndef ROLLSCOPE_TOOLS_RECORDED_MAPS_H
#define ROLLSCOPE_TOOLS_RECORDED_MAPS_H

#include "mat/mat.h"
#include "record/record.h"

struct recorded_maps;

/**
 * @param maps set; NULL on failure
 * @param calibration its text; NULL: none
 * @return STATUS_OK, STATUS_MEMORY, or what calibration_read() returns
 */
int recorded_maps_create(struct recorded_maps **maps, const struct geometry *geometry,
                         const char *calibration, const struct parameters *parameters,
                         struct failure *failure);

/** Takes a frame of the file. @return whether the maps are due to be written: every 10 s */
bool recorded_maps_push(struct recorded_maps *maps, const struct frame *frame);

/** Takes all frames of a file that is gone on with. @return STATUS_OK or as session_read() */
int recorded_maps_replay(struct recorded_maps *maps, struct session *from, struct failure *failure);

/** No more frames come: the maps then cover all of them. */
void recorded_maps_finish(struct recorded_maps *maps);

/** The maps so far, valid until the next call. */
const struct session_maps *recorded_maps_now(struct recorded_maps *maps);

/** NULL is allowed. */
void recorded_maps_destroy(struct recorded_maps *maps);

#endif
