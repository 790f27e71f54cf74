#include "analysis.h"

#include "contact_signals.h"
#include "detect/detect.h"
#include "meter.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The split's grid: of what rate where the mat does not say, and at most; nothing that a tool does
   is faster than half of it. */
#define SPLIT_RATE_HZ      100.0
#define SPLIT_RATE_MOST_HZ 200.0
/* Metrics between two looks at the breathing. */
#define BREATHING_EVERY 10
/* A cell counts as loaded from so many sigmas on. */
#define LOADED_SIGMAS 4.0F

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
    struct geometry geometry;
    struct calibration *calibration; /* NULL: counts are linear */
    uint16_t *linear;                /* [cells] calibrated counts */
    double gap_s;
    struct conditioner *conditioner;
    struct detector *detector;
    struct contact_signals *signals;
    struct pressure pressure; /* the last one */
    struct meter meter;
    struct looked rhythms; /* looked at after the last metrics */
    struct split *split;   /* of the cells; NULL: not wanted */
    struct parts parts;
    bool has_parts;
    float *least; /* [cells] scratch */
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
    struct analysis *analysis = calloc(1, sizeof *analysis);
    if (!analysis) {
        calibration_destroy(calibration);
        return NULL;
    }
    analysis->geometry = *geometry;
    analysis->calibration = calibration;
    if (calibration)
        calibration_geometry(calibration, &analysis->geometry);
    analysis->linear = calloc(geometry_cells(geometry), sizeof *analysis->linear);
    analysis->gap_s = parameters->gap_reset_s;
    analysis->conditioner = conditioner_create(&analysis->geometry, parameters);
    analysis->detector = detector_create(&analysis->geometry, parameters);
    analysis->signals = contact_signals_create();
    rhythms_forget(&analysis->rhythms);
    if (analysis->linear && analysis->conditioner && analysis->detector && analysis->signals)
        return analysis;
    analysis_destroy(analysis);
    return NULL;
}

struct analysis *analysis_create(const struct geometry *geometry,
                                 const struct parameters *parameters)
{
    return analysis_create_calibrated(geometry, NULL, parameters);
}

/* The frame in counts that are linear in pressure. */
static void condition(struct analysis *analysis, const struct frame *frame)
{
    struct frame linear = *frame;
    if (analysis->calibration) {
        calibration_apply(analysis->calibration, frame->cells, analysis->linear);
        linear.cells = analysis->linear;
    }
    conditioner_push(analysis->conditioner, &linear, &analysis->pressure);
}

static double split_rate_hz(const struct analysis *analysis)
{
    double rate_hz = analysis->geometry.rate_hz;
    return rate_hz > 0 ? fmin(fmax(rate_hz, 1), SPLIT_RATE_MOST_HZ) : SPLIT_RATE_HZ;
}

int analysis_split(struct analysis *analysis)
{
    uint32_t cells = geometry_cells(&analysis->geometry);
    double rate_hz = split_rate_hz(analysis);
    analysis->least = calloc(cells, sizeof *analysis->least);
    analysis->split = split_create(cells, rate_hz, analysis->gap_s);
    if (!analysis->least || !analysis->split)
        return STATUS_MEMORY;
    return contact_signals_split(analysis->signals, rate_hz, analysis->gap_s);
}

static void divide(struct analysis *analysis, double time_s, const float *kpa)
{
    struct parts parts;
    split_push(analysis->split, time_s, kpa);
    while (split_next(analysis->split, &parts)) {
        analysis->parts = parts;
        analysis->has_parts = true;
    }
}

/* Takes transforms: after metrics were said, for the next ones, so that nobody waits for it. */
static void rhythms_look(struct analysis *analysis)
{
    struct looked *rhythms = &analysis->rhythms;
    struct rhythm *rhythm = contact_signals_rhythm(analysis->signals, rhythms->tool);
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
            rhythm_breathing(rhythm, rhythms->hold_start_s, analysis->pressure.time_s);
}

size_t analysis_push(struct analysis *analysis, const struct frame *frame)
{
    const struct contact *contacts;
    if (analysis->rhythms.due)
        rhythms_look(analysis);
    condition(analysis, frame);
    meter_push(&analysis->meter, frame, analysis->pressure.time_s);
    size_t waiting = detector_push(analysis->detector, &analysis->pressure, frame->number);
    size_t count = detector_contacts(analysis->detector, &contacts);
    contact_signals_push(analysis->signals, contacts, count);
    if (analysis->split)
        divide(analysis, analysis->pressure.time_s, analysis->pressure.kpa);
    return waiting;
}

/* The last frame is held until the split has said it. */
static void split_finish(struct analysis *analysis)
{
    double last_s = analysis->pressure.time_s, rate_hz = split_rate_hz(analysis);
    size_t steps = (size_t)ceil(split_latency_s(analysis->split) * rate_hz);
    for (size_t k = 1; k <= steps; k++)
        divide(analysis, last_s + (double)k / rate_hz, analysis->pressure.kpa);
}

size_t analysis_finish(struct analysis *analysis)
{
    if (analysis->split && analysis->pressure.kpa)
        split_finish(analysis);
    analysis->meter.due = analysis->meter.started;
    return detector_finish(analysis->detector);
}

int analysis_next(struct analysis *analysis, struct event *event)
{
    int taken = detector_next(analysis->detector, event);
    if (taken == 1 && event->type == EVENT_HOLD) {
        struct rhythm *rhythm = contact_signals_rhythm(analysis->signals, event->hold.contact);
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

int analysis_metrics(struct analysis *analysis, struct metrics *metrics)
{
    struct looked *rhythms = &analysis->rhythms;
    if (!analysis->meter.due)
        return 0;
    memset(metrics, 0, sizeof *metrics);
    detector_measure(analysis->detector, metrics);
    meter_fill(&analysis->meter, &analysis->pressure, metrics);
    if (rhythms->tool != metrics->tool)
        rhythms_forget(rhythms);
    metrics->cadence_per_min = rhythms->cadence.one_way_per_min;
    metrics->cadence_confidence = rhythms->cadence.confidence;
    metrics->vibration_hz = rhythms->vibration.frequency_hz;
    metrics->alias_limited = rhythms->vibration.kind == VIBRATION_ALIAS_LIMITED;
    metrics->moving_share = analysis->split ? analysis_moving_share(analysis) : NAN;
    metrics->hold.breathing_hz = metrics->hold.active ? rhythms->breathing_hz : NAN;
    rhythms->due = true;
    rhythms->tool = metrics->tool;
    rhythms->hold_start_s = metrics->hold.active ? metrics->hold.start_s : NAN;
    return 1;
}

struct cadence analysis_cadence(struct analysis *analysis, uint32_t contact)
{
    struct rhythm *rhythm = contact_signals_rhythm(analysis->signals, contact);
    return rhythm ? rhythm_cadence(rhythm) : (struct cadence){NAN, 0, NAN};
}

struct vibration analysis_vibration(struct analysis *analysis, uint32_t contact)
{
    struct rhythm *rhythm = contact_signals_rhythm(analysis->signals, contact);
    return rhythm ? rhythm_vibration(rhythm) : (struct vibration){VIBRATION_NONE, NAN, 0, NAN};
}

double analysis_split_latency_s(const struct analysis *analysis)
{
    return analysis->split ? split_latency_s(analysis->split) : 0;
}

bool analysis_parts(const struct analysis *analysis, struct parts *parts)
{
    double most_s = analysis_split_latency_s(analysis) + analysis->gap_s;
    if (!analysis->has_parts || analysis->pressure.time_s - analysis->parts.time_s > most_s)
        return false;
    *parts = analysis->parts;
    return true;
}

double analysis_moving_share(const struct analysis *analysis)
{
    struct parts parts;
    uint32_t cells = geometry_cells(&analysis->geometry);
    if (!analysis_parts(analysis, &parts))
        return NAN;
    for (uint32_t i = 0; i < cells; i++)
        analysis->least[i] = LOADED_SIGMAS * analysis->pressure.noise_kpa[i];
    return parts_moving_share(&parts, analysis->least, cells);
}

bool analysis_contact_parts(const struct analysis *analysis, uint32_t contact,
                            struct contact_parts *parts)
{
    return contact_signals_parts(analysis->signals, contact, parts);
}

double analysis_map(const struct analysis *analysis, enum split_band band, float *kpa)
{
    uint32_t cells = geometry_cells(&analysis->geometry);
    memset(kpa, 0, cells * sizeof *kpa);
    double seconds = analysis->split ? split_energy(analysis->split, band, kpa) : 0;
    for (uint32_t i = 0; i < cells; i++)
        kpa[i] = sqrtf(kpa[i]);
    return seconds;
}

void analysis_destroy(struct analysis *analysis)
{
    if (!analysis)
        return;
    calibration_destroy(analysis->calibration);
    free(analysis->linear);
    conditioner_destroy(analysis->conditioner);
    detector_destroy(analysis->detector);
    contact_signals_destroy(analysis->signals);
    split_destroy(analysis->split);
    free(analysis->least);
    free(analysis);
}
