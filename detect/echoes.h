/**
 * @file echoes.h
 * One stroke seen twice: the parts of a tool that were never found to be one (two balls under
 * single cells, pieces of a strip that never touched), or a ghost of the readout, make the same
 * stroke at the same time. The first to be published is the stroke, the others are its echoes.
 */
#ifndef ROLLSCOPE_DETECT_ECHOES_H
#define ROLLSCOPE_DETECT_ECHOES_H

#include "mat/mat.h"

#include <stdbool.h>
#include <stddef.h>

#define ECHOES_MAX 8

/** The newest published strokes. */
struct echoes {
    size_t next;
    struct stroke strokes[ECHOES_MAX]; /* id 0: none */
};

/** Whether a stroke is an echo of one that another contact has made. */
bool echoes_match(const struct echoes *echoes, const struct stroke *stroke);

/** Remembers a published stroke. */
void echoes_add(struct echoes *echoes, const struct stroke *stroke);

#endif
