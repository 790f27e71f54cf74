/* The stream of events. */
#include "event_json.h"
#include "publisher.h"
#include "reader.h"

#include <stdlib.h>
#include <string.h>

#define STREAM    "events"
#define SLOT_SIZE EVENT_JSON_SIZE
#define SLOTS     16384

_Static_assert((int)EVENT_TYPE_COUNT <= (int)RING_COUNTERS, "a counter for each type");

struct event_publisher {
    struct publisher *publisher;
};

struct event_reader {
    struct reader *reader;
    struct event_stamp stamp; /* of the event last given */
};

static int event_peek(const uint8_t *bytes, size_t size, uint64_t *number,
                      char session[BUS_SESSION_ID_SIZE])
{
    struct event event;
    struct event_stamp stamp;
    int status = event_json_read(&event, &stamp, (const char *)bytes, size, NULL);
    if (status)
        return status;
    *number = event.number;
    memcpy(session, stamp.session, BUS_SESSION_ID_SIZE);
    return STATUS_OK;
}

static const struct stream_kind kind = {STREAM, event_peek};

/* A process killed between an event and its count left the count one short. */
static void rows_mend(struct ring *ring)
{
    struct event event;
    struct event_stamp stamp;
    const uint8_t *bytes;
    size_t size;
    if (ring_next(ring) && ring_read(ring, ring_next(ring) - 1, &bytes, &size) == 1 &&
        !event_json_read(&event, &stamp, (const char *)bytes, size, NULL))
        ring_counters(ring)[event.type] = stamp.row + 1;
}

static int session_begin(struct publisher *publisher, const struct bus_session *session,
                         struct failure *failure)
{
    struct bus_session left;
    if (publisher_left_session(publisher, &left) && !strcmp(left.id, session->id))
        rows_mend(publisher_ring(publisher));
    else {
        int status = publisher_format(publisher, session, SLOT_SIZE, SLOTS, failure);
        if (status)
            return status;
    }
    return publisher_start(publisher, session, failure);
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
    struct event_stamp stamp = {.row = ring_counters(ring)[event->type]};
    memcpy(stamp.session, publisher_session(publisher->publisher)->id, sizeof stamp.session);
    int size = event_json_write(event, &stamp, (char *)ring_begin(ring), SLOT_SIZE);
    if (size < 0)
        return failure_set(failure, size, "event %llu cannot be written as JSON",
                           (unsigned long long)event->number);
    int status =
        publisher_send(publisher->publisher, event_kind(event->type)->name, (size_t)size, failure);
    ring_counters(ring)[event->type]++;
    return status;
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

bool event_publisher_left(const struct event_publisher *publisher)
{
    return publisher_left(publisher->publisher);
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

int event_reader_next(struct event_reader *reader, struct event *event, int timeout_ms,
                      struct failure *failure)
{
    const uint8_t *bytes;
    size_t size;
    int status = reader_next(reader->reader, &bytes, &size, timeout_ms, failure);
    if (status < 1)
        return status;
    event_json_read(event, &reader->stamp, (const char *)bytes, size, NULL);
    return 1;
}

uint64_t event_reader_row(const struct event_reader *reader)
{
    return reader->stamp.row;
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
