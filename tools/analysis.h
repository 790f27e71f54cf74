/**
 * @file analysis.h
 * The one way from frames to events, used by detect (live), analyze (batch) and every test: dsp,
 * then detect. Same frames, same parameters, same events, to the bit.
 */
#ifndef ROLLSCOPE_TOOLS_ANALYSIS_H
#define ROLLSCOPE_TOOLS_ANALYSIS_H

#include "mat/mat.h"

struct analysis;

/** @return NULL when out of memory */
struct analysis *analysis_create(const struct geometry *geometry,
                                 const struct parameters *parameters);

/** Takes a frame. Take the events that wait before the next one: a hold's breathing rate is found
 *  when it is taken. @return how many events wait */
size_t analysis_push(struct analysis *analysis, const struct frame *frame);

/** The session is over. @return how many events wait */
size_t analysis_finish(struct analysis *analysis);

/** Takes the oldest waiting event. @return 1, or 0 when none waits */
int analysis_next(struct analysis *analysis, struct event *event);

/** The contacts of the last frame. @param contacts set to [count], valid until the next push */
size_t analysis_contacts(const struct analysis *analysis, const struct contact **contacts);

/** NULL is allowed. */
void analysis_destroy(struct analysis *analysis);

#endif
