#include "columns_json.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#define DIGITS   17
#define KEY_SIZE 32

static json_t *column_json(const void *record, const struct column *column)
{
    const void *field = (const char *)record + column->offset;
    double number;
    json_t *json;
    switch (column->type) {
    case COLUMN_TIME:
    case COLUMN_F64:
        number = column_number(record, column);
        return isfinite(number) ? json_real(number) : json_null();
    case COLUMN_U32:
        return json_integer(*(const uint32_t *)field);
    case COLUMN_U64:
        return json_integer((json_int_t) * (const uint64_t *)field);
    case COLUMN_BOOL:
        return json_boolean(*(const bool *)field);
    case COLUMN_TEXT:
        break;
    }
    json = json_stringn(field, strnlen(field, column->size));
    return json ? json : json_string("");
}

/* The last level of a key. @param group set to the level above it; empty where there is none */
static const char *key_split(const char *key, char group[KEY_SIZE])
{
    const char *dot = strchr(key, '.');
    snprintf(group, KEY_SIZE, "%.*s", dot ? (int)(dot - key) : 0, key);
    return dot ? dot + 1 : key;
}

int columns_json_write(json_t *object, const void *record, const struct column *columns,
                       size_t count)
{
    int bad = 0;
    for (size_t i = 0; i < count; i++) {
        char group[KEY_SIZE];
        const char *key = key_split(columns[i].key, group);
        if (*group && !json_object_get(object, group))
            bad |= json_object_set_new(object, group, json_object());
        json_t *place = *group ? json_object_get(object, group) : object;
        bad |= json_object_set_new(place, key, column_json(record, &columns[i]));
    }
    return bad;
}

static uint64_t whole(const json_t *json)
{
    json_int_t value = json_integer_value(json);
    return value > 0 ? (uint64_t)value : 0;
}

static void column_read(void *record, const struct column *column, const json_t *json)
{
    void *field = (char *)record + column->offset;
    switch (column->type) {
    case COLUMN_TIME:
    case COLUMN_F64:
        *(double *)field = json_is_number(json) ? json_number_value(json) : NAN;
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

void columns_json_read(const json_t *object, void *record, const struct column *columns,
                       size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char group[KEY_SIZE];
        const char *key = key_split(columns[i].key, group);
        const json_t *place = *group ? json_object_get(object, group) : object;
        column_read(record, &columns[i], json_object_get(place, key));
    }
}

int json_text_write(json_t *object, char *text, size_t size)
{
    if (!object)
        return STATUS_MEMORY;
    size_t length = json_dumpb(object, text, size, JSON_COMPACT | JSON_REAL_PRECISION(DIGITS));
    json_decref(object);
    if (!length || length >= size)
        return STATUS_FULL;
    text[length] = 0;
    return (int)length;
}

json_t *json_text_read(const char *text, size_t size, size_t most, struct failure *failure)
{
    json_error_t error = {.text = "too long"};
    json_t *json = size < most ? json_loadb(text, size, JSON_REJECT_DUPLICATES, &error) : NULL;
    if (json && json_is_object(json))
        return json;
    failure_set(failure, STATUS_FORMAT, "byte %d: %s", error.position,
                json ? "no object" : error.text);
    json_decref(json);
    return NULL;
}
