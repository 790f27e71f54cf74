/**
 * @file preflight.h
 * Whether the disk and the clock can take a session: looked at before the first stroke, and the
 * room again and again while it is recorded. What is wrong is said as a warning; nothing is
 * refused.
 */
#ifndef ROLLSCOPE_TOOLS_PREFLIGHT_H
#define ROLLSCOPE_TOOLS_PREFLIGHT_H

#include "mat/mat.h"

#include <stdbool.h>
#include <stdint.h>

/** What is to be recorded. */
struct preflight_plan {
    const char *path;                /**< the file, which need not be there */
    const struct geometry *geometry; /**< rate_hz 0: not known */
    double planned_s;                /**< how long; 0: an hour */
};

/** Bytes a second that such frames take in a file, with a margin: two thirds of them raw. */
double preflight_rate(const struct geometry *geometry);

/** Says what is wrong with the disk (room, speed) and the clock. Writes and removes a few MB beside
 *  the file. @return the number of warnings */
unsigned preflight_check(const struct preflight_plan *plan);

/** The room while a session is recorded. */
struct preflight_watch {
    int64_t begun_ms, looked_ms;
    uint64_t begun_bytes;
    unsigned warned; /**< how many of the warnings were given */
};

/** Says that room for less than ten, then less than two minutes is left; looks every second.
 *  @param bytes in the file @param room bytes that may still be written */
void preflight_look(struct preflight_watch *watch, uint64_t bytes, uint64_t room);

#endif
