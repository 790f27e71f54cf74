#include "story.h"

#include "bus/bus.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define EVENTS_MOST  16384
#define EVENTS_LEAST 256
#define TRACK_MOST   18000 /* an hour */

struct story {
    struct event *events; /* [count] of [room] */
    size_t count, room;
    float *force_n, *peak_kpa; /* [TRACK_MOST] rings, one place every STORY_TRACK_S */
    int64_t track_next;        /* number of the place after the newest */
};

struct story *story_create(void)
{
    struct story *story = calloc(1, sizeof *story);
    if (!story)
        return NULL;
    story->force_n = calloc(TRACK_MOST, sizeof *story->force_n);
    story->peak_kpa = calloc(TRACK_MOST, sizeof *story->peak_kpa);
    if (story->force_n && story->peak_kpa)
        return story;
    story_destroy(story);
    return NULL;
}

void story_begin(struct story *story)
{
    story->count = 0;
    story->track_next = 0;
}

/* @return 0 for kinds of which every one is kept */
static uint32_t id_of(const struct event *event)
{
    if (event->type == EVENT_SPOT)
        return event->spot.id;
    return event->type == EVENT_BOUT ? event->bout.id : 0;
}

static struct event *place_of(struct story *story, const struct event *event)
{
    uint32_t id = id_of(event);
    for (size_t i = story->count; id && i-- > 0;)
        if (story->events[i].type == event->type && id_of(&story->events[i]) == id)
            return &story->events[i];
    if (story->count == EVENTS_MOST) {
        size_t kept = EVENTS_MOST - EVENTS_LEAST;
        memmove(story->events, story->events + EVENTS_LEAST, kept * sizeof *story->events);
        story->count = kept;
    }
    if (story->count == story->room) {
        size_t room = story->room ? 2 * story->room : EVENTS_LEAST;
        struct event *events = realloc(story->events, room * sizeof *events);
        if (!events)
            return NULL;
        story->events = events;
        story->room = room;
    }
    return &story->events[story->count++];
}

/* Contacts that are seen within one place add up. */
static void track_take(struct story *story, const struct contact *contact)
{
    if (contact->kind == CONTACT_BODY || !(contact->time_s >= 0))
        return;
    int64_t place = (int64_t)(contact->time_s / STORY_TRACK_S);
    if (place - story->track_next > TRACK_MOST)
        story->track_next = place - TRACK_MOST;
    for (; story->track_next <= place; story->track_next++)
        story->force_n[story->track_next % TRACK_MOST] =
            story->peak_kpa[story->track_next % TRACK_MOST] = 0;
    float *force_n = &story->force_n[place % TRACK_MOST];
    float *peak_kpa = &story->peak_kpa[place % TRACK_MOST];
    *force_n = fmaxf(*force_n, (float)contact->force_n);
    *peak_kpa = fmaxf(*peak_kpa, (float)contact->peak_kpa);
}

void story_event(struct story *story, const struct event *event)
{
    if (event->type == EVENT_CONTACT) {
        track_take(story, &event->contact);
        return;
    }
    struct event *place = place_of(story, event);
    if (place)
        *place = *event;
}

double story_duration_s(const struct story *story)
{
    for (size_t i = story->count; i-- > 0;)
        if (story->events[i].type == EVENT_SUMMARY)
            return story->events[i].summary.duration_s;
    return 0;
}

uint32_t story_marker_id(const struct story *story)
{
    uint32_t last = 0;
    for (size_t i = 0; i < story->count; i++) {
        const struct event *event = &story->events[i];
        if (event->type == EVENT_MARKER && event->marker.id > last)
            last = event->marker.id;
    }
    return last + 1;
}

static json_t *track_tell(const struct story *story)
{
    int64_t count = story->track_next < TRACK_MOST ? story->track_next : TRACK_MOST;
    int64_t from = story->track_next - count;
    json_t *force = json_array(), *peak = json_array();
    for (int64_t i = from; i < story->track_next; i++) {
        json_array_append_new(force, json_integer(lround((double)story->force_n[i % TRACK_MOST])));
        json_array_append_new(peak, json_integer(lround((double)story->peak_kpa[i % TRACK_MOST])));
    }
    return json_pack("{s:f, s:f, s:o, s:o}", "period_s", STORY_TRACK_S, "from_s",
                     (double)from * STORY_TRACK_S, "force_n", force, "peak_kpa", peak);
}

json_t *story_tell(const struct story *story)
{
    char text[EVENT_JSON_SIZE];
    json_t *past = json_array();
    for (size_t i = 0; i < story->count; i++) {
        int length = event_encode(&story->events[i], text, sizeof text);
        if (length > 0)
            json_array_append_new(past, json_loadb(text, (size_t)length, 0, NULL));
    }
    return json_pack("{s:o, s:o}", "past", past, "track", track_tell(story));
}

void story_destroy(struct story *story)
{
    if (!story)
        return;
    free(story->events);
    free(story->force_n);
    free(story->peak_kpa);
    free(story);
}
