/**
 * @file story.h
 * What has happened in the session that is shown, for a screen that comes late. Bounded: of more
 * than it holds the oldest is forgotten, which no session of a day reaches.
 */
#ifndef ROLLSCOPE_TOOLS_DASHBOARD_STORY_H
#define ROLLSCOPE_TOOLS_DASHBOARD_STORY_H

#include "mat/mat.h"

#include <jansson.h>

/** Spacing of the track of force, s. */
#define STORY_TRACK_S 0.2

struct story;

/** @return NULL when out of memory */
struct story *story_create(void);

/** Another session. */
void story_begin(struct story *story);

/** Takes an event; of a hot spot and a bout the last state is kept. */
void story_event(struct story *story, const struct event *event);

/** Everything: {"past": [events], "track": {"period_s", "from_s", "force_n": [], "peak_kpa": []}}.
 *  @return a new reference; NULL when out of memory */
json_t *story_tell(const struct story *story);

/** How long the session was, s; 0 while its summary was not said. */
double story_duration_s(const struct story *story);

/** An id that no marker has. */
uint32_t story_marker_id(const struct story *story);

/** NULL is allowed. */
void story_destroy(struct story *story);

#endif
