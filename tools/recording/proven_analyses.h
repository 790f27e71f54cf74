/**
 * @file proven_analyses.h
 * Whether the results under /analysis of a session file are what its frames give with the
 * parameters that are kept with them: they are found again.
 */
#ifndef ROLLSCOPE_TOOLS_PROVEN_ANALYSES_H
#define ROLLSCOPE_TOOLS_PROVEN_ANALYSES_H

#include "record/record.h"

#include <stddef.h>

/** How many there are. */
struct proven_analyses {
    size_t proven, others; /**< others: made by another version, not compared */
};

/**
 * Finds them again, one pass over the frames for each.
 * @param software whose results are compared
 * @return STATUS_OK, STATUS_FORMAT with the first that differs, others as session_open()
 */
int prove_analyses(const char *file, const char *software, struct proven_analyses *proven,
                   struct failure *failure);

#endif
