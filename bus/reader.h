/**
 * @file reader.h
 * One stream's reader: merges what comes live with what it asks for again, in order.
 */
#ifndef ROLLSCOPE_BUS_READER_H
#define ROLLSCOPE_BUS_READER_H

#include "bus.h"

/** What tells a stream's messages apart. */
struct stream_kind {
    const char *name; /**< of the stream: its sockets are `<folder>/<name>` and `<name>.ask` */
    /** Reads number and session of a message. @return STATUS_OK or STATUS_FORMAT */
    int (*peek)(const uint8_t *bytes, size_t size, uint64_t *number,
                char session[BUS_SESSION_ID_SIZE]);
};

struct reader;

int reader_open(struct reader **result, const char *folder, const struct stream_kind *kind,
                const struct bus_reader_options *options, struct failure *failure);

const struct bus_session *reader_session(struct reader *reader, int timeout_ms);

/** The next message. @param bytes valid until the next call @return as frame_reader_next() */
int reader_next(struct reader *reader, const uint8_t **bytes, size_t *size, int timeout_ms,
                struct failure *failure);

/** As in bus.h. */
void reader_seek(struct reader *reader, uint64_t from);
uint64_t reader_lost(struct reader *reader, uint64_t *first, uint64_t *last);
void reader_finish(struct reader *reader);
void reader_health(const struct reader *reader, struct bus_reader_health *health);
void reader_close(struct reader *reader);

#endif
