/* The stream of metrics. */
#include "stream_text.h"

#define TOPIC "metrics"
#define SLOTS 64 /* readers want the newest */

static int metrics_peek(const uint8_t *bytes, size_t size, uint64_t *number,
                        char session[BUS_SESSION_ID_SIZE])
{
    struct metrics metrics = {0};
    int status =
        record_json_read(&metrics_record, &metrics, session, (const char *)bytes, size, NULL);
    *number = metrics.number;
    return status;
}

static uint32_t slot_size(const struct geometry *geometry)
{
    (void)geometry;
    return metrics_record.size;
}

static uint32_t slots_wanted(const struct geometry *geometry,
                             const struct bus_publisher_options *options)
{
    (void)geometry;
    (void)options;
    return SLOTS;
}

const struct stream stream_metrics = {"metrics", slot_size, slots_wanted, metrics_peek};

int bus_publish_metrics(struct bus_publisher *publisher, const struct metrics *metrics,
                        struct failure *failure)
{
    const struct text_message message = {.kind = &metrics_record,
                                         .record = metrics,
                                         .number = metrics->number,
                                         .topic = TOPIC,
                                         .time_s = metrics->time_s};
    return text_publish(publisher, &message, failure);
}

int bus_published_metrics(const struct bus_publisher *publisher, uint64_t number,
                          struct metrics *metrics)
{
    return text_published(publisher, &metrics_record, number, metrics);
}

int bus_read_metrics(struct bus_reader *reader, struct metrics *metrics, int timeout_ms,
                     struct failure *failure)
{
    return text_read(reader, &metrics_record, metrics, timeout_ms, failure);
}
