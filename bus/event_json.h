/**
 * @file event_json.h
 * Events as JSON, from the tables in mat/event.h. On the bus an event also carries "session" and
 * "row" (its row among the events of its type).
 */
#ifndef ROLLSCOPE_BUS_EVENT_JSON_H
#define ROLLSCOPE_BUS_EVENT_JSON_H

#include "bus.h"

/** Where on the bus an event stands. */
struct event_stamp {
    char session[BUS_SESSION_ID_SIZE];
    uint64_t row;
};

/** As event_encode(), with the stamp where it is not NULL. */
int event_json_write(const struct event *event, const struct event_stamp *stamp, char *text,
                     size_t size);

/** As event_decode(), with the stamp where it is not NULL. */
int event_json_read(struct event *event, struct event_stamp *stamp, const char *text, size_t size,
                    struct failure *failure);

#endif
