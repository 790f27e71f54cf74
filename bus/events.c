/* The stream of events. */
#include "event_json.h"
#include "publisher.h"
#include "reader.h"

#include <stdlib.h>
#include <string.h>

#define STREAM    "events"
#define SLOT_SIZE EVENT_JSON_SIZE
#define SLOTS     16384

struct event_publisher {
    struct publisher *publisher;
};

struct event_reader {
    struct reader *reader;
};

static int event_peek(const uint8_t *bytes, size_t size, uint64_t *number,
                      char session[BUS_SESSION_ID_SIZE])
{
    struct event event;
    int status = event_json_read(&event, session, (const char *)bytes, size);
    if (!status)
        *number = event.number;
    return status;
}

static const struct stream_kind kind = {STREAM, event_peek};

static int session_begin(struct publisher *publisher, const struct bus_session *session,
                         struct failure *failure)
{
    struct bus_session left;
    bool same = publisher_left_session(publisher, &left) && !strcmp(left.id, session->id);
    int status = same ? STATUS_OK : publisher_format(publisher, session, SLOT_SIZE, SLOTS, failure);
    return status ? status : publisher_start(publisher, session, failure);
}

int event_publisher_open(struct event_publisher **result, const char *folder,
                         const struct bus_session *session, struct failure *failure)
{
    *result = NULL;
    struct event_publisher *publisher = calloc(1, sizeof *publisher);
    if (!publisher)
        return failure_set(failure, STATUS_MEMORY, "bus %s: out of memory", folder);
    int status = publisher_open(&publisher->publisher, folder, STREAM, failure);
    if (!status)
        status = session_begin(publisher->publisher, session, failure);
    if (status)
        event_publisher_close(publisher);
    else
        *result = publisher;
    return status;
}

uint64_t event_publisher_next(const struct event_publisher *publisher)
{
    return ring_next(publisher_ring(publisher->publisher));
}

int event_publisher_push(struct event_publisher *publisher, const struct event *event,
                         struct failure *failure)
{
    struct ring *ring = publisher_ring(publisher->publisher);
    if (event->number < ring_next(ring))
        return 0;
    if (event->number > ring_next(ring))
        return failure_set(failure, STATUS_ARGUMENT, "event %llu where %llu is the next",
                           (unsigned long long)event->number, (unsigned long long)ring_next(ring));
    const char *session = publisher_session(publisher->publisher)->id;
    int size = event_json_write(event, session, (char *)ring_begin(ring), SLOT_SIZE);
    if (size < 0)
        return failure_set(failure, size, "event %llu cannot be written as JSON",
                           (unsigned long long)event->number);
    return publisher_send(publisher->publisher, event_kind(event->type)->name, (size_t)size,
                          failure);
}

int event_publisher_serve(struct event_publisher *publisher, int timeout_ms)
{
    return publisher_serve(publisher->publisher, timeout_ms);
}

bool event_publisher_room(const struct event_publisher *publisher)
{
    return publisher_room(publisher->publisher);
}

void event_publisher_end(struct event_publisher *publisher)
{
    publisher_end(publisher->publisher);
}

void event_publisher_health(const struct event_publisher *publisher,
                            struct bus_publisher_health *health)
{
    publisher_health(publisher->publisher, health);
}

void event_publisher_close(struct event_publisher *publisher)
{
    if (!publisher)
        return;
    publisher_close(publisher->publisher);
    free(publisher);
}

int event_reader_open(struct event_reader **result, const char *folder,
                      const struct bus_reader_options *options, struct failure *failure)
{
    *result = NULL;
    struct event_reader *reader = calloc(1, sizeof *reader);
    if (!reader)
        return failure_set(failure, STATUS_MEMORY, "bus %s: out of memory", folder);
    int status = reader_open(&reader->reader, folder, &kind, options, failure);
    if (status)
        event_reader_close(reader);
    else
        *result = reader;
    return status;
}

const struct bus_session *event_reader_session(struct event_reader *reader, int timeout_ms)
{
    return reader_session(reader->reader, timeout_ms);
}

void event_reader_seek(struct event_reader *reader, uint64_t from)
{
    reader_seek(reader->reader, from);
}

int event_reader_next(struct event_reader *reader, struct event *event, int timeout_ms,
                      struct failure *failure)
{
    const uint8_t *bytes;
    size_t size;
    int status = reader_next(reader->reader, &bytes, &size, timeout_ms, failure);
    if (status < 1)
        return status;
    char session[BUS_SESSION_ID_SIZE];
    event_json_read(event, session, (const char *)bytes, size);
    return 1;
}

uint64_t event_reader_lost(struct event_reader *reader, uint64_t *first, uint64_t *last)
{
    return reader_lost(reader->reader, first, last);
}

void event_reader_finish(struct event_reader *reader)
{
    reader_finish(reader->reader);
}

void event_reader_health(const struct event_reader *reader, struct bus_reader_health *health)
{
    reader_health(reader->reader, health);
}

void event_reader_close(struct event_reader *reader)
{
    if (!reader)
        return;
    reader_close(reader->reader);
    free(reader);
}
