#include "findings.h"

#include <stdlib.h>
#include <string.h>

/* The older state of the same hot spot, bout or summary; NULL: the event is a new one. */
static struct event *older(const struct findings_list *list, const struct event *event)
{
    for (size_t i = list->count; i-- > 0 && event_is_said_again(event->type);)
        if (event_id(&list->events[i]) == event_id(event))
            return &list->events[i];
    return NULL;
}

/* A hot spot that is withdrawn is none. */
static void forget(struct findings_list *list, struct event *kept)
{
    if (!kept)
        return;
    size_t after = (size_t)(list->events + list->count - kept) - 1;
    memmove(kept, kept + 1, after * sizeof *kept);
    list->count--;
}

static bool make_room(struct findings_list *list)
{
    if (list->count < list->capacity)
        return true;
    size_t capacity = list->capacity ? 2 * list->capacity : 16;
    struct event *events = realloc(list->events, capacity * sizeof *events);
    if (!events)
        return false;
    list->events = events;
    list->capacity = capacity;
    return true;
}

/* Where a new one stands: a hot spot that was withdrawn and is said again comes to its old place.
 */
static size_t place_of(const struct findings_list *list, const struct event *event)
{
    size_t at = list->count;
    while (event->type == EVENT_SPOT && at > 0 && list->events[at - 1].spot.id > event->spot.id)
        at--;
    return at;
}

int findings_take(struct findings *findings, const struct event *event)
{
    struct findings_list *list = &findings->lists[event->type];
    struct event *kept = older(list, event);
    if (event->type == EVENT_SPOT && event->spot.confidence <= 0) {
        forget(list, kept);
        return STATUS_OK;
    }
    if (kept) {
        *kept = *event;
        return STATUS_OK;
    }
    if (!make_room(list))
        return STATUS_MEMORY;
    size_t at = place_of(list, event);
    memmove(list->events + at + 1, list->events + at, (list->count - at) * sizeof *list->events);
    list->events[at] = *event;
    list->count++;
    return STATUS_OK;
}

const struct summary *findings_summary(const struct findings *findings)
{
    const struct findings_list *list = &findings->lists[EVENT_SUMMARY];
    return list->count ? &list->events[0].summary : NULL;
}

void findings_clear(struct findings *findings)
{
    for (size_t i = 0; i < EVENT_TYPE_COUNT; i++)
        free(findings->lists[i].events);
    memset(findings, 0, sizeof *findings);
}
