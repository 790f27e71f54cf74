/**
 * @file stream_text.h
 * Streams whose messages are records as JSON: events, notes and metrics.
 */
#ifndef ROLLSCOPE_BUS_STREAM_TEXT_H
#define ROLLSCOPE_BUS_STREAM_TEXT_H

#include "publisher.h"
#include "reader_state.h"
#include "record_json.h"

/** What tells one such stream's messages from another's. */
struct text_message {
    const struct record_json *kind;
    const void *record;
    uint64_t number;
    const char *topic;
    double time_s; /**< session time that it tells of */
};

/** As bus_publish_event(). */
int text_publish(struct bus_publisher *publisher, const struct text_message *message,
                 struct failure *failure);

/** As bus_published_event(). */
int text_published(const struct bus_publisher *publisher, const struct record_json *kind,
                   uint64_t number, void *record);

/** As bus_read_event(). */
int text_read(struct bus_reader *reader, const struct record_json *kind, void *record,
              int timeout_ms, struct failure *failure);

#endif
