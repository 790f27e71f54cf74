#include "replay.h"

#include "../sources/calibrations.h"
#include "record/record.h"

#include <math.h>
#include <stdlib.h>

#define BEFORE_S  (VIEW_STILL_S + 0.5) /* gone through before a picture */
#define PICTURE_S 0.03                 /* between two that are looked at */

struct replay {
    struct session *session;
    struct view *view;
    struct geometry geometry;
    int64_t first_us;
    double time_s; /* of the last frame that was read */
    uint64_t next; /* the frame to be read */
};

int replay_open(struct replay **result, const char *path, struct failure *failure)
{
    struct frame frame;
    *result = NULL;
    struct replay *replay = calloc(1, sizeof *replay);
    if (!replay)
        return failure_set(failure, STATUS_MEMORY, "%s: out of memory", path);
    int status = session_open(&replay->session, path, failure);
    if (!status && session_read(replay->session, &frame, failure) != 1)
        status = failure_set(failure, STATUS_NOT_FOUND, "%s: has no frame", path);
    if (status) {
        replay_close(replay);
        return status;
    }
    replay->geometry = session_about(replay->session)->mat.geometry;
    replay->first_us = frame.time_us;
    replay->time_s = INFINITY;
    *result = replay;
    return STATUS_OK;
}

/* The first frame that is not before a time: frames come evenly, or nearly so. */
static void frame_find(struct replay *replay, double time_s)
{
    double duration_s = session_duration_s(replay->session);
    uint64_t count = session_frames(replay->session);
    double share = duration_s > 0 ? time_s / duration_s : 0;
    replay->next = (uint64_t)(fmin(fmax(share, 0), 1) * (double)(count - 1));
}

static void replay_begin(struct replay *replay, double time_s)
{
    struct calibration *calibration;
    frame_find(replay, time_s - BEFORE_S);
    view_destroy(replay->view);
    calibration_of_session(&calibration, replay->session, NULL);
    replay->view = view_create(&replay->geometry, calibration);
    replay->time_s = -INFINITY;
    session_seek(replay->session, replay->next, NULL);
}

const struct view *replay_at(struct replay *replay, double time_s)
{
    struct frame frame;
    double shown_s = -INFINITY;
    bool near = time_s >= replay->time_s && time_s - replay->time_s < BEFORE_S;
    if (!replay->view || !near)
        replay_begin(replay, time_s);
    while (replay->view && replay->time_s < time_s &&
           session_read(replay->session, &frame, NULL) == 1) {
        replay->time_s = 1e-6 * (double)(frame.time_us - replay->first_us);
        if (replay->time_s - shown_s < PICTURE_S && replay->time_s < time_s)
            continue;
        shown_s = replay->time_s;
        view_push(replay->view, &frame, replay->time_s);
    }
    return replay->view;
}

void replay_close(struct replay *replay)
{
    if (!replay)
        return;
    session_close(replay->session);
    view_destroy(replay->view);
    free(replay);
}
