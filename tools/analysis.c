#include "analysis.h"

#include "detect/detect.h"
#include "dsp/dsp.h"

#include <stdlib.h>

struct analysis {
    struct conditioner *conditioner;
    struct detector *detector;
};

struct analysis *analysis_create(const struct geometry *geometry,
                                 const struct parameters *parameters)
{
    struct analysis *analysis = calloc(1, sizeof *analysis);
    if (!analysis)
        return NULL;
    analysis->conditioner = conditioner_create(geometry, parameters);
    analysis->detector = detector_create(geometry, parameters);
    if (!analysis->conditioner || !analysis->detector) {
        analysis_destroy(analysis);
        return NULL;
    }
    return analysis;
}

size_t analysis_push(struct analysis *analysis, const struct frame *frame)
{
    struct pressure pressure;
    conditioner_push(analysis->conditioner, frame, &pressure);
    return detector_push(analysis->detector, &pressure, frame->number);
}

size_t analysis_finish(struct analysis *analysis)
{
    return detector_finish(analysis->detector);
}

int analysis_next(struct analysis *analysis, struct event *event)
{
    return detector_next(analysis->detector, event);
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
    free(analysis);
}
