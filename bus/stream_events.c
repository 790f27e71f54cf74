/* The stream of events. */
#include "event_json.h"
#include "publisher.h"
#include "reader_state.h"

#define SLOTS 16384
#define NOTES 1024

static int event_peek(const uint8_t *bytes, size_t size, uint64_t *number,
                      char session[BUS_SESSION_ID_SIZE])
{
    struct event event;
    int status = event_json_read(&event, session, (const char *)bytes, size);
    if (!status)
        *number = event.number;
    return status;
}

static uint32_t slot_size(const struct geometry *geometry)
{
    (void)geometry;
    return EVENT_JSON_SIZE;
}

static uint32_t slots_wanted(const struct geometry *geometry,
                             const struct bus_publisher_options *options)
{
    (void)geometry;
    (void)options;
    return SLOTS;
}

static uint32_t notes_wanted(const struct geometry *geometry,
                             const struct bus_publisher_options *options)
{
    (void)geometry;
    (void)options;
    return NOTES;
}

const struct stream stream_events = {"events", slot_size, slots_wanted, event_peek};
const struct stream stream_notes = {"notes", slot_size, notes_wanted, event_peek};

int bus_published_event(const struct bus_publisher *publisher, uint64_t number,
                        struct event *event)
{
    char session[BUS_SESSION_ID_SIZE];
    const uint8_t *bytes;
    size_t size;
    return ring_read(publisher_ring(publisher), number, &bytes, &size) == 1 &&
           !event_json_read(event, session, (const char *)bytes, size);
}

int bus_publish_event(struct bus_publisher *publisher, const struct event *event,
                      struct failure *failure)
{
    int status = publisher_turn(publisher, event->number, failure);
    if (status < 1)
        return status;
    const char *session = bus_publisher_session(publisher)->id;
    char *text = (char *)ring_begin(publisher_ring(publisher));
    int size = event_json_write(event, session, text, EVENT_JSON_SIZE);
    if (size < 0)
        return failure_set(failure, size, "event %llu cannot be written as JSON",
                           (unsigned long long)event->number);
    struct message message = {
        .topic = event_kind(event->type)->name, .time_s = event->published_s, .size = (size_t)size};
    return publisher_send(publisher, &message, failure);
}

int bus_read_event(struct bus_reader *reader, struct event *event, int timeout_ms,
                   struct failure *failure)
{
    const uint8_t *bytes;
    size_t size;
    int status = reader_next(reader, &bytes, &size, timeout_ms, failure);
    if (status < 1)
        return status;
    char session[BUS_SESSION_ID_SIZE];
    event_json_read(event, session, (const char *)bytes, size);
    return 1;
}
