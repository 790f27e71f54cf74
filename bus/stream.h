/**
 * @file stream.h
 * What tells one stream from another.
 */
#ifndef ROLLSCOPE_BUS_STREAM_H
#define ROLLSCOPE_BUS_STREAM_H

#include "bus.h"

/** The topic of counters, on every stream. */
#define HEALTH_TOPIC "health"

/** One stream. */
struct stream {
    const char *name; /**< its sockets are `<folder>/<name>` and `<name>.ask` */
    /** Bytes of its longest message. */
    uint32_t (*slot_size)(const struct geometry *geometry);
    /** How many messages its ring holds. */
    uint32_t (*slots)(const struct geometry *geometry, const struct bus_publisher_options *options);
    /** Reads number and session of a message. @return STATUS_OK or STATUS_FORMAT */
    int (*peek)(const uint8_t *bytes, size_t size, uint64_t *number,
                char session[BUS_SESSION_ID_SIZE]);
};

/** Each is described in the file that is called so. */
extern const struct stream stream_frames, stream_events, stream_metrics;

/** Events too: in stream_events.c. */
extern const struct stream stream_notes;

const struct stream *stream_of(enum bus_stream stream);

#endif
