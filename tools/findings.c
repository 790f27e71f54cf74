#include "findings.h"

#include <stdlib.h>
#include <string.h>

static bool same(const struct event *a, const struct event *b)
{
    switch (a->type) {
    case EVENT_SPOT:
        return a->spot.id == b->spot.id;
    case EVENT_BOUT:
        return a->bout.id == b->bout.id;
    default:
        return a->type == EVENT_SUMMARY;
    }
}

int findings_take(struct findings *findings, const struct event *event)
{
    struct findings_list *list = &findings->lists[event->type];
    for (size_t i = list->count; i-- > 0 && event->type != EVENT_CONTACT;)
        if (same(&list->events[i], event)) {
            list->events[i] = *event;
            return STATUS_OK;
        }
    if (list->count == list->capacity) {
        size_t capacity = list->capacity ? 2 * list->capacity : 16;
        struct event *events = realloc(list->events, capacity * sizeof *events);
        if (!events)
            return STATUS_MEMORY;
        list->events = events;
        list->capacity = capacity;
    }
    list->events[list->count++] = *event;
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
