/**
 * @file event_json.h
 * Events as JSON, from the tables in mat/event.h. On the bus an event also carries "session".
 */
#ifndef ROLLSCOPE_BUS_EVENT_JSON_H
#define ROLLSCOPE_BUS_EVENT_JSON_H

#include "bus.h"

/** As event_encode(), with the session where it is not NULL. */
int event_json_write(const struct event *event, const char *session, char *text, size_t size);

/** As event_decode(), with the session; empty where it names none. */
int event_json_read(struct event *event, char session[BUS_SESSION_ID_SIZE], const char *text,
                    size_t size);

#endif
