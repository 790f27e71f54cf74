#include "control.h"
#include "dashboard.h"

#include "../cli/say.h"
#include "../cli/stopping.h"
#include "../sources/calibrations.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUSY_MS      6
#define IDLE_MS      50
#define PICTURE_MS   (1000.0 / 60)
#define IDLE_PICTURE 100.0 /* while nobody looks */
#define SILENT_S     1.0
#define MAT_MS       500
#define RATE_MS      2000
#define FIRST_MS     500 /* without metrics: the session begins with what is seen first */
#define FRAMES_MOST  512 /* a tick */
#define EVENTS_MOST  512
#define BURST        48 /* events that are told as one new state */

double dashboard_now_s(const struct dashboard *dashboard)
{
    if (!dashboard->view || !dashboard->mat.heard_ms)
        return 0;
    double silent_s = 1e-3 * (double)(monotonic_ms() - dashboard->mat.heard_ms);
    return view_time_s(dashboard->view) + (silent_s > SILENT_S ? silent_s : 0);
}

/* Another dashboard on the same bus may take the notes already. */
static void session_show(struct dashboard *dashboard)
{
    struct failure failure;
    struct calibration *calibration;
    dashboard->session = *watcher_session(dashboard->watcher);
    dashboard->has_session = true;
    view_destroy(dashboard->view);
    const struct mat_info *mat = &dashboard->session.mat;
    if (calibration_on_bus(&calibration, dashboard->folder, mat, &failure))
        say_failure(&failure); /* the nominal scale has to do */
    dashboard->view = view_create(&mat->geometry, calibration);
    dashboard->mat = (struct mat_watch){0};
    story_begin(dashboard->story);
    if (strcmp(dashboard->phase, "ready") != 0)
        notes_begin(&dashboard->notes, dashboard->folder, &dashboard->session, &failure);
    server_refresh(dashboard->server);
}

static void control_take(struct dashboard *dashboard)
{
    json_t *said;
    while ((said = control_hear(dashboard->control))) {
        replay_close(dashboard->replay);
        dashboard->replay = NULL;
        const char *session = control_text(said, "session");
        snprintf(dashboard->phase, sizeof dashboard->phase, "%s", control_text(said, "phase"));
        snprintf(dashboard->file, sizeof dashboard->file, "%s", control_text(said, "file"));
        dashboard->stays = json_is_true(json_object_get(said, "stays"));
        dashboard->over = !strcmp(dashboard->phase, "over") && !dashboard->stays;
        if (*session)
            watcher_follow(dashboard->watcher, session);
        json_decref(said);
        server_refresh(dashboard->server);
    }
}

static double session_time_s(const struct mat_watch *mat, const struct frame *frame)
{
    return 1e-6 * (double)(frame->time_us - mat->first_us);
}

/* When the session's first frame was, which may have come before us. */
static void first_find(struct mat_watch *mat, const struct metrics *metrics)
{
    size_t place = metrics->frame % MAT_TIMES;
    if (mat->times[place].number == metrics->frame && mat->times[place].time_us)
        mat->first_us = mat->times[place].time_us - llround(1e6 * metrics->time_s);
}

/* Frames that we skip ourselves are none that the mat lost. */
static void mat_watch(struct mat_watch *mat, const struct frame *frame, int64_t now_ms)
{
    uint64_t passed = frame->number - mat->number, sent = frame->sequence - mat->sequence;
    if (mat->frames && sent > passed)
        mat->lost += sent - passed;
    mat->gaps += mat->frames && frame->flags & FRAME_GAP_BEFORE;
    mat->frames++;
    mat->times[frame->number % MAT_TIMES].number = frame->number;
    mat->times[frame->number % MAT_TIMES].time_us = frame->time_us;
    mat->begun_ms = mat->begun_ms ? mat->begun_ms : now_ms;
    if (!mat->first_us && (!frame->number || now_ms - mat->begun_ms > FIRST_MS))
        mat->first_us = frame->time_us;
    mat->number = frame->number;
    mat->sequence = frame->sequence;
    mat->heard_ms = now_ms;
    int64_t age_ms = now_ms - mat->second_ms;
    if (age_ms < RATE_MS)
        return;
    if (mat->second_ms)
        mat->rate_hz = 1e3 * (double)(frame->number - mat->second_number) / (double)age_ms;
    mat->second_ms = now_ms;
    mat->second_number = frame->number;
}

static void picture_show(struct dashboard *dashboard, const struct frame *frame, int64_t now_ms)
{
    struct server_health health;
    server_health(dashboard->server, &health);
    double period_ms = health.screens ? PICTURE_MS : IDLE_PICTURE, now = (double)now_ms;
    if (!dashboard->view || !dashboard->mat.first_us || now < dashboard->picture_due_ms)
        return;
    dashboard->picture_due_ms += period_ms;
    if (dashboard->picture_due_ms < now - period_ms)
        dashboard->picture_due_ms = now;
    view_push(dashboard->view, frame, session_time_s(&dashboard->mat, frame));
    uint8_t *room = server_picture_room(dashboard->server, view_size(dashboard->view));
    if (!room)
        return;
    view_write(dashboard->view, room, 0);
    server_picture(dashboard->server);
}

static void frames_take(struct dashboard *dashboard)
{
    struct frame frame;
    int status = 1;
    for (int i = 0; i < FRAMES_MOST && status == 1; i++) {
        status = watcher_frame(dashboard->watcher, &frame);
        if (status != 1)
            continue;
        int64_t now_ms = monotonic_ms();
        mat_watch(&dashboard->mat, &frame, now_ms);
        picture_show(dashboard, &frame, now_ms);
    }
}

/* Contacts are in the metrics. */
void dashboard_event(struct dashboard *dashboard, const struct event *event)
{
    char text[EVENT_JSON_SIZE];
    if (event->type != EVENT_CONTACT && event_encode(event, text, sizeof text) > 0)
        server_say(dashboard->server, text);
}

/* Of several that wait the newest. */
static void metrics_take(struct dashboard *dashboard)
{
    static char text[METRICS_JSON_SIZE];
    struct metrics metrics;
    bool any = false;
    while (watcher_metrics(dashboard->watcher, &metrics) == 1)
        any = true;
    if (any)
        first_find(&dashboard->mat, &metrics);
    if (any && metrics_encode(&metrics, text, sizeof text) > 0)
        server_say(dashboard->server, text);
}

static void events_take(struct dashboard *dashboard)
{
    struct event event;
    int count = 0;
    while (count < EVENTS_MOST && (watcher_event(dashboard->watcher, &event) == 1 ||
                                   watcher_note(dashboard->watcher, &event) == 1)) {
        story_event(dashboard->story, &event);
        if (++count < BURST)
            dashboard_event(dashboard, &event);
    }
    if (count >= BURST)
        server_refresh(dashboard->server);
}

static void mat_say(struct dashboard *dashboard)
{
    int64_t now_ms = monotonic_ms();
    if (now_ms - dashboard->said_ms < MAT_MS)
        return;
    dashboard->said_ms = now_ms;
    json_t *told = mat_tell(dashboard);
    char *text = told ? json_dumps(told, JSON_COMPACT) : NULL;
    if (text)
        server_say(dashboard->server, text);
    free(text);
    json_decref(told);
}

int dashboard_tick(void *context)
{
    struct dashboard *dashboard = context;
    struct failure failure;
    struct server_health health;
    control_take(dashboard);
    if (watcher_look(dashboard->watcher, &failure) == 1)
        session_show(dashboard);
    frames_take(dashboard);
    notes_serve(&dashboard->notes);
    events_take(dashboard);
    metrics_take(dashboard);
    mat_say(dashboard);
    server_health(dashboard->server, &health);
    return health.screens ? BUSY_MS : IDLE_MS;
}
