/**
 * @file gathering.h
 * Findings of an analysis, or of what a session file has recorded.
 */
#ifndef ROLLSCOPE_TOOLS_GATHERING_H
#define ROLLSCOPE_TOOLS_GATHERING_H

#include "analysis.h"
#include "findings.h"

#include "record/record.h"

/** Takes what the analysis has found since. @param contacts their tracks, too
 *  @return STATUS_OK or STATUS_MEMORY */
int gather_found(struct findings *findings, struct analysis *analysis, bool contacts);

/** Takes what is recorded. @param analysis its name; NULL: what was recorded live
 *  @param contacts their tracks, too
 *  @return STATUS_OK, STATUS_MEMORY, or as session_events() */
int gather_recorded(struct findings *findings, struct session *session, const char *analysis,
                    bool contacts, struct failure *failure);

#endif
