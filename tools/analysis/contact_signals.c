#include "contact_signals.h"

#include <stdlib.h>

/* Contacts that are remembered at a time. */
#define PLACE_COUNT 8

enum channel { CHANNEL_X, CHANNEL_Y, CHANNEL_FORCE, CHANNEL_COUNT };

/* A contact's; id 0 is a free place. */
struct place {
    struct rhythm *rhythm;
    struct split *split; /* NULL: not wanted */
    uint32_t contact;
    double seen_s;
    bool has_parts;
    struct contact_parts parts;
};

struct contact_signals {
    struct place places[PLACE_COUNT];
};

struct contact_signals *contact_signals_create(void)
{
    struct contact_signals *signals = calloc(1, sizeof *signals);
    bool whole = signals != NULL;
    for (int i = 0; whole && i < PLACE_COUNT; i++) {
        signals->places[i].rhythm = rhythm_create();
        whole = signals->places[i].rhythm != NULL;
    }
    if (whole)
        return signals;
    contact_signals_destroy(signals);
    return NULL;
}

int contact_signals_split(struct contact_signals *signals, double rate_hz, double gap_s)
{
    for (int i = 0; i < PLACE_COUNT; i++) {
        signals->places[i].split = split_create(CHANNEL_COUNT, rate_hz, gap_s);
        if (!signals->places[i].split)
            return STATUS_MEMORY;
    }
    return STATUS_OK;
}

/* @return the contact's place, or PLACE_COUNT */
static int find(const struct contact_signals *signals, uint32_t contact)
{
    int i = 0;
    while (i < PLACE_COUNT && (!contact || signals->places[i].contact != contact))
        i++;
    return i;
}

static struct place *make_room(struct contact_signals *signals, uint32_t contact)
{
    struct place *oldest = signals->places;
    for (int i = 0; i < PLACE_COUNT; i++) {
        struct place *place = &signals->places[i];
        if (!place->contact || (oldest->contact && place->seen_s < oldest->seen_s))
            oldest = place;
    }
    rhythm_reset(oldest->rhythm);
    if (oldest->split)
        split_reset(oldest->split);
    oldest->contact = contact;
    oldest->has_parts = false;
    return oldest;
}

static void divide(struct place *place, const struct contact *contact)
{
    const float values[CHANNEL_COUNT] = {(float)contact->x_mm, (float)contact->y_mm,
                                         (float)contact->force_n};
    struct parts parts;
    split_push(place->split, contact->time_s, values);
    while (split_next(place->split, &parts)) {
        place->has_parts = true;
        place->parts.time_s = parts.time_s;
        for (int b = 0; b < SPLIT_BANDS; b++) {
            place->parts.x_mm[b] = parts.bands[b][CHANNEL_X];
            place->parts.y_mm[b] = parts.bands[b][CHANNEL_Y];
            place->parts.force_n[b] = parts.bands[b][CHANNEL_FORCE];
        }
    }
}

void contact_signals_push(struct contact_signals *signals, const struct contact *contacts,
                          size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int known = find(signals, contacts[i].id);
        struct place *place =
            known < PLACE_COUNT ? &signals->places[known] : make_room(signals, contacts[i].id);
        place->seen_s = contacts[i].time_s;
        struct motion motion = {contacts[i].time_s, contacts[i].x_mm, contacts[i].y_mm,
                                contacts[i].force_n};
        rhythm_push(place->rhythm, &motion);
        if (place->split)
            divide(place, &contacts[i]);
    }
}

struct rhythm *contact_signals_rhythm(const struct contact_signals *signals, uint32_t contact)
{
    int known = find(signals, contact);
    return known < PLACE_COUNT ? signals->places[known].rhythm : NULL;
}

bool contact_signals_parts(const struct contact_signals *signals, uint32_t contact,
                           struct contact_parts *parts)
{
    int known = find(signals, contact);
    if (known == PLACE_COUNT || !signals->places[known].has_parts)
        return false;
    *parts = signals->places[known].parts;
    return true;
}

void contact_signals_destroy(struct contact_signals *signals)
{
    for (int i = 0; signals && i < PLACE_COUNT; i++) {
        rhythm_destroy(signals->places[i].rhythm);
        split_destroy(signals->places[i].split);
    }
    free(signals);
}
