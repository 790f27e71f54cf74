/**
 * @file spots.h
 * Hot spots: places on the mat where the pressure under the tool stands out from its surroundings,
 * pass after pass.
 *
 * Method: docs/rationale/spots.md. What a tool met in a pass (scan.h), how each place of it rises
 * over those beside it (relief.h), whether that stands out from the scatter of all places and of
 * the passes (summits.h), and a confidence. Where too few passes went, what rose under a strip that
 * was held there counts (stand.h).
 */
#ifndef ROLLSCOPE_DETECT_SPOTS_H
#define ROLLSCOPE_DETECT_SPOTS_H

#include "contacts.h"
#include "queue.h"
#include "tool.h"

#include "mat/mat.h"

struct spots;

/** @return NULL when out of memory */
struct spots *spots_create(const struct geometry *geometry, const struct parameters *parameters);

/** A contact begins in a slot. */
void spots_begin(struct spots *spots, int slot);

/** Takes a loaded contact of this frame in. @param dt_s since its last frame */
void spots_take(struct spots *spots, int slot, const struct contacts *contacts,
                const struct pressure *pressure, double dt_s);

/** A stroke of the contact in a slot has been published: its cells go into the map. */
void spots_stroke(struct spots *spots, int slot, const struct stroke *stroke);

/** A hold of the contact in a slot has been published: what rose under it goes into the map. */
void spots_hold(struct spots *spots, int slot, const struct hold *hold);

/** Drops what a slot has gathered since its last stroke: it was none. */
void spots_drop(struct spots *spots, int slot);

/** Looks for spots if the map has changed, and publishes those that are new or have changed. */
void spots_publish(struct spots *spots, struct queue *queue, struct totals *totals);

/** How many stand. */
uint32_t spots_count(const struct spots *spots);

void spots_reset(struct spots *spots);

void spots_destroy(struct spots *spots);

#endif
