#include "control.h"

#include "columns_json.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

static const char *const asks[ASK_COUNT] = {
    [ASK_HELLO] = "hello", [ASK_STATE] = "state", [ASK_RANGE] = "range",
    [ASK_LAST] = "last",   [ASK_ACK] = "ack",     [ASK_BYE] = "bye",
};

static int whole_get(const json_t *json, const char *key, uint64_t *value)
{
    const json_t *number = json_object_get(json, key);
    *value = 0;
    if (!number)
        return STATUS_OK;
    if (!json_is_integer(number) || json_integer_value(number) < 0)
        return STATUS_FORMAT;
    *value = (uint64_t)json_integer_value(number);
    return STATUS_OK;
}

static int text_get(const json_t *json, const char *key, char *text, size_t size)
{
    const char *value = json_string_value(json_object_get(json, key));
    int length = snprintf(text, size, "%s", value ? value : "");
    return length >= 0 && (size_t)length < size ? STATUS_OK : STATUS_FORMAT;
}

int request_write(const struct request *request, char *text, size_t size)
{
    return json_text_write(json_pack("{s:s, s:s, s:I, s:I}", "ask", asks[request->ask], "reader",
                                     request->reader, "from", (json_int_t)request->from, "count",
                                     (json_int_t)request->count),
                           text, size);
}

static int ask_of(const char *name)
{
    for (int ask = 0; ask < ASK_COUNT; ask++)
        if (!strcmp(asks[ask], name))
            return ask;
    return STATUS_FORMAT;
}

int request_read(struct request *request, const char *text, size_t size)
{
    json_t *json = json_text_read(text, size, CONTROL_SIZE, NULL);
    if (!json)
        return STATUS_FORMAT;
    char name[16];
    int bad = text_get(json, "ask", name, sizeof name);
    int ask = ask_of(name);
    bad |= text_get(json, "reader", request->reader, sizeof request->reader);
    bad |= whole_get(json, "from", &request->from);
    bad |= whole_get(json, "count", &request->count);
    json_decref(json);
    request->ask = ask < 0 ? ASK_STATE : (enum ask)ask;
    return bad || ask < 0 ? STATUS_FORMAT : STATUS_OK;
}

static json_t *session_json(const struct bus_session *session)
{
    const struct mat_info *mat = &session->mat;
    const struct geometry *geometry = &mat->geometry;
    return json_pack("{s:s, s:s, s:b, s:s, s:s, s:s, s:s, s:i, s:i, s:f, s:f, s:f, s:f, s:f, s:i}",
                     "id", session->id, "source", session->source, "paced", (int)session->paced,
                     "device", mat->device, "serial", mat->serial, "protocol", mat->protocol,
                     "calibration", mat->calibration, "rows", (int)geometry->rows, "cols",
                     (int)geometry->cols, "pitch_x_mm", geometry->pitch_x_mm, "pitch_y_mm",
                     geometry->pitch_y_mm, "rate_hz", geometry->rate_hz, "scale_kpa",
                     geometry->scale_kpa, "offset_kpa", geometry->offset_kpa, "full_scale",
                     (int)geometry->full_scale);
}

static int u16_get(const json_t *json, const char *key, uint16_t *value)
{
    uint64_t number;
    int bad = whole_get(json, key, &number);
    *value = (uint16_t)number;
    return bad || number > UINT16_MAX ? STATUS_FORMAT : STATUS_OK;
}

static double real_get(const json_t *json, const char *key)
{
    const json_t *number = json_object_get(json, key);
    return json_is_number(number) ? json_number_value(number) : NAN;
}

static int session_of_json(struct bus_session *session, const json_t *json)
{
    struct mat_info *mat = &session->mat;
    struct geometry *geometry = &mat->geometry;
    int bad = text_get(json, "id", session->id, sizeof session->id);
    bad |= text_get(json, "source", session->source, sizeof session->source);
    bad |= text_get(json, "device", mat->device, sizeof mat->device);
    bad |= text_get(json, "serial", mat->serial, sizeof mat->serial);
    bad |= text_get(json, "protocol", mat->protocol, sizeof mat->protocol);
    bad |= text_get(json, "calibration", mat->calibration, sizeof mat->calibration);
    bad |= u16_get(json, "rows", &geometry->rows);
    bad |= u16_get(json, "cols", &geometry->cols);
    bad |= u16_get(json, "full_scale", &geometry->full_scale);
    geometry->pitch_x_mm = real_get(json, "pitch_x_mm");
    geometry->pitch_y_mm = real_get(json, "pitch_y_mm");
    geometry->rate_hz = real_get(json, "rate_hz");
    geometry->scale_kpa = real_get(json, "scale_kpa");
    geometry->offset_kpa = real_get(json, "offset_kpa");
    session->paced = json_is_true(json_object_get(json, "paced"));
    return bad || geometry_check(geometry, NULL) ? STATUS_FORMAT : STATUS_OK;
}

int bus_session_encode(const struct bus_session *session, char *text, size_t size)
{
    return json_text_write(session_json(session), text, size);
}

int bus_session_decode(struct bus_session *session, const char *text, size_t size)
{
    json_t *json = json_text_read(text, size, CONTROL_SIZE, NULL);
    int status = json ? session_of_json(session, json) : STATUS_FORMAT;
    json_decref(json);
    return status;
}

static json_t *answer_json(const struct answer *answer)
{
    json_t *session = answer->whole ? session_json(&answer->session)
                                    : json_pack("{s:s}", "id", answer->session.id);
    return json_pack("{s:o, s:b, s:I, s:I, s:I, s:I}", "session", session, "ended",
                     (int)answer->ended, "first", (json_int_t)answer->first, "next",
                     (json_int_t)answer->next, "from", (json_int_t)answer->from, "count",
                     (json_int_t)answer->count);
}

int answer_write(const struct answer *answer, char *text, size_t size)
{
    return json_text_write(answer_json(answer), text, size);
}

int heartbeat_write(const struct heartbeat *heartbeat, char *text, size_t size)
{
    json_t *time = isfinite(heartbeat->time_s) ? json_real(heartbeat->time_s) : json_null();
    json_t *json = json_pack("{s:s, s:s, s:f, s:o}", "event", "heartbeat", "stream",
                             heartbeat->stream, "uptime_s", heartbeat->uptime_s, "time_s", time);
    json_t *answer = answer_json(&heartbeat->answer);
    json_object_update(json, answer);
    json_decref(answer);
    return json_text_write(json, text, size);
}

static int answer_of_json(struct answer *answer, const json_t *json)
{
    const json_t *session = json_object_get(json, "session");
    answer->whole = json_object_get(session, "rows") != NULL;
    int bad = answer->whole
                  ? session_of_json(&answer->session, session)
                  : text_get(session, "id", answer->session.id, sizeof answer->session.id);
    bad |= strlen(answer->session.id) != BUS_SESSION_ID_SIZE - 1;
    answer->ended = json_is_true(json_object_get(json, "ended"));
    bad |= whole_get(json, "first", &answer->first);
    bad |= whole_get(json, "next", &answer->next);
    bad |= whole_get(json, "from", &answer->from);
    bad |= whole_get(json, "count", &answer->count);
    return bad ? STATUS_FORMAT : STATUS_OK;
}

int answer_read(struct answer *answer, const char *text, size_t size)
{
    memset(answer, 0, sizeof *answer);
    json_t *json = json_text_read(text, size, CONTROL_SIZE, NULL);
    int status = json ? answer_of_json(answer, json) : STATUS_FORMAT;
    json_decref(json);
    return status;
}
