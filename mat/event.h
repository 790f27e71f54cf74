/**
 * @file event.h
 * What the detector says, and one table of columns for each kind of event. The session file, the
 * bus, JSON and CSV are all written and read from these tables, so that a column has one name, one
 * unit and one meaning everywhere. The definitions of the quantities are in docs/definitions.md.
 */
#ifndef ROLLSCOPE_MAT_EVENT_H
#define ROLLSCOPE_MAT_EVENT_H

#include "column.h"
#include "contact.h"

#include <stddef.h>

/** Size of a text in an event, with the closing zero. */
#define EVENT_TEXT_SIZE 128

/** One one-way pass of a loaded contact, from turning point or rest to turning point or rest. */
struct stroke {
    uint32_t id;      /**< 1, 2, ... in the order of publication */
    uint32_t contact; /**< contact id */
    uint32_t bout;    /**< bout id */
    double start_s,
        end_s; /**< turning points, or when motion begins and rests; since first frame */
    double start_x_mm, start_y_mm, end_x_mm, end_y_mm;
    double travel_mm;     /**< along the path, >= min_travel_mm */
    double direction_rad; /**< of travel against x, -pi .. pi */
    double mean_speed_mm_s, peak_speed_mm_s;
    double mean_force_n, peak_force_n, peak_kpa;
    double impulse_ns; /**< integral of force over the stroke, N s */
    double smoothness; /**< SPARC of the speed profile (dimensionless, <= 0; NaN if too short) */
    bool slow, deep, partial;
    bool at_edge, saturated;
};

/** A loaded contact that stays within hold_extent_mm for at least hold_s outside strokes. */
struct hold {
    uint32_t id, contact, bout;
    double start_s, end_s;
    double x_mm, y_mm;
    double mean_force_n, peak_force_n;
    double force_trend_n_s; /**< least-squares slope of force over time */
    double breathing_hz;    /**< NaN where no breathing shows */
};

/** Strokes and holds of one contact without lifting off or being moved elsewhere. */
struct bout {
    uint32_t id, contact;
    double start_s, end_s;
    uint32_t strokes, cycles, slow_deep, holds;
    double cadence_per_min; /**< one-way strokes a minute, from the median stroke-to-stroke time */
};

/** A place under the tool where the pressure stands out, pass after pass. Published again, under
 *  the same id, whenever it changes: the last one counts. */
struct spot {
    uint32_t id;
    double x_mm, y_mm, radius_mm;
    double contrast; /**< relative rise against the tool's profile and the places beside it */
    double peak_kpa;
    uint32_t passes;    /**< passes over it in which it was seen or looked for */
    uint32_t strokes;   /**< one-way passes within its radius */
    uint32_t slow_deep; /**< of them slow and deep */
    double dwell_s, impulse_ns;
    double first_s, last_s;
    double confidence; /**< above 0 .. 1, the share of such spots that are real; 0: withdrawn */
    double dose;       /**< strokes / 12: 0.5 at six strokes, 1 at twelve */
};

/** What a person said or pressed. */
struct marker {
    uint32_t id;
    double time_s;
    char kind[32];              /**< "pain", "note", ... */
    double value;               /**< 0 .. 10 for pain; NaN where there is none */
    char text[EVENT_TEXT_SIZE]; /**< UTF-8 */
};

/** The session at a glance; published once, last. */
struct summary {
    double duration_s; /**< first to last frame */
    uint64_t frames;   /**< frames seen */
    uint64_t gaps;     /**< frames with FRAME_GAP_BEFORE */
    uint32_t one_way, cycles, slow_deep;
    uint32_t slow, deep, partial;
    uint32_t holds;
    double hold_total_s;
    uint32_t bouts, spots;
    double cadence_per_min, mean_speed_mm_s, mean_travel_mm, mean_force_n;
    double travel_total_mm, impulse_total_ns;
};

enum event_type {
    EVENT_CONTACT, /**< a contact's track, every contact_period_s */
    EVENT_STROKE,
    EVENT_HOLD,
    EVENT_BOUT,
    EVENT_SPOT,
    EVENT_MARKER,
    EVENT_SUMMARY,
    EVENT_TYPE_COUNT
};

/** An event as it travels. */
struct event {
    enum event_type type;
    uint64_t number;    /**< 0, 1, 2, ... without a gap, in the order of publication */
    uint64_t frame;     /**< number of the frame at which it was certain */
    double published_s; /**< time of that frame, seconds since the first frame */
    union {
        struct contact contact;
        struct stroke stroke;
        struct hold hold;
        struct bout bout;
        struct spot spot;
        struct marker marker;
        struct summary summary;
    };
};

/** One kind of event. */
struct event_kind {
    const char *name;             /**< "stroke": the topic on the bus and the JSON "event" value */
    const char *group;            /**< "strokes": group in the session file and array in JSON */
    const char *text;             /**< one line */
    const struct column *columns; /**< [column_count] */
    size_t column_count;
};

/** Whether an event of a type may be said again, under its id, which replaces the earlier one. Any
 *  thread. */
bool event_is_said_again(enum event_type type);

/** Its id; 0 of the summary, of which there is one. Any thread. */
uint32_t event_id(const struct event *event);

/** Moves all of its times. Any thread. */
void event_shift(struct event *event, double seconds);

/** The table row of a type. @param type below EVENT_TYPE_COUNT. @return never NULL. Any thread. */
const struct event_kind *event_kind(enum event_type type);

/** The type whose name is `name`. @return an enum event_type or STATUS_NOT_FOUND. Any thread. */
int event_type_of(const char *name);

#endif
