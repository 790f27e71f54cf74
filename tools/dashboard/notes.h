/**
 * @file notes.h
 * What people say while a session goes on (pain, notes, pauses), as markers on the bus's stream of
 * notes: on disk before it is answered, so that neither a kill here nor of `record` loses it.
 */
#ifndef ROLLSCOPE_TOOLS_DASHBOARD_NOTES_H
#define ROLLSCOPE_TOOLS_DASHBOARD_NOTES_H

#include "bus/bus.h"

#include <jansson.h>

struct notes {
    struct bus_publisher *publisher; /**< NULL: none can be taken */
};

/** Takes notes for a session. @return as bus_publisher_open() */
int notes_begin(struct notes *notes, const char *folder, const struct bus_session *session,
                struct failure *failure);

/**
 * What is said as a marker, without its time: {"kind": "pain", "value": 0..10}, {"kind": "note",
 * "text": TEXT}, or the kinds pause and resume; with "spot": ID it is about a hot spot.
 * @return NULL: it was read; why not
 */
const char *notes_read(struct marker *marker, const json_t *said);

/**
 * Takes a note, as notes_read() reads it.
 * @param frame, time_s where the session is
 * @return NULL: it was taken; why not
 */
const char *notes_take(struct notes *notes, const json_t *said, uint64_t frame, double time_s);

/** Answers those who ask for notes again. */
void notes_serve(struct notes *notes);

/** No more notes will come. */
void notes_end(struct notes *notes);

#endif
