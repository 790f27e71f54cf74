#include "columns_json.h"
#include "publisher_state.h"
#include "sockets.h"

#include <math.h>

#include <jansson.h>

#define HEALTH_SIZE  8192
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static int counter_add(json_t *values, const struct bus_counter *counter)
{
    json_t *value = isfinite(counter->value) ? json_real(counter->value) : json_null();
    return json_object_set_new(
        values, counter->name,
        json_pack("{s:o, s:s, s:s}", "value", value, "unit", counter->unit, "text", counter->text));
}

/* What the publisher itself counts. */
static int own_add(json_t *values, const struct bus_publisher *publisher)
{
    struct bus_publisher_health health;
    bus_publisher_health(publisher, &health);
    const struct bus_counter counters[] = {
        {"bus_next", "message", "number of the next message", (double)health.next},
        {"bus_first", "message", "oldest that is kept", (double)health.first},
        {"bus_requests", "request", "answered", (double)health.requests},
        {"bus_malformed", "request", "dropped because they made no sense",
         (double)health.malformed},
        {"bus_resent", "message", "sent again on request", (double)health.resent},
        {"bus_admitted", "connection", "from the network with a known key",
         (double)health.admitted},
        {"bus_refused", "connection", "from the network without one", (double)health.refused},
        {"bus_readers", "reader", "registered", health.readers},
        {"bus_vanished", "reader", "of them, whose connection broke", health.vanished},
        {"bus_behind", "message", "how far the slowest of them is behind", (double)health.behind},
    };
    int bad = 0;
    for (size_t i = 0; i < COUNT(counters); i++)
        bad |= counter_add(values, &counters[i]);
    return bad;
}

int bus_publish_health(struct bus_publisher *publisher, const struct bus_counter *counters,
                       size_t count, struct failure *failure)
{
    json_t *values = json_object();
    int bad = own_add(values, publisher);
    for (size_t i = 0; i < count; i++)
        bad |= counter_add(values, &counters[i]);
    json_t *time = isfinite(publisher->time_s) ? json_real(publisher->time_s) : json_null();
    json_t *json = json_pack("{s:s, s:s, s:f, s:o, s:o, s:s}", "event", "health", "stream",
                             publisher->stream->name, "uptime_s",
                             (double)(now_ms() - publisher->begun_ms) * 1e-3, "time_s", time,
                             "values", values, "session", publisher->session.id);
    char text[HEALTH_SIZE];
    int length = json_text_write(bad ? NULL : json, text, sizeof text);
    if (bad)
        json_decref(json);
    if (length < 0)
        return failure_set(failure, length, "%s: the counters are too long to be said",
                           publisher->stream->name);
    int status = publisher_say(publisher, HEALTH_TOPIC, text, (size_t)length);
    return status < 1 ? socket_failure(failure, "bus: publish") : 1;
}
