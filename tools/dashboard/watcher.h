/**
 * @file watcher.h
 * What the page shows, from the bus: it reads along, unregistered, so that nobody ever waits for
 * it. Frames and metrics may be skipped, events never are. Follows from one session to the next.
 */
#ifndef ROLLSCOPE_TOOLS_DASHBOARD_WATCHER_H
#define ROLLSCOPE_TOOLS_DASHBOARD_WATCHER_H

#include "bus/bus.h"

struct watcher;

/** @return STATUS_OK, STATUS_MEMORY or STATUS_SYSTEM */
int watcher_open(struct watcher **result, const char *folder, struct failure *failure);

/** Shows this session and no other from now on. @param session id; NULL: whichever is there */
void watcher_follow(struct watcher *watcher, const char *session);

/** The session that is shown; NULL while none is. */
const struct bus_session *watcher_session(const struct watcher *watcher);

/** Looks for a session where none is shown. Waits for nothing.
 *  @return 1 when another one began to be shown, 0, or negative */
int watcher_look(struct watcher *watcher, struct failure *failure);

/** The next frame that is there. @return 1; 0 none; STATUS_END after the last one of the session */
int watcher_frame(struct watcher *watcher, struct frame *frame);

/** The next event, note or metrics that is there. @return as watcher_frame() */
int watcher_event(struct watcher *watcher, struct event *event);
int watcher_note(struct watcher *watcher, struct event *event);
int watcher_metrics(struct watcher *watcher, struct metrics *metrics);

/** NULL is allowed. */
void watcher_close(struct watcher *watcher);

#endif
