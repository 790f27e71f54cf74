#include "detect.h"

#include <stdlib.h>

struct detector {
    struct geometry geometry;
    struct parameters parameters;
    struct summary summary;
    uint64_t frame, number;
    double time_s;
    bool waits;
};

struct detector *detector_create(const struct geometry *geometry,
                                 const struct parameters *parameters)
{
    struct detector *detector = calloc(1, sizeof *detector);
    if (!detector)
        return NULL;
    detector->geometry = *geometry;
    detector->parameters = *parameters;
    return detector;
}

size_t detector_push(struct detector *detector, const struct pressure *pressure, uint64_t frame)
{
    detector->summary.frames++;
    detector->summary.gaps += (pressure->flags & FRAME_GAP_BEFORE) != 0;
    detector->time_s = pressure->time_s;
    detector->frame = frame;
    return 0;
}

size_t detector_finish(struct detector *detector)
{
    detector->summary.duration_s = detector->time_s;
    detector->waits = true;
    return 1;
}

int detector_next(struct detector *detector, struct event *event)
{
    if (!detector->waits)
        return 0;
    detector->waits = false;
    *event = (struct event){.type = EVENT_SUMMARY,
                            .number = detector->number++,
                            .frame = detector->frame,
                            .published_s = detector->time_s,
                            .summary = detector->summary};
    return 1;
}

size_t detector_contacts(const struct detector *detector, const struct contact **contacts)
{
    (void)detector;
    *contacts = NULL;
    return 0;
}

void detector_reset(struct detector *detector)
{
    struct geometry geometry = detector->geometry;
    struct parameters parameters = detector->parameters;
    *detector = (struct detector){.geometry = geometry, .parameters = parameters};
}

void detector_destroy(struct detector *detector)
{
    free(detector);
}
