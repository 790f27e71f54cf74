#include "salvage_events.h"

#include "session_parts.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

/* Whether the machine was started after a file was last written: then rows of which only some
 * columns reached the disk cannot be told from whole ones. */
static bool written_before_start(const char *path)
{
    struct stat file;
    struct timespec now, up;
    if (stat(path, &file) < 0 || clock_gettime(CLOCK_REALTIME, &now) < 0 ||
        clock_gettime(CLOCK_BOOTTIME, &up) < 0)
        return true;
    return file.st_mtim.tv_sec < now.tv_sec - up.tv_sec;
}

/* Rows that never reached the disk are not later than those before. Hot spots and bouts are written
 * again in their rows; markers come from several hands, but under ids of the file. */
static bool in_order(const struct event *events, int count, enum event_type type)
{
    bool good = true;
    for (int i = 1; i < count && good; i++)
        if (type == EVENT_MARKER)
            good = events[i].marker.id > events[i - 1].marker.id;
        else if (type != EVENT_SPOT && type != EVENT_BOUT)
            good = events[i].number > events[i - 1].number;
    return good;
}

struct events {
    struct event *rows;
    int count; /* negative: they cannot be read */
};

static void read_events(struct session *from, struct recovery *recovery,
                        struct events events[EVENT_TYPE_COUNT])
{
    const bool torn = written_before_start(from->path);
    for (int i = 0; i < EVENT_TYPE_COUNT; i++) {
        enum event_type type = (enum event_type)i;
        events[i].count = session_events(from, NULL, type, &events[i].rows, NULL);
        if (events[i].count >= 0 && !in_order(events[i].rows, events[i].count, type))
            events[i].count = -1;
        if (events[i].count < 0 && type == EVENT_MARKER)
            recovery->markers_lost = true;
        else if (type != EVENT_MARKER && (events[i].count < 0 || (torn && events[i].count > 0)))
            recovery->events_lost = true;
    }
}

int salvage_events(struct session *from, struct recorder *to, struct recovery *recovery,
                   struct failure *failure)
{
    struct events events[EVENT_TYPE_COUNT] = {0};
    int status = STATUS_OK;
    read_events(from, recovery, events);
    for (int i = 0; i < EVENT_TYPE_COUNT; i++) {
        bool kept = i == EVENT_MARKER || !recovery->events_lost;
        for (int row = 0; row < events[i].count && kept && status == STATUS_OK; row++)
            status = recorder_event(to, &events[i].rows[row], failure);
        free(events[i].rows);
    }
    return status;
}
