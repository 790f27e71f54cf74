/* The stream of events, and that of notes. */
#include "stream_text.h"

#define SLOTS 16384
#define NOTES 1024

static int event_peek(const uint8_t *bytes, size_t size, uint64_t *number,
                      char session[BUS_SESSION_ID_SIZE])
{
    struct event event = {0};
    int status = record_json_read(&event_record, &event, session, (const char *)bytes, size, NULL);
    *number = event.number;
    return status;
}

static uint32_t slot_size(const struct geometry *geometry)
{
    (void)geometry;
    return event_record.size;
}

static uint32_t slots_wanted(const struct geometry *geometry,
                             const struct bus_publisher_options *options)
{
    (void)geometry;
    return options->stream == BUS_NOTES ? NOTES : SLOTS;
}

const struct stream stream_events = {"events", slot_size, slots_wanted, event_peek};
const struct stream stream_notes = {"notes", slot_size, slots_wanted, event_peek};

int bus_publish_event(struct bus_publisher *publisher, const struct event *event,
                      struct failure *failure)
{
    const struct text_message message = {.kind = &event_record,
                                         .record = event,
                                         .number = event->number,
                                         .topic = event_kind(event->type)->name,
                                         .time_s = event->published_s};
    return text_publish(publisher, &message, failure);
}

int bus_published_event(const struct bus_publisher *publisher, uint64_t number, struct event *event)
{
    return text_published(publisher, &event_record, number, event);
}

int bus_read_event(struct bus_reader *reader, struct event *event, int timeout_ms,
                   struct failure *failure)
{
    return text_read(reader, &event_record, event, timeout_ms, failure);
}
