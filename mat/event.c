#include "event.h"

#include "status.h"

#include <stdint.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define AT(kind, field)                                                                            \
    (uint16_t) offsetof(struct event, kind.field), (uint16_t)sizeof(((struct event *)0)->kind.field)
#define TIME(kind, field, name, text)                                                              \
    {                                                                                              \
        name, name "_s", "s", text, COLUMN_TIME, AT(kind, field)                                   \
    }
#define F64(kind, field, name, unit, text)                                                         \
    {                                                                                              \
        name, #field, unit, text, COLUMN_F64, AT(kind, field)                                      \
    }
#define U32(kind, field, text)                                                                     \
    {                                                                                              \
#field, #field, "1", text, COLUMN_U32, AT(kind, field)                                     \
    }
#define U64(kind, field, text)                                                                     \
    {                                                                                              \
#field, #field, "1", text, COLUMN_U64, AT(kind, field)                                     \
    }
#define BOOL(kind, field, text)                                                                    \
    {                                                                                              \
#field, #field, "1", text, COLUMN_BOOL, AT(kind, field)                                    \
    }
#define TEXT(kind, field, text)                                                                    \
    {                                                                                              \
#field, #field, "1", text, COLUMN_TEXT, AT(kind, field)                                    \
    }

static const struct column contact_columns[] = {
    TIME(contact, time_s, "time", "time of the sample"),
    U32(contact, id, "contact id"),
    U32(contact, kind, "0 unknown, 1 roller, 2 ball, 3 pair of balls, 4 body part"),
    F64(contact, x_mm, "x", "mm", "centre of pressure along the columns"),
    F64(contact, y_mm, "y", "mm", "centre of pressure along the rows"),
    F64(contact, force_n, "force", "N", "sum of pressure times cell area"),
    F64(contact, peak_kpa, "peak_pressure", "kPa", "highest cell"),
    F64(contact, area_mm2, "area", "mm2", "loaded area"),
    F64(contact, angle_rad, "angle", "rad", "long axis against x"),
    F64(contact, length_mm, "length", "mm", "four standard deviations along the long axis"),
    F64(contact, width_mm, "width", "mm", "four standard deviations across the long axis"),
    BOOL(contact, at_edge, "cut by the mat's border"),
    BOOL(contact, saturated, "force and peak are lower bounds"),
};

static const struct column stroke_columns[] = {
    U32(stroke, id, "stroke id"),
    U32(stroke, contact, "contact id"),
    U32(stroke, bout, "bout id"),
    TIME(stroke, start_s, "start", "turning point, or when motion began"),
    TIME(stroke, end_s, "end", "turning point, or when motion rested"),
    F64(stroke, start_x_mm, "start_x", "mm", "position at the start"),
    F64(stroke, start_y_mm, "start_y", "mm", "position at the start"),
    F64(stroke, end_x_mm, "end_x", "mm", "position at the end"),
    F64(stroke, end_y_mm, "end_y", "mm", "position at the end"),
    F64(stroke, travel_mm, "travel", "mm", "length along the path"),
    F64(stroke, direction_rad, "direction", "rad", "of travel against x"),
    F64(stroke, mean_speed_mm_s, "mean_speed", "mm s-1", "travel over duration"),
    F64(stroke, peak_speed_mm_s, "peak_speed", "mm s-1", "highest smoothed speed"),
    F64(stroke, mean_force_n, "mean_force", "N", "time average of the force"),
    F64(stroke, peak_force_n, "peak_force", "N", "highest force"),
    F64(stroke, peak_kpa, "peak_pressure", "kPa", "highest cell"),
    F64(stroke, impulse_ns, "impulse", "N s", "integral of the force"),
    F64(stroke, smoothness, "smoothness", "1", "spectral arc length of the speed profile"),
    BOOL(stroke, slow, "mean speed at most slow_mm_s"),
    BOOL(stroke, deep, "mean force at least deep_share of the contact's reference force"),
    BOOL(stroke, partial, "travel below partial_share of the bout's running median"),
    BOOL(stroke, at_edge, "the contact was cut by the mat's border"),
    BOOL(stroke, saturated, "force and peak are lower bounds"),
};

static const struct column hold_columns[] = {
    U32(hold, id, "hold id"),
    U32(hold, contact, "contact id"),
    U32(hold, bout, "bout id"),
    TIME(hold, start_s, "start", "when the contact came to rest"),
    TIME(hold, end_s, "end", "when it moved on or lifted off"),
    F64(hold, x_mm, "x", "mm", "mean position"),
    F64(hold, y_mm, "y", "mm", "mean position"),
    F64(hold, mean_force_n, "mean_force", "N", "time average of the force"),
    F64(hold, peak_force_n, "peak_force", "N", "highest force"),
    F64(hold, force_trend_n_s, "force_trend", "N s-1", "least-squares slope of the force"),
    F64(hold, breathing_hz, "breathing_rate", "Hz", "where breathing shows"),
};

static const struct column bout_columns[] = {
    U32(bout, id, "bout id"),
    U32(bout, contact, "contact id"),
    TIME(bout, start_s, "start", "start of the first stroke or hold"),
    TIME(bout, end_s, "end", "end of the last stroke or hold"),
    U32(bout, strokes, "one-way strokes"),
    U32(bout, cycles, "there and back"),
    U32(bout, slow_deep, "strokes both slow and deep"),
    U32(bout, holds, "holds"),
    F64(bout, cadence_per_min, "cadence", "min-1", "one-way strokes a minute, median"),
};

static const struct column spot_columns[] = {
    U32(spot, id, "hot spot id"),
    F64(spot, x_mm, "x", "mm", "position under the tool"),
    F64(spot, y_mm, "y", "mm", "position under the tool"),
    F64(spot, radius_mm, "radius", "mm", "half width of the rise"),
    F64(spot, contrast, "contrast", "1", "relative rise against its surroundings"),
    F64(spot, peak_kpa, "peak_pressure", "kPa", "highest pressure"),
    U32(spot, passes, "passes over it"),
    U32(spot, strokes, "one-way passes within its radius"),
    U32(spot, slow_deep, "slow deep strokes within its radius"),
    F64(spot, dwell_s, "dwell", "s", "time loaded"),
    F64(spot, impulse_ns, "impulse", "N s", "integral of the force within its radius"),
    TIME(spot, first_s, "first", "first seen"),
    TIME(spot, last_s, "last", "last seen"),
    F64(spot, confidence, "confidence", "1", "share of such spots that are real; 0 is withdrawn"),
    F64(spot, dose, "dose", "1", "strokes over the twelve of a full dose"),
};

static const struct column marker_columns[] = {
    U32(marker, id, "marker id"),          TIME(marker, time_s, "time", "when"),
    TEXT(marker, kind, "pain, note, ..."), F64(marker, value, "value", "1", "0 to 10 for pain"),
    TEXT(marker, text, "what was said"),
};

static const struct column summary_columns[] = {
    F64(summary, duration_s, "duration", "s", "first to last frame"),
    U64(summary, frames, "frames seen"),
    U64(summary, gaps, "gaps in the frames"),
    U32(summary, one_way, "one-way strokes"),
    U32(summary, cycles, "strokes there and back"),
    U32(summary, slow_deep, "strokes both slow and deep"),
    U32(summary, slow, "slow strokes"),
    U32(summary, deep, "deep strokes"),
    U32(summary, partial, "partial strokes"),
    U32(summary, holds, "holds"),
    F64(summary, hold_total_s, "hold_total", "s", "time held"),
    U32(summary, bouts, "bouts"),
    U32(summary, spots, "hot spots"),
    F64(summary, cadence_per_min, "cadence", "min-1", "one-way strokes a minute, median"),
    F64(summary, mean_speed_mm_s, "mean_speed", "mm s-1", "mean over the strokes"),
    F64(summary, mean_travel_mm, "mean_travel", "mm", "mean over the strokes"),
    F64(summary, mean_force_n, "mean_force", "N", "mean over the strokes"),
    F64(summary, travel_total_mm, "travel_total", "mm", "sum over the strokes"),
    F64(summary, impulse_total_ns, "impulse_total", "N s", "sum over strokes and holds"),
};

#define KIND(name, group, text)                                                                    \
    {                                                                                              \
#name, group, text, name##_columns, COUNT(name##_columns)                                  \
    }

static const struct event_kind kinds[EVENT_TYPE_COUNT] = {
    [EVENT_CONTACT] = KIND(contact, "contacts", "a contact's track"),
    [EVENT_STROKE] = KIND(stroke, "strokes", "one-way passes of a loaded contact"),
    [EVENT_HOLD] = KIND(hold, "holds", "static holding"),
    [EVENT_BOUT] = KIND(bout, "bouts", "strokes and holds without lifting off"),
    [EVENT_SPOT] = KIND(spot, "spots", "hot spots"),
    [EVENT_MARKER] = KIND(marker, "markers", "what a person said or pressed"),
    [EVENT_SUMMARY] = KIND(summary, "summary", "the session at a glance"),
};

const struct event_kind *event_kind(enum event_type type)
{
    return &kinds[type];
}

int event_type_of(const char *name)
{
    for (int type = 0; type < EVENT_TYPE_COUNT; type++)
        if (!strcmp(kinds[type].name, name))
            return type;
    return STATUS_NOT_FOUND;
}

bool event_is_said_again(enum event_type type)
{
    return type == EVENT_BOUT || type == EVENT_SPOT || type == EVENT_SUMMARY;
}

uint32_t event_id(const struct event *event)
{
    switch (event->type) {
    case EVENT_CONTACT:
        return event->contact.id;
    case EVENT_STROKE:
        return event->stroke.id;
    case EVENT_HOLD:
        return event->hold.id;
    case EVENT_BOUT:
        return event->bout.id;
    case EVENT_SPOT:
        return event->spot.id;
    case EVENT_MARKER:
        return event->marker.id;
    case EVENT_SUMMARY:
    case EVENT_TYPE_COUNT:
        break;
    }
    return 0;
}

void event_shift(struct event *event, double seconds)
{
    const struct event_kind *kind = event_kind(event->type);
    event->published_s += seconds;
    for (size_t i = 0; i < kind->column_count; i++)
        if (kind->columns[i].type == COLUMN_TIME)
            *(double *)(void *)((char *)event + kind->columns[i].offset) += seconds;
}
