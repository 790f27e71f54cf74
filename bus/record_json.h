/**
 * @file record_json.h
 * Events and metrics as JSON: what one kind of record says, and what both share.
 */
#ifndef ROLLSCOPE_BUS_RECORD_JSON_H
#define ROLLSCOPE_BUS_RECORD_JSON_H

#include "bus.h"

struct json_t;

/** A kind of record that travels as text. */
struct record_json {
    uint32_t size; /**< holds the longest text */
    /** @return a new reference; NULL: out of memory */
    struct json_t *(*make)(const void *record);
    /** @return STATUS_OK or STATUS_FORMAT */
    int (*take)(void *record, const struct json_t *json, struct failure *failure);
};

/** struct event, in event_json.c; struct metrics, in metrics_json.c. */
extern const struct record_json event_record, metrics_record;

/** The text of a record, with the session where it is not NULL. @return as event_encode() */
int record_json_write(const struct record_json *kind, const void *record, const char *session,
                      char *text, size_t size);

/** The record of a text. @param session filled in, empty where it names none; NULL: not wanted
 *  @return as event_decode() */
int record_json_read(const struct record_json *kind, void *record,
                     char session[BUS_SESSION_ID_SIZE], const char *text, size_t size,
                     struct failure *failure);

#endif
