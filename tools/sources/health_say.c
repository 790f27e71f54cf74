#include "health_say.h"

#include "../cli/stopping.h"

#define PERIOD_MS     1000
#define COUNTERS_MOST 64

static size_t counters_fill(struct bus_counter *counters, const struct source *source)
{
    struct source_health health;
    size_t count;
    const struct health_quantity *table = health_table(&count);
    source_health(source, &health);
    count = count < COUNTERS_MOST ? count : COUNTERS_MOST;
    for (size_t i = 0; i < count; i++)
        counters[i] = (struct bus_counter){table[i].name, table[i].unit, table[i].text,
                                           health_value(&health, &table[i])};
    return count;
}

int health_say(struct bus_publisher *publisher, const struct source *source, int64_t *said_ms,
               struct failure *failure)
{
    struct bus_counter counters[COUNTERS_MOST];
    int64_t now = monotonic_ms();
    if (now - *said_ms < PERIOD_MS)
        return STATUS_OK;
    *said_ms = now;
    size_t count = source ? counters_fill(counters, source) : 0;
    int status = bus_publish_health(publisher, counters, count, failure);
    return status < 0 ? status : STATUS_OK;
}
