#include "spots.h"

#include "scan.h"
#include "summits.h"
#include "traces.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SPOTS_MAX SUMMITS_MAX

static const double least_significance = 2.7; /* times its noise: less is not looked at */
static const double reach_least_mm = 10;      /* a pass this near counts as over the spot */
static const double new_confidence = 0.5, kept_confidence = 0.4;

struct place {
    struct spot spot;
    bool seen; /* in the last search */
};

struct spots {
    struct parameters parameters;
    struct geometry geometry;
    uint32_t cells;
    bool changed;
    struct relief relief;
    float *pressed, *dwell, *peak, *first_s, *last_s; /* [cells] over the session */
    struct traces *traces;
    struct scan scans[CONTACTS_MAX];
    size_t count;
    struct place places[SPOTS_MAX];
};

struct spots *spots_create(const struct geometry *geometry, const struct parameters *parameters)
{
    struct spots *spots = calloc(1, sizeof *spots);
    if (!spots)
        return NULL;
    spots->parameters = *parameters;
    spots->geometry = *geometry;
    spots->cells = geometry_cells(geometry);
    float *maps = calloc((size_t)spots->cells * 5, sizeof *maps);
    spots->pressed = maps;
    spots->traces = calloc(1, sizeof *spots->traces);
    bool ok = maps && spots->traces && relief_open(&spots->relief, geometry);
    for (int i = 0; i < CONTACTS_MAX; i++)
        ok = scan_open(&spots->scans[i], geometry) && ok;
    if (!ok) {
        spots_destroy(spots);
        return NULL;
    }
    spots->dwell = maps + spots->cells;
    spots->peak = maps + 2 * (size_t)spots->cells;
    spots->first_s = maps + 3 * (size_t)spots->cells;
    spots->last_s = maps + 4 * (size_t)spots->cells;
    return spots;
}

void spots_destroy(struct spots *spots)
{
    if (!spots)
        return;
    for (int i = 0; i < CONTACTS_MAX; i++)
        scan_close(&spots->scans[i]);
    relief_close(&spots->relief);
    free(spots->traces);
    free(spots->pressed);
    free(spots);
}

void spots_reset(struct spots *spots)
{
    memset(spots->pressed, 0, (size_t)spots->cells * 5 * sizeof *spots->pressed);
    relief_clear(&spots->relief);
    for (int i = 0; i < CONTACTS_MAX; i++)
        scan_begin(&spots->scans[i]);
    spots->traces->count = 0;
    spots->count = 0;
    spots->changed = false;
}

void spots_begin(struct spots *spots, int slot)
{
    scan_begin(&spots->scans[slot]);
}

void spots_take(struct spots *spots, int slot, const struct contacts *contacts,
                const struct pressure *pressure, double dt_s)
{
    scan_take(&spots->scans[slot], slot, contacts, pressure, dt_s);
}

void spots_drop(struct spots *spots, int slot)
{
    scan_clear(&spots->scans[slot]);
}

static void remember(struct spots *spots, const struct scan *scan, const struct stroke *stroke)
{
    struct trace trace = {.start_mm = {stroke->start_x_mm, stroke->start_y_mm},
                          .end_mm = {stroke->end_x_mm, stroke->end_y_mm},
                          .strip = scan->profile.strip,
                          .side_mm = {scan->side_mm[0], scan->side_mm[1]},
                          .along = {scan->profile.along[0], scan->profile.along[1]},
                          .low_mm = scan->low_mm,
                          .high_mm = scan->high_mm,
                          .slow_deep = stroke->slow && stroke->deep};
    traces_add(spots->traces, &trace);
}

/* The direction that a stroke's places are compared in: across a strip, along a ball's path. */
static void way_of(const struct scan *scan, const struct stroke *stroke, double way[2])
{
    bool strip = scan->profile.strip;
    way[0] = strip ? scan->profile.across[0] : cos(stroke->direction_rad);
    way[1] = strip ? scan->profile.across[1] : sin(stroke->direction_rad);
}

void spots_stroke(struct spots *spots, int slot, const struct stroke *stroke)
{
    struct scan *scan = &spots->scans[slot];
    double way[2];
    way_of(scan, stroke, way);
    remember(spots, scan, stroke);
    relief_add(&spots->relief, scan, way);
    for (uint32_t cell = 0; cell < spots->cells; cell++) {
        spots->pressed[cell] += scan->pressed[cell];
        spots->peak[cell] = fmaxf(spots->peak[cell], scan->peak[cell]);
        if (scan->stay[cell] <= 0)
            continue;
        if (spots->dwell[cell] <= 0)
            spots->first_s[cell] = (float)stroke->start_s;
        spots->dwell[cell] += scan->stay[cell];
        spots->last_s[cell] = (float)stroke->end_s;
    }
    scan_clear(scan);
    spots->changed = true;
}

static void count_strokes(const struct spots *spots, struct spot *spot)
{
    double place[2] = {spot->x_mm, spot->y_mm};
    double reach = fmax(spot->radius_mm, reach_least_mm);
    spot->strokes = spot->slow_deep = 0;
    for (size_t i = 0; i < spots->traces->count; i++) {
        const struct trace *trace = &spots->traces->traces[i];
        if (!trace_passes(trace, place, reach))
            continue;
        spot->strokes++;
        spot->slow_deep += trace->slow_deep;
    }
    spot->dose = spot->strokes / spots->parameters.dose_strokes;
}

static void sum_load(const struct spots *spots, struct spot *spot)
{
    const struct geometry *geometry = &spots->geometry;
    double area = geometry_cell_m2(geometry);
    spot->impulse_ns = 0;
    for (uint32_t cell = 0; cell < spots->cells; cell++) {
        double x = (cell % geometry->cols + 0.5) * geometry->pitch_x_mm;
        double y = (cell / geometry->cols + 0.5) * geometry->pitch_y_mm;
        if (hypot(x - spot->x_mm, y - spot->y_mm) <= fmax(spot->radius_mm, reach_least_mm))
            spot->impulse_ns += (double)spots->pressed[cell] * 1000 * area;
    }
}

/* Fitted to the places that stand out in simulated sessions, of two simulators: the more a place
   rises, over its noise, the more often, in the more ways and the wider, the surer it is. */
static double confidence(const struct summit *peak)
{
    double z = fmin(fmax(peak->significance, 0.3), 200);
    double odds = -15.54 + 3.80 * log(z) + 1.03 * log(fmax(peak->rise, 0.003)) +
                  0.93 * log(fmax(peak->passes, 1)) + 1.23 * peak->ways + 4.81 * peak->ball +
                  2.30 * log(peak->radius_mm);
    return fmax(1 / (1 + exp(-odds)), 0.01);
}

static uint32_t cell_at(const struct spots *spots, const double at_mm[2])
{
    const struct geometry *geometry = &spots->geometry;
    double c = fmin(fmax(at_mm[0] / geometry->pitch_x_mm, 0), geometry->cols - 1);
    double r = fmin(fmax(at_mm[1] / geometry->pitch_y_mm, 0), geometry->rows - 1);
    return (uint32_t)r * geometry->cols + (uint32_t)c;
}

static void describe(const struct spots *spots, const struct summit *peak, struct spot *spot)
{
    uint32_t cell = cell_at(spots, peak->at_mm);
    spot->x_mm = peak->at_mm[0];
    spot->y_mm = peak->at_mm[1];
    spot->radius_mm = peak->radius_mm;
    spot->contrast = peak->contrast;
    spot->passes = (uint32_t)lround(peak->passes);
    spot->confidence = confidence(peak);
    spot->peak_kpa = (double)spots->peak[cell];
    spot->dwell_s = (double)spots->dwell[cell];
    spot->first_s = (double)spots->first_s[cell];
    spot->last_s = (double)spots->last_s[cell];
    count_strokes(spots, spot);
    sum_load(spots, spot);
}

static bool stands_out(const struct spots *spots, const struct summit *peak, bool known)
{
    return peak->contrast >= spots->parameters.spot_contrast &&
           confidence(peak) >= (known ? kept_confidence : new_confidence);
}

static double distance_mm(const struct place *place, const struct summit *peak)
{
    return hypot(place->spot.x_mm - peak->at_mm[0], place->spot.y_mm - peak->at_mm[1]);
}

/* Whether a higher summit of this search lies on the same rise. */
static bool is_taken(const struct spots *spots, const struct summit *peak)
{
    for (size_t i = 0; i < spots->count; i++)
        if (spots->places[i].seen &&
            distance_mm(&spots->places[i], peak) < spots->parameters.spot_merge_mm)
            return true;
    return false;
}

/* The known spot that a peak is, or a new one if the peak stands out enough; else NULL. */
static struct place *place_of(struct spots *spots, const struct summit *peak)
{
    struct place *best = NULL;
    double nearest = spots->parameters.spot_merge_mm;
    for (size_t i = 0; i < spots->count; i++) {
        struct place *place = &spots->places[i];
        double d = distance_mm(place, peak);
        if (!place->seen && d < nearest) {
            nearest = d;
            best = place;
        }
    }
    bool known = best && best->spot.confidence > 0;
    if (!stands_out(spots, peak, known))
        return NULL;
    if (best || spots->count == SPOTS_MAX)
        return best;
    best = &spots->places[spots->count++];
    *best = (struct place){.spot.id = (uint32_t)spots->count};
    return best;
}

static bool differs(const struct spot *a, const struct spot *b)
{
    return a->passes != b->passes || a->strokes != b->strokes || a->x_mm < b->x_mm ||
           a->x_mm > b->x_mm || a->y_mm < b->y_mm || a->y_mm > b->y_mm ||
           a->confidence < b->confidence || a->confidence > b->confidence;
}

static void publish(struct queue *queue, struct totals *totals, const struct spot *spot)
{
    struct event *event = queue_add(queue, EVENT_SPOT);
    event->spot = *spot;
    totals_add(totals, event);
}

void spots_publish(struct spots *spots, struct queue *queue, struct totals *totals)
{
    if (!spots->changed)
        return;
    spots->changed = false;
    struct summit peaks[SUMMITS_MAX];
    size_t count = summits_find(&spots->relief, least_significance, spots->parameters.spot_passes,
                                spots->parameters.spot_merge_mm, peaks);
    for (size_t i = 0; i < spots->count; i++)
        spots->places[i].seen = false;
    for (size_t i = 0; i < count; i++) {
        struct place *place = is_taken(spots, &peaks[i]) ? NULL : place_of(spots, &peaks[i]);
        if (!place)
            continue;
        struct spot before = place->spot;
        place->seen = true;
        describe(spots, &peaks[i], &place->spot);
        if (differs(&before, &place->spot))
            publish(queue, totals, &place->spot);
    }
    for (size_t i = 0; i < spots->count; i++) {
        struct place *place = &spots->places[i];
        if (place->seen || place->spot.confidence <= 0)
            continue;
        place->spot.confidence = 0;
        publish(queue, totals, &place->spot);
    }
}

uint32_t spots_count(const struct spots *spots)
{
    uint32_t count = 0;
    for (size_t i = 0; i < spots->count; i++)
        count += spots->places[i].spot.confidence > 0;
    return count;
}
