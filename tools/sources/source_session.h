/**
 * @file source_session.h
 * A recorded session as a source: `session:FILE?speed=1|4|max&from=S&to=S`.
 */
#ifndef ROLLSCOPE_TOOLS_SOURCE_SESSION_H
#define ROLLSCOPE_TOOLS_SOURCE_SESSION_H

#include "acquire/acquire.h"

/**
 * Opens it. Frames keep their recorded times; they come when they are due, each on its own absolute
 * deadline, so that the spacing does not drift. `from` and `to` count from the file's first frame.
 * @return STATUS_OK, STATUS_ARGUMENT, or what session_open() returns
 */
int source_session_open(struct source **source, const struct address *address,
                        struct failure *failure);

#endif
