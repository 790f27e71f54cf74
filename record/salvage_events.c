#include "salvage_events.h"

#include "recorder_parts.h"
#include "session_parts.h"

#define MICROSECOND_S 1e-6

struct copying {
    struct session *from;
    struct recorder *to;
    double last_s; /* events that were published later are not of the file's frames */
    bool goes_on;
};

static bool is_sound(const struct copying *copying, const struct event_rows *rows, int row)
{
    const struct event *event = &rows->events[row];
    if (event->type == EVENT_MARKER)
        return rows->states[row] != ROW_TORN;
    return rows->states[row] == ROW_PROVEN &&
           (copying->goes_on || event->published_s < copying->last_s + MICROSECOND_S);
}

/* What is written again in its row does not change the row's id; that of a new one may be
 * missing. */
static bool has_own_id(const struct event_rows *rows, int row)
{
    const uint32_t id = event_id(&rows->events[row]);
    bool own = id != 0;
    for (int i = 0; i < rows->count && own; i++)
        own = i == row || event_id(&rows->events[i]) != id;
    return own;
}

/* @return the number of rows left out, or negative */
static int copy_rows(const struct copying *copying, enum event_type type,
                     const struct event_rows *rows, struct failure *failure)
{
    const bool again = event_is_said_again(type);
    const bool reserving = copying->goes_on && again && type != EVENT_SUMMARY;
    int left_out = 0, status = STATUS_OK;
    for (int row = 0; row < rows->count && status == STATUS_OK; row++) {
        const struct event *event = &rows->events[row];
        if (is_sound(copying, rows, row) && (again || !left_out))
            status = recorder_event(copying->to, event, failure);
        else if (reserving && has_own_id(rows, row))
            status = recorder_reserve(copying->to, event, failure);
        else
            left_out++;
    }
    return status < 0 ? status : left_out;
}

int salvage_events(struct session *from, struct recorder *to, bool goes_on,
                   struct recovery *recovery, struct failure *failure)
{
    const int64_t origin_us = from->about.origin_us ? from->about.origin_us : from->time.first_us;
    const struct copying copying = {
        from, to, (double)(from->time.last_us - origin_us) * MICROSECOND_S, goes_on};
    int status = STATUS_OK;
    for (int type = 0; type < EVENT_TYPE_COUNT && status >= 0; type++) {
        struct event_rows rows;
        int left_out = session_rows(from, NULL, (enum event_type)type, &rows, NULL) < 0;
        if (!left_out)
            left_out = status = copy_rows(&copying, (enum event_type)type, &rows, failure);
        event_rows_free(&rows);
        *(type == EVENT_MARKER ? &recovery->markers_lost : &recovery->events_lost) |= left_out > 0;
    }
    return status < 0 ? status : STATUS_OK;
}
