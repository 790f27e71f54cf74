/**
 * @file metrics.h
 * What is going on right now, ten times a second of session time: a pure function of the frames up
 * to then. Tables of columns as in event.h; a dot in a key is a level in JSON ("strokes.one_way").
 */
#ifndef ROLLSCOPE_MAT_METRICS_H
#define ROLLSCOPE_MAT_METRICS_H

#include "event.h"

/** Contacts and hot spots that one message holds at most; more are left out. */
#define METRICS_CONTACTS 16
#define METRICS_SPOTS    32

/** Time between two metrics, s. */
#define METRICS_PERIOD_S 0.1

struct metrics {
    uint64_t number; /**< 0, 1, 2, ... without a gap */
    uint64_t frame;  /**< number of the newest frame in it */
    double time_s;   /**< of that frame, seconds since the session's first */
    uint32_t tool;   /**< contact that works: speed, depth and hold are its; 0: none */
    struct {
        uint32_t one_way, cycles, slow_deep, slow, deep, partial;
    } strokes;
    double cadence_per_min, cadence_confidence, cadence_drift_per_min2, speed_mm_s;
    struct {
        double force_n, share, peak_kpa, reference_n;
    } depth;
    struct {
        bool active;
        double start_s; /**< not said */
        double duration_s, breathing_hz;
    } hold;
    struct {
        double position_mm, force; /**< of the tool; force as a share of it */
    } grid_error;                  /**< at most */
    double force_n, area_mm2;      /**< over all contacts */
    double moving_share, vibration_hz;
    bool alias_limited;
    struct {
        uint32_t cells, cells_good;
        double rate_hz;
        uint64_t lost_frames, gaps;
        double last_frame_age_s;
    } quality;
    size_t contact_count, spot_count;
    struct contact contacts[METRICS_CONTACTS];
    struct spot spots[METRICS_SPOTS]; /**< those that stand, by id */
};

enum metrics_part { METRICS_PLAIN, METRICS_CONTACT, METRICS_SPOT, METRICS_PART_COUNT };

/** Columns of struct metrics, or of an element of its arrays. */
struct metrics_table {
    const char *key;              /**< of the array in JSON; NULL: no array */
    const struct column *columns; /**< [column_count] */
    size_t column_count;
};

/** The table of a part; offsets are into struct metrics, struct contact or struct spot. @return
 *  never NULL. Any thread. */
const struct metrics_table *metrics_table(enum metrics_part part);

#endif
