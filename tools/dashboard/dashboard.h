/**
 * @file dashboard.h
 * What the parts of `rollscope dashboard` share: the session that is shown, and its server.
 */
#ifndef ROLLSCOPE_TOOLS_DASHBOARD_DASHBOARD_H
#define ROLLSCOPE_TOOLS_DASHBOARD_DASHBOARD_H

#include "notes.h"
#include "replay.h"
#include "server.h"
#include "story.h"
#include "view.h"
#include "../sources/watcher.h"

#include <limits.h>

#define MAT_TIMES 1024 /* a power of two: frames whose times are remembered */

/** What the mat does, as the page tells it. */
struct mat_watch {
    int64_t first_us; /* time of the session's first frame, as metrics tell; 0: not yet */
    int64_t begun_ms; /* when the first frame came here */
    struct {
        uint64_t number;
        int64_t time_us;
    } times[MAT_TIMES];
    uint64_t frames, lost, gaps; /* seen; missing by the mat's numbers; breaks */
    uint64_t number, sequence;   /* of the newest frame */
    int64_t heard_ms;            /* when it came; 0: none yet */
    int64_t second_ms;           /* when the rate was taken */
    uint64_t second_number;      /* and at which frame */
    double rate_hz;
};

struct dashboard {
    const struct parameters *parameters; /* that the session is counted by */
    char folder[BUS_FOLDER_SIZE];
    struct watcher *watcher;
    struct notes notes;
    struct replay *replay; /* of the file; NULL: nobody looks at it */
    struct story *story;
    struct view *view; /* NULL until a mat is known */
    struct server *server;
    struct shelf shelf;
    struct mat_watch mat;
    struct bus_session session;
    bool has_session;
    int control;         /* -1: nobody to talk to */
    char phase[16];      /* "alone" without live, else as live says: control.h */
    char file[PATH_MAX]; /* recorded */
    json_t *texts;       /* what was said of the session with Start; NULL: nothing */
    bool stays, over;    /* live goes on after a session; live is over */
    int64_t over_ms;
    double picture_due_ms;
    int64_t said_ms; /* when the mat's health was said */
};

/** Takes what there is: control, session, frames, events. @return milliseconds until the next */
int dashboard_tick(void *dashboard);

/** The whole state as JSON, for server_options.state. */
char *dashboard_state(void *dashboard);

/** A screen's message, for server_options.message. */
void dashboard_message(void *dashboard, struct screen *screen, const char *text, size_t size);

/** Where the session is now, s; it goes on while the mat is silent. */
double dashboard_now_s(const struct dashboard *dashboard);

/** Tells the screens of an event. */
void dashboard_event(struct dashboard *dashboard, const struct event *event);

/** What the mat does: {"type": "mat", ...}. @return a new reference */
json_t *mat_tell(const struct dashboard *dashboard);

#endif
