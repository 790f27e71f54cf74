#include "record_json.h"

#include "columns_json.h"

#include <stdio.h>

#include <jansson.h>

int record_json_write(const struct record_json *kind, const void *record, const char *session,
                      char *text, size_t size)
{
    json_t *json = kind->make(record);
    if (json && session && json_object_set_new(json, "session", json_string(session))) {
        json_decref(json);
        json = NULL;
    }
    return json_text_write(json, text, size);
}

int record_json_read(const struct record_json *kind, void *record,
                     char session[BUS_SESSION_ID_SIZE], const char *text, size_t size,
                     struct failure *failure)
{
    json_t *json = json_text_read(text, size, kind->size, failure);
    int status = json ? kind->take(record, json, failure) : STATUS_FORMAT;
    const char *id = json_string_value(json_object_get(json, "session"));
    if (session)
        snprintf(session, BUS_SESSION_ID_SIZE, "%s", id ? id : "");
    json_decref(json);
    return status;
}

int event_encode(const struct event *event, char *text, size_t size)
{
    return record_json_write(&event_record, event, NULL, text, size);
}

int event_decode(struct event *event, const char *text, size_t size, struct failure *failure)
{
    return record_json_read(&event_record, event, NULL, text, size, failure);
}

int metrics_encode(const struct metrics *metrics, char *text, size_t size)
{
    return record_json_write(&metrics_record, metrics, NULL, text, size);
}

int metrics_decode(struct metrics *metrics, const char *text, size_t size, struct failure *failure)
{
    return record_json_read(&metrics_record, metrics, NULL, text, size, failure);
}
