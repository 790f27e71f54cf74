#include "resumption.h"

#define REFERENCES_MOST 3

struct reference {
    uint32_t *id; /* 0: of nothing */
    enum resumption_id of;
};

/* @return how many ids an event carries */
static size_t references_of(struct event *event, struct reference found[REFERENCES_MOST])
{
    size_t count = 0;
    switch (event->type) {
    case EVENT_CONTACT:
        found[count++] = (struct reference){&event->contact.id, ID_CONTACT};
        break;
    case EVENT_STROKE:
        found[count++] = (struct reference){&event->stroke.id, ID_STROKE};
        found[count++] = (struct reference){&event->stroke.contact, ID_CONTACT};
        found[count++] = (struct reference){&event->stroke.bout, ID_BOUT};
        break;
    case EVENT_HOLD:
        found[count++] = (struct reference){&event->hold.id, ID_HOLD};
        found[count++] = (struct reference){&event->hold.contact, ID_CONTACT};
        found[count++] = (struct reference){&event->hold.bout, ID_BOUT};
        break;
    case EVENT_BOUT:
        found[count++] = (struct reference){&event->bout.id, ID_BOUT};
        found[count++] = (struct reference){&event->bout.contact, ID_CONTACT};
        break;
    case EVENT_SPOT:
        found[count++] = (struct reference){&event->spot.id, ID_SPOT};
        break;
    case EVENT_MARKER:
    case EVENT_SUMMARY:
    case EVENT_TYPE_COUNT:
        break;
    }
    return count;
}

static void events_look(struct resumption *resumption, const struct bus_publisher *events)
{
    struct event event;
    for (uint64_t number = bus_publisher_next(events);
         number-- > 0 && bus_published_event(events, number, &event) == 1;) {
        struct reference found[REFERENCES_MOST];
        size_t count = references_of(&event, found);
        for (size_t i = 0; i < count; i++)
            if (*found[i].id > resumption->ids[found[i].of])
                resumption->ids[found[i].of] = *found[i].id;
        if (!resumption->events_said)
            resumption->events_frame = event.frame;
        resumption->events_said = true;
    }
}

static void metrics_look(struct resumption *resumption, const struct bus_publisher *publisher)
{
    struct metrics last;
    uint64_t next = bus_publisher_next(publisher);
    resumption->metrics_said = next && bus_published_metrics(publisher, next - 1, &last) == 1;
    resumption->metrics_frame = resumption->metrics_said ? last.frame : 0;
}

void resumption_begin(struct resumption *resumption, const struct bus_publisher *events,
                      const struct bus_publisher *metrics, const struct resumption_gap *gap)
{
    if (resumption->needed)
        return;
    struct resumption found = {.shift_s = gap->first ? 0 : gap->shift_s};
    events_look(&found, events);
    metrics_look(&found, metrics);
    found.needed =
        !gap->first || gap->first <= found.events_frame || gap->first <= found.metrics_frame;
    if (found.needed)
        *resumption = found;
}

static void id_shift(const struct resumption *resumption, uint32_t *id, enum resumption_id of)
{
    if (*id)
        *id += resumption->ids[of];
}

bool resumption_event(const struct resumption *resumption, const struct bus_publisher *events,
                      struct event *event)
{
    struct reference found[REFERENCES_MOST];
    if (!resumption->needed)
        return true;
    if (resumption->events_said && event->frame <= resumption->events_frame)
        return false;
    event->number = bus_publisher_next(events);
    event_shift(event, resumption->shift_s);
    size_t count = references_of(event, found);
    for (size_t i = 0; i < count; i++)
        id_shift(resumption, found[i].id, found[i].of);
    return true;
}

bool resumption_metrics(const struct resumption *resumption, const struct bus_publisher *publisher,
                        struct metrics *metrics)
{
    if (!resumption->needed)
        return true;
    if (resumption->metrics_said && metrics->frame <= resumption->metrics_frame)
        return false;
    metrics->number = bus_publisher_next(publisher);
    metrics->time_s += resumption->shift_s;
    id_shift(resumption, &metrics->tool, ID_CONTACT);
    for (size_t i = 0; i < metrics->contact_count; i++)
        id_shift(resumption, &metrics->contacts[i].id, ID_CONTACT);
    for (size_t i = 0; i < metrics->spot_count; i++)
        id_shift(resumption, &metrics->spots[i].id, ID_SPOT);
    return true;
}
