#include "follow.h"

#include "../cli/output.h"
#include "../cli/report.h"
#include "record/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define LOOK_S 1 /* the recorder flushes about as often */
#define GONE_S 8 /* longer than live takes to start a recorder again */

struct following {
    const char *path;
    struct output printed; /* no form: in words */
    bool in_words;
    uint64_t next[EVENT_TYPE_COUNT]; /* number from which events of the type are to be printed */
    bool closed;
};

static int by_number(const void *a, const void *b)
{
    const struct event *left = a, *right = b;
    return (left->number > right->number) - (left->number < right->number);
}

static int print_event(const struct following *following, const struct event *event,
                       struct failure *failure)
{
    if (!following->in_words)
        return output_event(&following->printed, event, failure);
    report_event(stdout, event);
    if (fflush(stdout) != 0)
        return failure_set(failure, STATUS_SYSTEM, "standard output is closed");
    return STATUS_OK;
}

/* Adds the events of one kind that were not printed yet. */
static int gather(const struct following *following, struct session *session, enum event_type type,
                  struct findings_list *fresh, struct failure *failure)
{
    struct event *events;
    int count = session_events(session, NULL, type, &events, failure);
    if (count <= 0)
        return count;
    struct event *grown = realloc(fresh->events, (fresh->count + (size_t)count) * sizeof *grown);
    if (grown)
        fresh->events = grown;
    for (int i = 0; grown && i < count; i++)
        if (events[i].number >= following->next[type])
            grown[fresh->count++] = events[i];
    free(events);
    return grown ? STATUS_OK : failure_set(failure, STATUS_MEMORY, "out of memory");
}

static int print_fresh(struct following *following, struct session *session,
                       struct failure *failure)
{
    struct findings_list fresh = {0};
    int status = STATUS_OK;
    for (int type = 0; type < EVENT_TYPE_COUNT && status >= 0; type++)
        if (following->printed.rows.kinds >> type & 1)
            status = gather(following, session, (enum event_type)type, &fresh, failure);
    if (fresh.count)
        qsort(fresh.events, fresh.count, sizeof *fresh.events, by_number);
    for (size_t i = 0; i < fresh.count && status >= 0; i++) {
        status = print_event(following, &fresh.events[i], failure);
        following->next[fresh.events[i].type] = fresh.events[i].number + 1;
    }
    free(fresh.events);
    return status;
}

static int look(struct following *following, struct failure *failure)
{
    struct session *session;
    int status = session_open(&session, following->path, failure);
    if (status < 0)
        return status;
    following->closed = session_about(session)->closed;
    status = print_fresh(following, session, failure);
    session_close(session);
    return status;
}

static int follow(struct following *following, struct failure *failure)
{
    const struct timespec pause = {.tv_sec = LOOK_S};
    unsigned gone_s = 0;
    int status = look(following, failure);
    while (status >= 0 && !following->closed && gone_s < GONE_S) {
        nanosleep(&pause, NULL);
        gone_s = session_is_held(following->path) ? 0 : gone_s + LOOK_S;
        status = look(following, failure);
    }
    if (status < 0 || following->closed)
        return status;
    return failure_set(failure, STATUS_LOST,
                       "%s: nobody records it any more; it was left by a kill: rollscope "
                       "recover",
                       following->path);
}

int follow_session(const struct options *options, const struct output *output,
                   struct failure *failure)
{
    struct following following = {.path = options->files[0], .printed = *output, .in_words = true};
    for (int form = 0; form < OPTION_FORM_COUNT; form++)
        following.in_words &= !output->streams[form];
    return options->follow ? follow(&following, failure) : look(&following, failure);
}
