#include "analysis.h"

#include "cell_signals.h"
#include "contact_signals.h"
#include "detect/detect.h"
#include "meter.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Metrics between two looks at the breathing. */
#define BREATHING_EVERY 10

/* Rhythms of one contact. */
struct looked {
    bool due; /* metrics were said since */
    uint32_t tool;
    double hold_start_s; /* NaN: it was not held */
    struct cadence cadence;
    struct vibration vibration;
    double breathing_hz;
};

struct analysis {
    struct cell_signals *cells;
    struct detector *detector;
    struct contact_signals *contacts;
    const struct pressure *pressure; /* the last one */
    struct meter meter;
    bool behind;           /* the last frame is not in the split yet */
    struct looked rhythms; /* looked at after the last metrics */
    double gap_s;
};

static void rhythms_forget(struct looked *rhythms)
{
    *rhythms = (struct looked){.hold_start_s = NAN,
                               .cadence = {NAN, 0, NAN},
                               .vibration = {VIBRATION_NONE, NAN, 0, NAN},
                               .breathing_hz = NAN};
}

struct analysis *analysis_create_calibrated(const struct geometry *geometry,
                                            struct calibration *calibration,
                                            const struct parameters *parameters)
{
    struct cell_signals *cells = cell_signals_create(geometry, calibration, parameters);
    struct analysis *analysis = cells ? calloc(1, sizeof *analysis) : NULL;
    if (!analysis) {
        cell_signals_destroy(cells);
        return NULL;
    }
    analysis->cells = cells;
    analysis->gap_s = parameters->gap_reset_s;
    analysis->detector = detector_create(cell_signals_geometry(cells), parameters);
    analysis->contacts = contact_signals_create();
    rhythms_forget(&analysis->rhythms);
    if (analysis->detector && analysis->contacts)
        return analysis;
    analysis_destroy(analysis);
    return NULL;
}

struct analysis *analysis_create(const struct geometry *geometry,
                                 const struct parameters *parameters)
{
    return analysis_create_calibrated(geometry, NULL, parameters);
}

int analysis_split(struct analysis *analysis)
{
    if (cell_signals_split(analysis->cells))
        return STATUS_MEMORY;
    return contact_signals_split(analysis->contacts, cell_signals_rate_hz(analysis->cells),
                                 analysis->gap_s);
}

/* Takes transforms: after metrics were said, for the next ones, so that nobody waits for it. */
static void rhythms_look(struct analysis *analysis)
{
    struct looked *rhythms = &analysis->rhythms;
    struct rhythm *rhythm = contact_signals_rhythm(analysis->contacts, rhythms->tool);
    uint64_t said = analysis->meter.number;
    rhythms->due = false;
    if (!rhythm)
        return;
    rhythms->cadence = rhythm_cadence(rhythm);
    rhythms->vibration = rhythm_vibration(rhythm);
    if (isnan(rhythms->hold_start_s))
        rhythms->breathing_hz = NAN;
    else if (said % BREATHING_EVERY == 0)
        rhythms->breathing_hz =
            rhythm_breathing(rhythm, rhythms->hold_start_s, analysis->pressure->time_s);
}

void analysis_catch_up(struct analysis *analysis)
{
    if (!analysis->behind)
        return;
    analysis->behind = false;
    cell_signals_divide(analysis->cells);
    if (analysis->rhythms.due)
        rhythms_look(analysis);
}

size_t analysis_push(struct analysis *analysis, const struct frame *frame)
{
    const struct contact *contacts;
    analysis_catch_up(analysis);
    analysis->pressure = cell_signals_push(analysis->cells, frame);
    meter_push(&analysis->meter, frame, analysis->pressure->time_s);
    size_t waiting = detector_push(analysis->detector, analysis->pressure, frame->number);
    size_t count = detector_contacts(analysis->detector, &contacts);
    contact_signals_push(analysis->contacts, contacts, count);
    analysis->behind = true;
    return waiting;
}

size_t analysis_finish(struct analysis *analysis)
{
    analysis_catch_up(analysis);
    cell_signals_finish(analysis->cells);
    analysis->meter.due = analysis->meter.started;
    return detector_finish(analysis->detector);
}

int analysis_next(struct analysis *analysis, struct event *event)
{
    int taken = detector_next(analysis->detector, event);
    if (taken == 1 && event->type == EVENT_HOLD) {
        struct rhythm *rhythm = contact_signals_rhythm(analysis->contacts, event->hold.contact);
        if (rhythm)
            event->hold.breathing_hz =
                rhythm_breathing(rhythm, event->hold.start_s, event->hold.end_s);
    }
    return taken;
}

size_t analysis_contacts(const struct analysis *analysis, const struct contact **contacts)
{
    return detector_contacts(analysis->detector, contacts);
}

static void fill_grid_error(const struct analysis *analysis, struct metrics *metrics)
{
    const struct contact *contacts;
    metrics->grid_error.position_mm = metrics->grid_error.force = NAN;
    for (size_t i = detector_contacts(analysis->detector, &contacts); i-- > 0;)
        if (contacts[i].id == metrics->tool) {
            const struct geometry *mat = cell_signals_geometry(analysis->cells);
            struct ripple bound = ripple_bound(mat, &contacts[i], RIPPLE_FILL);
            metrics->grid_error.position_mm = hypot(bound.x_mm, bound.y_mm);
            metrics->grid_error.force = bound.force;
        }
}

int analysis_metrics(struct analysis *analysis, struct metrics *metrics)
{
    struct looked *rhythms = &analysis->rhythms;
    if (!analysis->meter.due)
        return 0;
    memset(metrics, 0, sizeof *metrics);
    detector_measure(analysis->detector, metrics);
    meter_fill(&analysis->meter, analysis->pressure, metrics);
    fill_grid_error(analysis, metrics);
    if (rhythms->tool != metrics->tool)
        rhythms_forget(rhythms);
    metrics->cadence_per_min = rhythms->cadence.one_way_per_min;
    metrics->cadence_confidence = rhythms->cadence.confidence;
    metrics->cadence_drift_per_min2 = rhythms->cadence.drift_per_min;
    metrics->vibration_hz = rhythms->vibration.frequency_hz;
    metrics->alias_limited = rhythms->vibration.kind == VIBRATION_ALIAS_LIMITED;
    metrics->moving_share = analysis_moving_share(analysis);
    metrics->hold.breathing_hz = metrics->hold.active ? rhythms->breathing_hz : NAN;
    rhythms->due = true;
    rhythms->tool = metrics->tool;
    rhythms->hold_start_s = metrics->hold.active ? metrics->hold.start_s : NAN;
    return 1;
}

struct cadence analysis_cadence(struct analysis *analysis, uint32_t contact)
{
    struct rhythm *rhythm = contact_signals_rhythm(analysis->contacts, contact);
    return rhythm ? rhythm_cadence(rhythm) : (struct cadence){NAN, 0, NAN};
}

struct vibration analysis_vibration(struct analysis *analysis, uint32_t contact)
{
    struct rhythm *rhythm = contact_signals_rhythm(analysis->contacts, contact);
    return rhythm ? rhythm_vibration(rhythm) : (struct vibration){VIBRATION_NONE, NAN, 0, NAN};
}

double analysis_split_latency_s(const struct analysis *analysis)
{
    return cell_signals_latency_s(analysis->cells);
}

bool analysis_parts(const struct analysis *analysis, struct parts *parts)
{
    return cell_signals_parts(analysis->cells, parts);
}

double analysis_moving_share(const struct analysis *analysis)
{
    return cell_signals_moving_share(analysis->cells);
}

bool analysis_contact_parts(const struct analysis *analysis, uint32_t contact,
                            struct contact_parts *parts)
{
    return contact_signals_parts(analysis->contacts, contact, parts);
}

double analysis_map(const struct analysis *analysis, enum split_band band, float *kpa)
{
    return cell_signals_map(analysis->cells, band, kpa);
}

void analysis_destroy(struct analysis *analysis)
{
    if (!analysis)
        return;
    cell_signals_destroy(analysis->cells);
    detector_destroy(analysis->detector);
    contact_signals_destroy(analysis->contacts);
    free(analysis);
}
