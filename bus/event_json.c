#include "record_json.h"

#include "columns_json.h"

#include <string.h>

#include <jansson.h>

static json_t *event_make(const void *record)
{
    const struct event *event = record;
    const struct event_kind *kind = event_kind(event->type);
    json_t *json =
        json_pack("{s:s, s:I, s:I, s:f}", "event", kind->name, "number", (json_int_t)event->number,
                  "frame", (json_int_t)event->frame, "published_s", event->published_s);
    int bad = columns_json_write(json, event, kind->columns, kind->column_count);
    if (!bad)
        return json;
    json_decref(json);
    return NULL;
}

static uint64_t whole(const json_t *json)
{
    json_int_t value = json_integer_value(json);
    return value > 0 ? (uint64_t)value : 0;
}

static int event_take(void *record, const json_t *json, struct failure *failure)
{
    struct event *event = record;
    const char *name = json_string_value(json_object_get(json, "event"));
    int type = name ? event_type_of(name) : STATUS_FORMAT;
    if (type < 0)
        return failure_set(failure, STATUS_FORMAT, "no kind of event is called '%.40s'",
                           name ? name : "");
    memset(event, 0, sizeof *event);
    event->type = (enum event_type)type;
    event->number = whole(json_object_get(json, "number"));
    event->frame = whole(json_object_get(json, "frame"));
    event->published_s = json_number_value(json_object_get(json, "published_s"));
    const struct event_kind *kind = event_kind(event->type);
    columns_json_read(json, event, kind->columns, kind->column_count);
    return STATUS_OK;
}

const struct record_json event_record = {EVENT_JSON_SIZE, event_make, event_take};
