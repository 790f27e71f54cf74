/* The stream of metrics. */
#include "metrics_json.h"
#include "publisher.h"
#include "reader_state.h"

#define TOPIC "metrics"
#define SLOTS 64 /* readers want the newest */

static int metrics_peek(const uint8_t *bytes, size_t size, uint64_t *number,
                        char session[BUS_SESSION_ID_SIZE])
{
    struct metrics metrics;
    int status = metrics_json_read(&metrics, session, (const char *)bytes, size);
    if (!status)
        *number = metrics.number;
    return status;
}

static uint32_t slot_size(const struct geometry *geometry)
{
    (void)geometry;
    return METRICS_JSON_SIZE;
}

static uint32_t slots_wanted(const struct geometry *geometry,
                             const struct bus_publisher_options *options)
{
    (void)geometry;
    (void)options;
    return SLOTS;
}

const struct stream stream_metrics = {"metrics", slot_size, slots_wanted, metrics_peek};

int bus_published_metrics(const struct bus_publisher *publisher, uint64_t number,
                          struct metrics *metrics)
{
    char session[BUS_SESSION_ID_SIZE];
    const uint8_t *bytes;
    size_t size;
    return ring_read(publisher_ring(publisher), number, &bytes, &size) == 1 &&
           !metrics_json_read(metrics, session, (const char *)bytes, size);
}

int bus_publish_metrics(struct bus_publisher *publisher, const struct metrics *metrics,
                        struct failure *failure)
{
    int status = publisher_turn(publisher, metrics->number, failure);
    if (status < 1)
        return status;
    const char *session = bus_publisher_session(publisher)->id;
    char *text = (char *)ring_begin(publisher_ring(publisher));
    int size = metrics_json_write(metrics, session, text, METRICS_JSON_SIZE);
    if (size < 0)
        return failure_set(failure, size, "metrics %llu cannot be written as JSON",
                           (unsigned long long)metrics->number);
    struct message message = {.topic = TOPIC, .time_s = metrics->time_s, .size = (size_t)size};
    return publisher_send(publisher, &message, failure);
}

int bus_read_metrics(struct bus_reader *reader, struct metrics *metrics, int timeout_ms,
                     struct failure *failure)
{
    const uint8_t *bytes;
    size_t size;
    int status = reader_next(reader, &bytes, &size, timeout_ms, failure);
    if (status < 1)
        return status;
    char session[BUS_SESSION_ID_SIZE];
    metrics_json_read(metrics, session, (const char *)bytes, size);
    return 1;
}
