#include "watcher.h"

#include "../cli/stopping.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOOK_MS  250 /* between two looks for a session */
#define NOTES_MS 250 /* after its end, for what was said just before */

struct watcher {
    char folder[BUS_FOLDER_SIZE];
    unsigned streams;
    enum bus_stream first;            /* of them: it tells which session there is */
    char wanted[BUS_SESSION_ID_SIZE]; /* empty: any */
    char ended[BUS_SESSION_ID_SIZE];  /* of a session that was shown to its end */
    struct bus_reader *readers[BUS_STREAM_COUNT];
    bool over[BUS_STREAM_COUNT];
    struct bus_session session;
    bool shown, ending;
    int64_t look_ms, leave_ms;
};

int watcher_open(struct watcher **result, const char *folder, unsigned streams,
                 struct failure *failure)
{
    struct watcher *watcher = calloc(1, sizeof *watcher);
    *result = watcher;
    if (!watcher)
        return failure_set(failure, STATUS_MEMORY, "bus: out of memory");
    snprintf(watcher->folder, sizeof watcher->folder, "%s", folder);
    watcher->streams = streams;
    watcher->first = streams >> BUS_FRAMES & 1 ? BUS_FRAMES : BUS_EVENTS;
    return STATUS_OK;
}

static void readers_close(struct watcher *watcher)
{
    for (int i = 0; i < BUS_STREAM_COUNT; i++) {
        bus_reader_close(watcher->readers[i]);
        watcher->readers[i] = NULL;
        watcher->over[i] = false;
    }
    watcher->shown = watcher->ending = false;
}

void watcher_follow(struct watcher *watcher, const char *session)
{
    if (session && !strcmp(watcher->wanted, session))
        return;
    snprintf(watcher->wanted, sizeof watcher->wanted, "%s", session ? session : "");
    if (watcher->shown && session && !strcmp(watcher->session.id, session))
        return;
    readers_close(watcher);
}

const struct bus_session *watcher_session(const struct watcher *watcher)
{
    return watcher->shown ? &watcher->session : NULL;
}

static int reader_open(struct watcher *watcher, enum bus_stream stream, const char *session,
                       struct failure *failure)
{
    struct bus_reader_options options = {.session = session,
                                         .skip = stream == BUS_FRAMES || stream == BUS_METRICS};
    int status =
        bus_reader_open(&watcher->readers[stream], watcher->folder, stream, &options, failure);
    if (status)
        watcher->readers[stream] = NULL;
    return status;
}

/* A session without a wish for it is given up for the next one once its streams are over. */
static void leave(struct watcher *watcher)
{
    memcpy(watcher->ended, watcher->session.id, sizeof watcher->ended);
    readers_close(watcher);
}

int watcher_look(struct watcher *watcher, struct failure *failure)
{
    if (watcher->ending && monotonic_ms() >= watcher->leave_ms)
        leave(watcher);
    if (watcher->shown || monotonic_ms() < watcher->look_ms)
        return 0;
    watcher->look_ms = monotonic_ms() + LOOK_MS;
    int status = STATUS_OK;
    if (!watcher->readers[watcher->first])
        status = reader_open(watcher, watcher->first, *watcher->wanted ? watcher->wanted : NULL,
                             failure);
    if (status)
        return status;
    const struct bus_session *session = bus_reader_session(watcher->readers[watcher->first], 0);
    if (!session)
        return 0;
    if (!*watcher->wanted && !strcmp(session->id, watcher->ended)) {
        readers_close(watcher);
        return 0;
    }
    watcher->session = *session;
    for (unsigned i = watcher->first + 1; i < BUS_STREAM_COUNT && !status; i++)
        if (watcher->streams >> i & 1)
            status = reader_open(watcher, (enum bus_stream)i, watcher->session.id, failure);
    if (status)
        return status;
    watcher->shown = true;
    return 1;
}

static int end_note(struct watcher *watcher, enum bus_stream stream, int status)
{
    watcher->over[stream] = true;
    for (int i = 0; i < BUS_STREAM_COUNT; i++)
        watcher->over[i] |= status == STATUS_LOST;
    bool over = watcher->over[watcher->first] && watcher->over[BUS_EVENTS];
    if (over && !watcher->ending && !*watcher->wanted) {
        watcher->ending = true;
        watcher->leave_ms = monotonic_ms() + NOTES_MS;
    }
    return STATUS_END;
}

int watcher_frame(struct watcher *watcher, struct frame *frame)
{
    struct failure failure;
    if (!watcher->shown || watcher->over[BUS_FRAMES])
        return 0;
    int status = bus_read_frame(watcher->readers[BUS_FRAMES], frame, 0, &failure);
    return status < 0 ? end_note(watcher, BUS_FRAMES, status) : status;
}

static int event_from(struct watcher *watcher, enum bus_stream stream, struct event *event)
{
    struct failure failure;
    if (!watcher->shown || watcher->over[stream])
        return 0;
    int status = bus_read_event(watcher->readers[stream], event, 0, &failure);
    return status < 0 ? end_note(watcher, stream, status) : status;
}

int watcher_event(struct watcher *watcher, struct event *event)
{
    return event_from(watcher, BUS_EVENTS, event);
}

int watcher_note(struct watcher *watcher, struct event *event)
{
    return event_from(watcher, BUS_NOTES, event);
}

int watcher_metrics(struct watcher *watcher, struct metrics *metrics)
{
    struct failure failure;
    if (!watcher->shown || watcher->over[BUS_METRICS])
        return 0;
    int status = bus_read_metrics(watcher->readers[BUS_METRICS], metrics, 0, &failure);
    return status < 0 ? end_note(watcher, BUS_METRICS, status) : status;
}

void watcher_close(struct watcher *watcher)
{
    if (!watcher)
        return;
    readers_close(watcher);
    free(watcher);
}
