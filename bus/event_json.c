#include "event_json.h"

#include "columns_json.h"

#include <stdio.h>
#include <string.h>

#include <jansson.h>

static json_t *event_json(const struct event *event, const char *session)
{
    const struct event_kind *kind = event_kind(event->type);
    json_t *json =
        json_pack("{s:s, s:I, s:I, s:f}", "event", kind->name, "number", (json_int_t)event->number,
                  "frame", (json_int_t)event->frame, "published_s", event->published_s);
    int bad = columns_json_write(json, event, kind->columns, kind->column_count);
    if (session)
        bad |= json_object_set_new(json, "session", json_string(session));
    if (!bad)
        return json;
    json_decref(json);
    return NULL;
}

int event_json_write(const struct event *event, const char *session, char *text, size_t size)
{
    return json_text_write(event_json(event, session), text, size);
}

static uint64_t whole(const json_t *json)
{
    json_int_t value = json_integer_value(json);
    return value > 0 ? (uint64_t)value : 0;
}

static int event_of_json(struct event *event, const json_t *json, struct failure *failure)
{
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

int event_json_read(struct event *event, char session[BUS_SESSION_ID_SIZE], const char *text,
                    size_t size)
{
    json_t *json = json_text_read(text, size, EVENT_JSON_SIZE, NULL);
    int status = json ? event_of_json(event, json, NULL) : STATUS_FORMAT;
    const char *id = json_string_value(json_object_get(json, "session"));
    snprintf(session, BUS_SESSION_ID_SIZE, "%s", id ? id : "");
    json_decref(json);
    return status;
}

int event_encode(const struct event *event, char *text, size_t size)
{
    return event_json_write(event, NULL, text, size);
}

int event_decode(struct event *event, const char *text, size_t size, struct failure *failure)
{
    json_t *json = json_text_read(text, size, EVENT_JSON_SIZE, failure);
    int status = json ? event_of_json(event, json, failure) : STATUS_FORMAT;
    json_decref(json);
    return status;
}
