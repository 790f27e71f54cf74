/**
 * @file measure.h
 * What a detector knows right now, as metrics.
 */
#ifndef ROLLSCOPE_DETECT_MEASURE_H
#define ROLLSCOPE_DETECT_MEASURE_H

#include "tool.h"

/** The hot spots that stand: what was published last about each. */
struct standing {
    size_t count;
    struct spot spots[METRICS_SPOTS]; /**< by id */
};

/** Takes a published hot spot in; one whose confidence is 0 is taken out. More than METRICS_SPOTS
 *  are left out. */
void standing_take(struct standing *standing, const struct spot *spot);

/** The loaded tool that works: the one that made the last stroke or, where that is not loaded, the
 *  one with the highest reference force; a body part is none. @param slots [CONTACTS_MAX]
 *  @return NULL: none */
const struct tool *measure_tool(const struct tool *slots, const struct tools *tools);

/** Fills in tool, speed, depth and hold. @param tool NULL: none */
void measure_fill_tool(struct metrics *metrics, const struct tool *tool, const struct tools *tools);

/** Fills in the strokes; the cycles of open bouts count. @param slots [CONTACTS_MAX] */
void measure_fill_strokes(struct metrics *metrics, const struct tool *slots,
                          const struct tools *tools);

#endif
