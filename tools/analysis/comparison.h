/**
 * @file comparison.h
 * Whether recorded events are those that frames give, to the bit.
 */
#ifndef ROLLSCOPE_TOOLS_COMPARISON_H
#define ROLLSCOPE_TOOLS_COMPARISON_H

#include "findings.h"

/** Where the recorded ones are, for messages: FILE: PLACE/strokes. */
struct comparison {
    const char *file, *place;
    bool finished; /**< recorded to the end; else fewer may be there, and hot spots as they were */
};

/** Compares events of one kind. @return STATUS_OK, or STATUS_FORMAT: the first that differs */
int compare_events(const struct findings *recorded, const struct findings *computed,
                   enum event_type type, const struct comparison *comparison,
                   struct failure *failure);

#endif
