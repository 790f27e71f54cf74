/**
 * @file detect.h
 * From conditioned pressure to events: contacts, strokes, holds, bouts and hot spots, live and
 * causal. The same frames and parameters give the same events, to the bit. A published event is
 * never taken back; a hot spot is published again under its id when it changes.
 */
#ifndef ROLLSCOPE_DETECT_H
#define ROLLSCOPE_DETECT_H

#include "mat/mat.h"

#include <stddef.h>

/** One detector, one thread. */
struct detector;

/**
 * Makes a detector.
 * @param geometry the mat; checked by geometry_check() before
 * @param parameters copied
 * @return NULL when out of memory
 */
struct detector *detector_create(const struct geometry *geometry,
                                 const struct parameters *parameters);

/**
 * Takes one conditioned frame. Allocates nothing.
 * @param frame the frame's number in the session
 * @return how many events wait for detector_next()
 */
size_t detector_push(struct detector *detector, const struct pressure *pressure, uint64_t frame);

/** The session is over: ends what is going on and says the summary. @return events that wait. */
size_t detector_finish(struct detector *detector);

/** Takes the oldest waiting event. @return 1, or 0 when none waits. */
int detector_next(struct detector *detector, struct event *event);

/** The contacts of the last frame. @param contacts set to [count], valid until the next push. */
size_t detector_contacts(const struct detector *detector, const struct contact **contacts);

/** What is known right now: fills in all of the metrics but number, time, rhythms and quality. */
void detector_measure(const struct detector *detector, struct metrics *metrics);

/** Forgets everything but its size and parameters. */
void detector_reset(struct detector *detector);

/** NULL is allowed. */
void detector_destroy(struct detector *detector);

#endif
