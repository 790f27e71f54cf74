#include "record_json.h"

#include "columns_json.h"

#include <string.h>

#include <jansson.h>

#define KIND "metrics"

/* The elements of one of the arrays. */
struct elements {
    const struct metrics_table *table;
    const char *first;
    size_t stride, count;
};

static struct elements contacts_of(const struct metrics *metrics)
{
    return (struct elements){metrics_table(METRICS_CONTACT), (const char *)metrics->contacts,
                             sizeof metrics->contacts[0], metrics->contact_count};
}

static struct elements spots_of(const struct metrics *metrics)
{
    return (struct elements){metrics_table(METRICS_SPOT), (const char *)metrics->spots,
                             sizeof metrics->spots[0], metrics->spot_count};
}

static int elements_write(json_t *json, struct elements elements)
{
    json_t *array = json_array();
    int bad = json_object_set_new(json, elements.table->key, array);
    for (size_t i = 0; i < elements.count; i++) {
        json_t *element = json_object();
        bad |= columns_json_write(element, elements.first + i * elements.stride,
                                  elements.table->columns, elements.table->column_count);
        bad |= json_array_append_new(array, element);
    }
    return bad;
}

static json_t *metrics_make(const void *record)
{
    const struct metrics *metrics = record;
    const struct metrics_table *plain = metrics_table(METRICS_PLAIN);
    json_t *json = json_pack("{s:s}", "event", KIND);
    int bad = columns_json_write(json, metrics, plain->columns, plain->column_count);
    bad |= elements_write(json, contacts_of(metrics));
    bad |= elements_write(json, spots_of(metrics));
    if (!bad)
        return json;
    json_decref(json);
    return NULL;
}

/* @return how many were there, at most `most` */
static size_t elements_read(const json_t *json, struct elements elements, size_t most)
{
    const json_t *array = json_object_get(json, elements.table->key);
    size_t count = json_array_size(array) < most ? json_array_size(array) : most;
    for (size_t i = 0; i < count; i++)
        columns_json_read(json_array_get(array, i), (char *)elements.first + i * elements.stride,
                          elements.table->columns, elements.table->column_count);
    return count;
}

static int metrics_take(void *record, const json_t *json, struct failure *failure)
{
    struct metrics *metrics = record;
    const struct metrics_table *plain = metrics_table(METRICS_PLAIN);
    const char *name = json_string_value(json_object_get(json, "event"));
    if (!name || strcmp(name, KIND) || !json_is_integer(json_object_get(json, "number")))
        return failure_set(failure, STATUS_FORMAT, "these are no metrics");
    memset(metrics, 0, sizeof *metrics);
    columns_json_read(json, metrics, plain->columns, plain->column_count);
    metrics->contact_count = elements_read(json, contacts_of(metrics), METRICS_CONTACTS);
    metrics->spot_count = elements_read(json, spots_of(metrics), METRICS_SPOTS);
    return STATUS_OK;
}

const struct record_json metrics_record = {METRICS_JSON_SIZE, metrics_make, metrics_take};
