/**
 * @file replay.h
 * Pictures of a recorded session, at any time in it: for a screen that was not there when it was
 * recorded. The picture is that which a screen would have seen: the seconds before are gone
 * through.
 */
#ifndef ROLLSCOPE_TOOLS_DASHBOARD_REPLAY_H
#define ROLLSCOPE_TOOLS_DASHBOARD_REPLAY_H

#include "view.h"

struct replay;

/** @return STATUS_OK, or what session_open() returns */
int replay_open(struct replay **result, const char *path, struct failure *failure);

/** Goes to a time, seconds since the first frame. @return the picture then; NULL: there is none */
const struct view *replay_at(struct replay *replay, double time_s);

/** NULL is allowed. */
void replay_close(struct replay *replay);

#endif
