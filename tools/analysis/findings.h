/**
 * @file findings.h
 * What was found in a session, as it stands at its end: events by kind, and of those that are
 * published again under their id (hot spots, bouts) the last state; a hot spot that was withdrawn
 * is none.
 */
#ifndef ROLLSCOPE_TOOLS_FINDINGS_H
#define ROLLSCOPE_TOOLS_FINDINGS_H

#include "mat/mat.h"

#include <stdbool.h>
#include <stddef.h>

struct findings {
    struct findings_list {
        struct event *events; /**< [count] */
        size_t count, capacity;
    } lists[EVENT_TYPE_COUNT]; /**< by enum event_type */
};

/** Takes an event. @return STATUS_OK or STATUS_MEMORY */
int findings_take(struct findings *findings, const struct event *event);

/** The summary, or NULL where none came. */
const struct summary *findings_summary(const struct findings *findings);

/** Frees what was taken; the findings are empty again. */
void findings_clear(struct findings *findings);

#endif
