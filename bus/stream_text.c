#include "stream_text.h"

int text_publish(struct bus_publisher *publisher, const struct text_message *message,
                 struct failure *failure)
{
    int status = publisher_turn(publisher, message->number, failure);
    if (status < 1)
        return status;
    const char *session = bus_publisher_session(publisher)->id;
    char *text = (char *)ring_begin(publisher_ring(publisher));
    int size =
        record_json_write(message->kind, message->record, session, text, message->kind->size);
    if (size < 0)
        return failure_set(failure, size, "%s %llu cannot be written as JSON", message->topic,
                           (unsigned long long)message->number);
    const struct message sent = {
        .topic = message->topic, .time_s = message->time_s, .size = (size_t)size};
    return publisher_send(publisher, &sent, failure);
}

int text_published(const struct bus_publisher *publisher, const struct record_json *kind,
                   uint64_t number, void *record)
{
    const uint8_t *bytes;
    size_t size;
    return ring_read(publisher_ring(publisher), number, &bytes, &size) == 1 &&
           !record_json_read(kind, record, NULL, (const char *)bytes, size, NULL);
}

int text_read(struct bus_reader *reader, const struct record_json *kind, void *record,
              int timeout_ms, struct failure *failure)
{
    const uint8_t *bytes;
    size_t size;
    int status = reader_next(reader, &bytes, &size, timeout_ms, failure);
    if (status == 1)
        record_json_read(kind, record, NULL, (const char *)bytes, size, NULL);
    return status;
}
