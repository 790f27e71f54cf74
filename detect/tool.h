/**
 * @file tool.h
 * One contact from landing to lifting off: its history, strokes, holds, bout and reference force,
 * and the events they make.
 */
#ifndef ROLLSCOPE_DETECT_TOOL_H
#define ROLLSCOPE_DETECT_TOOL_H

#include "bouts.h"
#include "contacts.h"
#include "echoes.h"
#include "force.h"
#include "history.h"
#include "holds.h"
#include "queue.h"
#include "strokes.h"
#include "totals.h"

struct tool {
    uint32_t id; /**< contact id; 0: not in use */
    bool loaded;
    double last_s, lifted_s; /**< last sample; when it lifted off */
    double landed_s;         /**< when it was loaded last */
    uint32_t stroke_count;   /**< published so far */
    double body_s, loaded_s; /**< time it looked like a limb; time it was loaded */
    double cells_s;          /**< sum over that time of the cells that it loaded */
    uint32_t sole_cells;     /**< the same since it landed */
    bool sole;               /**< and then it looked like a limb */
    struct sample sample;    /**< the newest */
    struct strokes strokes;
    struct holds holds;
    struct bouts bouts;
    struct force force;
    struct history history;
};

/** What tools share. */
struct tools {
    struct parameters parameters;
    double pitch_mm;
    struct queue *queue;
    struct totals *totals;
    struct echoes echoes;
    uint32_t stroke_id, hold_id, bout_id;
    double working_n;      /**< reference force of the tool that made the last stroke */
    uint32_t working;      /**< and its contact id */
    double working_seen_s; /**< when it was loaded last */
};

/** Begins a contact. */
void tool_begin(struct tool *tool, const struct tools *tools, uint32_t id, double time_s);

/** Takes a contact into the present frame; publishes what became certain. */
void tool_push(struct tool *tool, struct tools *tools, const struct track *track);

/** Whether it looked like a limb for most of its loaded time. */
bool tool_is_body(const struct tool *tool);

/** Its reference force, N: deep_n where that is given, else the 80th percentile of its own. */
double tool_reference_n(const struct tool *tool, const struct tools *tools);

/** Its speed now, mm/s, from the last 80 ms. */
double tool_speed_mm_s(const struct tool *tool);

/** Ends what is going on at the last sample: a gap in the frames, or the end of the session. */
void tool_interrupt(struct tool *tool, struct tools *tools);

/** The contact is gone for good. */
void tool_end(struct tool *tool, struct tools *tools);

#endif
