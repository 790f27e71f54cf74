#include "gathering.h"

#include <stdlib.h>

int gather_found(struct findings *findings, struct analysis *analysis, bool contacts)
{
    struct event event;
    int status = STATUS_OK;
    while (status == STATUS_OK && analysis_next(analysis, &event))
        if (event.type != EVENT_CONTACT || contacts)
            status = findings_take(findings, &event);
    return status;
}

int gather_recorded(struct findings *findings, struct session *session, const char *analysis,
                    bool contacts, struct failure *failure)
{
    int status = STATUS_OK;
    for (int type = 0; type < EVENT_TYPE_COUNT && status == STATUS_OK; type++) {
        struct event *events;
        if (type == EVENT_CONTACT && !contacts)
            continue;
        int count = session_events(session, analysis, (enum event_type)type, &events, failure);
        if (count < 0)
            return count;
        for (int i = 0; i < count && status == STATUS_OK; i++)
            status = findings_take(findings, &events[i]);
        free(events);
    }
    return status == STATUS_OK ? status : failure_set(failure, status, "out of memory");
}
