#include "recorded_health.h"

#include "../cli/stopping.h"
#include "acquire/acquire.h"

#include <stdio.h>

#include <jansson.h>

#define PERIOD_MS 1000

/* @param values of the message; NULL: all 0. @return how many counters there are */
static size_t counters_fill(struct session_counter *counters, const json_t *values)
{
    size_t count;
    const struct health_quantity *table = health_table(&count);
    count = count < SESSION_COUNTERS_MAX ? count : SESSION_COUNTERS_MAX;
    for (size_t i = 0; i < count; i++) {
        struct session_counter *counter = &counters[i];
        const json_t *told = json_object_get(values, table[i].name);
        *counter =
            (struct session_counter){.value = json_number_value(json_object_get(told, "value"))};
        snprintf(counter->name, sizeof counter->name, "%s", table[i].name);
        snprintf(counter->unit, sizeof counter->unit, "%s", table[i].unit);
        snprintf(counter->text, sizeof counter->text, "%s", table[i].text);
    }
    return count;
}

int recorded_health_begin(struct recorder *recorder, struct failure *failure)
{
    struct session_counter counters[SESSION_COUNTERS_MAX];
    size_t count = counters_fill(counters, NULL);
    return recorder_counters(recorder, counters, count, failure);
}

int recorded_health_take(struct recorder *recorder, const struct bus_reader *frames,
                         int64_t *taken_ms, struct failure *failure)
{
    struct session_counter counters[SESSION_COUNTERS_MAX];
    const char *text;
    int64_t now_ms = monotonic_ms();
    size_t size = bus_reader_counters(frames, &text);
    if (size == 0 || now_ms - *taken_ms < PERIOD_MS)
        return STATUS_OK;
    *taken_ms = now_ms;
    json_t *said = json_loadb(text, size, 0, NULL);
    const json_t *values = json_object_get(said, "values");
    size_t count = json_is_object(values) ? counters_fill(counters, values) : 0;
    json_decref(said);
    int status = count ? recorder_counters(recorder, counters, count, failure) : STATUS_OK;
    return status == STATUS_ARGUMENT ? STATUS_OK : status;
}
