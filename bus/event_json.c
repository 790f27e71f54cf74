#include "event_json.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#define DIGITS 17

static json_t *number_json(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static const void *field_of(const struct event *event, const struct column *column)
{
    return (const char *)event + column->offset;
}

static json_t *column_json(const struct event *event, const struct column *column)
{
    switch (column->type) {
    case COLUMN_TIME:
    case COLUMN_F64:
        return number_json(event_number(event, column));
    case COLUMN_U32:
        return json_integer(*(const uint32_t *)field_of(event, column));
    case COLUMN_U64:
        return json_integer((json_int_t) * (const uint64_t *)field_of(event, column));
    case COLUMN_BOOL:
        return json_boolean(*(const bool *)field_of(event, column));
    case COLUMN_TEXT:
        break;
    }
    const char *text = field_of(event, column);
    json_t *json = json_stringn(text, strnlen(text, column->size));
    return json ? json : json_string("");
}

static json_t *event_json(const struct event *event, const char *session)
{
    const struct event_kind *kind = event_kind(event->type);
    json_t *json = json_object();
    int bad = json_object_set_new(json, "event", json_string(kind->name));
    bad |= json_object_set_new(json, "number", json_integer((json_int_t)event->number));
    bad |= json_object_set_new(json, "frame", json_integer((json_int_t)event->frame));
    bad |= json_object_set_new(json, "published_s", number_json(event->published_s));
    for (size_t i = 0; i < kind->column_count; i++)
        bad |=
            json_object_set_new(json, kind->columns[i].key, column_json(event, &kind->columns[i]));
    if (session)
        bad |= json_object_set_new(json, "session", json_string(session));
    if (!bad)
        return json;
    json_decref(json);
    return NULL;
}

int event_json_write(const struct event *event, const char *session, char *text, size_t size)
{
    json_t *json = event_json(event, session);
    if (!json)
        return STATUS_MEMORY;
    size_t length = json_dumpb(json, text, size, JSON_COMPACT | JSON_REAL_PRECISION(DIGITS));
    json_decref(json);
    if (!length || length >= size)
        return STATUS_FULL;
    text[length] = 0;
    return (int)length;
}

static uint64_t whole(const json_t *json)
{
    json_int_t value = json_integer_value(json);
    return value > 0 ? (uint64_t)value : 0;
}

static void column_read(struct event *event, const struct column *column, const json_t *json)
{
    void *field = (char *)event + column->offset;
    switch (column->type) {
    case COLUMN_TIME:
    case COLUMN_F64:
        event_set_number(event, column, json_is_number(json) ? json_number_value(json) : NAN);
        break;
    case COLUMN_U32:
        *(uint32_t *)field = whole(json) > UINT32_MAX ? UINT32_MAX : (uint32_t)whole(json);
        break;
    case COLUMN_U64:
        *(uint64_t *)field = whole(json);
        break;
    case COLUMN_BOOL:
        *(bool *)field = json_is_true(json);
        break;
    case COLUMN_TEXT:
        snprintf(field, column->size, "%s", json_is_string(json) ? json_string_value(json) : "");
        break;
    }
}

static int event_of_json(struct event *event, const json_t *json, struct failure *failure)
{
    const char *name = json_string_value(json_object_get(json, "event"));
    int type = name ? event_type_of(name) : STATUS_FORMAT;
    if (type < 0)
        return failure_set(failure, STATUS_FORMAT, "event: no kind of event is called '%.40s'",
                           name ? name : "");
    memset(event, 0, sizeof *event);
    event->type = (enum event_type)type;
    event->number = whole(json_object_get(json, "number"));
    event->frame = whole(json_object_get(json, "frame"));
    event->published_s = json_number_value(json_object_get(json, "published_s"));
    const struct event_kind *kind = event_kind(event->type);
    for (size_t i = 0; i < kind->column_count; i++)
        column_read(event, &kind->columns[i], json_object_get(json, kind->columns[i].key));
    return STATUS_OK;
}

static json_t *event_parse(const char *text, size_t size, struct failure *failure)
{
    json_error_t error = {.text = "longer than any event"};
    json_t *json =
        size < EVENT_JSON_SIZE ? json_loadb(text, size, JSON_REJECT_DUPLICATES, &error) : NULL;
    if (!json)
        failure_set(failure, STATUS_FORMAT, "event: byte %d: %s", error.position, error.text);
    return json;
}

int event_json_read(struct event *event, char session[BUS_SESSION_ID_SIZE], const char *text,
                    size_t size)
{
    json_t *json = event_parse(text, size, NULL);
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
    json_t *json = event_parse(text, size, failure);
    int status = json ? event_of_json(event, json, failure) : STATUS_FORMAT;
    json_decref(json);
    return status;
}
