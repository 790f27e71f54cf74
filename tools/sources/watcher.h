/**
 * @file watcher.h
 * What is on the bus, for those that show it or pass it on: reads along, unregistered, so that
 * nobody ever waits for it. Frames and metrics may be skipped, events never are. Follows from one
 * session to the next.
 */
#ifndef ROLLSCOPE_TOOLS_SOURCES_WATCHER_H
#define ROLLSCOPE_TOOLS_SOURCES_WATCHER_H

#include "bus/bus.h"

struct watcher;

/** All streams; else a bit (1 << enum bus_stream) each, that of events among them. */
#define WATCHER_ALL ((1U << BUS_STREAM_COUNT) - 1)

/** @param streams to read @return STATUS_OK, STATUS_MEMORY or STATUS_SYSTEM */
int watcher_open(struct watcher **result, const char *folder, unsigned streams,
                 struct failure *failure);

/** Reads this session and no other from now on. @param session id; NULL: whichever is there */
void watcher_follow(struct watcher *watcher, const char *session);

/** The session that is read; NULL while none is. */
const struct bus_session *watcher_session(const struct watcher *watcher);

/** Looks for a session where none is read. Waits for nothing.
 *  @return 1 when another one began to be read, 0, or negative */
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
