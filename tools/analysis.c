#include "analysis.h"

#include "detect/detect.h"
#include "dsp/dsp.h"

#include <stdlib.h>

/* Contacts whose rhythms are remembered at a time. */
#define RHYTHM_COUNT 8

/* A contact's rhythm; id 0 is a free place. */
struct place {
    struct rhythm *rhythm;
    uint32_t contact;
    double seen_s;
};

struct analysis {
    struct conditioner *conditioner;
    struct detector *detector;
    struct place places[RHYTHM_COUNT];
};

struct analysis *analysis_create(const struct geometry *geometry,
                                 const struct parameters *parameters)
{
    struct analysis *analysis = calloc(1, sizeof *analysis);
    if (!analysis)
        return NULL;
    analysis->conditioner = conditioner_create(geometry, parameters);
    analysis->detector = detector_create(geometry, parameters);
    bool whole = analysis->conditioner && analysis->detector;
    for (int i = 0; i < RHYTHM_COUNT; i++) {
        analysis->places[i].rhythm = rhythm_create();
        whole = whole && analysis->places[i].rhythm;
    }
    if (whole)
        return analysis;
    analysis_destroy(analysis);
    return NULL;
}

/* The contact's place; the one longest unseen when it has none. */
static struct place *place_of(struct analysis *analysis, uint32_t contact)
{
    struct place *oldest = analysis->places;
    for (int i = 0; i < RHYTHM_COUNT; i++) {
        struct place *place = &analysis->places[i];
        if (place->contact == contact)
            return place;
        if (!place->contact || (oldest->contact && place->seen_s < oldest->seen_s))
            oldest = place;
    }
    return oldest;
}

static void follow(struct analysis *analysis)
{
    const struct contact *contacts;
    size_t count = detector_contacts(analysis->detector, &contacts);
    for (size_t i = 0; i < count; i++) {
        struct place *place = place_of(analysis, contacts[i].id);
        if (place->contact != contacts[i].id)
            rhythm_reset(place->rhythm);
        place->contact = contacts[i].id;
        place->seen_s = contacts[i].time_s;
        struct motion motion = {contacts[i].time_s, contacts[i].x_mm, contacts[i].y_mm,
                                contacts[i].force_n};
        rhythm_push(place->rhythm, &motion);
    }
}

size_t analysis_push(struct analysis *analysis, const struct frame *frame)
{
    struct pressure pressure;
    conditioner_push(analysis->conditioner, frame, &pressure);
    size_t waiting = detector_push(analysis->detector, &pressure, frame->number);
    follow(analysis);
    return waiting;
}

size_t analysis_finish(struct analysis *analysis)
{
    return detector_finish(analysis->detector);
}

int analysis_next(struct analysis *analysis, struct event *event)
{
    int taken = detector_next(analysis->detector, event);
    if (taken == 1 && event->type == EVENT_HOLD) {
        struct place *place = place_of(analysis, event->hold.contact);
        if (place->contact == event->hold.contact)
            event->hold.breathing_hz =
                rhythm_breathing(place->rhythm, event->hold.start_s, event->hold.end_s);
    }
    return taken;
}

size_t analysis_contacts(const struct analysis *analysis, const struct contact **contacts)
{
    return detector_contacts(analysis->detector, contacts);
}

void analysis_destroy(struct analysis *analysis)
{
    if (!analysis)
        return;
    conditioner_destroy(analysis->conditioner);
    detector_destroy(analysis->detector);
    for (int i = 0; i < RHYTHM_COUNT; i++)
        rhythm_destroy(analysis->places[i].rhythm);
    free(analysis);
}
