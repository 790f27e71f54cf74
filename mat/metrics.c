#include "metrics.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define COLUMN(record, field, key, unit, text, type)                                               \
    {                                                                                              \
        key, key, unit, text, type, (uint16_t)offsetof(struct record, field),                      \
            (uint16_t)sizeof(((struct record *)0)->field)                                          \
    }
#define F64(record, field, unit, text) COLUMN(record, field, #field, unit, text, COLUMN_F64)
#define U32(record, field, text)       COLUMN(record, field, #field, "1", text, COLUMN_U32)
#define U64(record, field, text)       COLUMN(record, field, #field, "1", text, COLUMN_U64)
#define BOOL(record, field, text)      COLUMN(record, field, #field, "1", text, COLUMN_BOOL)
#define TIME(record, field, text)      COLUMN(record, field, #field, "s", text, COLUMN_TIME)

static const struct column plain_columns[] = {
    U64(metrics, number, "number of the message, from 0 without a gap"),
    U64(metrics, frame, "number of the newest frame in it"),
    TIME(metrics, time_s, "time of that frame since the session's first"),
    U32(metrics, tool, "id of the contact that works; 0 is none"),
    U32(metrics, strokes.one_way, "one-way strokes so far"),
    U32(metrics, strokes.cycles, "strokes there and back so far"),
    U32(metrics, strokes.slow_deep, "strokes both slow and deep"),
    U32(metrics, strokes.slow, "slow strokes"),
    U32(metrics, strokes.deep, "deep strokes"),
    U32(metrics, strokes.partial, "partial strokes"),
    F64(metrics, cadence_per_min, "min-1", "one-way strokes a minute of the tool, last 32 s"),
    F64(metrics, cadence_confidence, "1", "share of the motion's power at that rhythm, 0 to 1"),
    F64(metrics, cadence_drift_per_min2, "min-2", "change of cadence_per_min over a minute"),
    F64(metrics, speed_mm_s, "mm s-1", "speed of the tool"),
    F64(metrics, depth.force_n, "N", "force of the tool"),
    F64(metrics, depth.share, "1", "that over its reference force"),
    F64(metrics, depth.peak_kpa, "kPa", "highest cell under the tool"),
    F64(metrics, depth.reference_n, "N", "80th percentile of the tool's force, or deep_n"),
    BOOL(metrics, hold.active, "the tool is held still, for hold_s already"),
    F64(metrics, hold.duration_s, "s", "for how long"),
    F64(metrics, hold.breathing_hz, "Hz", "breathing in this hold, where it shows"),
    F64(metrics, grid_error.position_mm, "mm",
        "at most, of the tool's position, by the grid alone"),
    F64(metrics, grid_error.force, "1", "at most, share of the tool's force, by the grid alone"),
    F64(metrics, force_n, "N", "sum over all contacts"),
    F64(metrics, area_mm2, "mm2", "sum over all contacts"),
    F64(metrics, moving_share, "1", "share of the load that moves, 0 to 1"),
    F64(metrics, vibration_hz, "Hz", "of a vibrating tool, or tremor"),
    BOOL(metrics, alias_limited, "it vibrates, but the frame rate cannot tell how fast"),
    U32(metrics, quality.cells, "cells of the mat"),
    U32(metrics, quality.cells_good, "of them without a fault"),
    F64(metrics, quality.rate_hz, "Hz", "frames a second over the last second"),
    U64(metrics, quality.lost_frames, "frames that the mat made and that never came"),
    U64(metrics, quality.gaps, "gaps in the frames"),
    F64(metrics, quality.last_frame_age_s, "s", "from the frame before to this one"),
};

static const struct column contact_columns[] = {
    U32(contact, id, "contact id"),
    F64(contact, x_mm, "mm", "centre of pressure along the columns"),
    F64(contact, y_mm, "mm", "centre of pressure along the rows"),
    F64(contact, force_n, "N", "sum of pressure times cell area"),
    F64(contact, area_mm2, "mm2", "loaded area"),
    F64(contact, angle_rad, "rad", "long axis against x"),
    U32(contact, kind, "0 unknown, 1 roller, 2 ball, 3 pair of balls, 4 body part"),
};

static const struct column spot_columns[] = {
    U32(spot, id, "hot spot id"),
    F64(spot, x_mm, "mm", "position under the tool"),
    F64(spot, y_mm, "mm", "position under the tool"),
    F64(spot, radius_mm, "mm", "half width of the rise"),
    U32(spot, strokes, "one-way passes within its radius"),
    U32(spot, slow_deep, "slow deep strokes within its radius"),
    F64(spot, dose, "1", "strokes over the twelve of a full dose"),
    F64(spot, confidence, "1", "share of such spots that are real"),
};

static const struct metrics_table tables[METRICS_PART_COUNT] = {
    [METRICS_PLAIN] = {NULL, plain_columns, COUNT(plain_columns)},
    [METRICS_CONTACT] = {"contacts", contact_columns, COUNT(contact_columns)},
    [METRICS_SPOT] = {"spots", spot_columns, COUNT(spot_columns)},
};

const struct metrics_table *metrics_table(enum metrics_part part)
{
    return &tables[part];
}
