#include "spots.h"

#include "belief.h"
#include "held.h"
#include "scan.h"
#include "traces.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SPOTS_MAX SUMMITS_MAX

static const double least_significance = 1.2; /* times its noise: less is not looked at */
static const double least_tread = 0.5;
static const double same_mm = 8;         /* so near, what the cells bore is of the same place */
static const double reach_least_mm = 10; /* a pass this near counts as over the spot */
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
    struct relief relief;                             /* of the load under the tool's middle */
    struct relief tread;                              /* of what cells bore */
    float *pressed, *dwell, *peak, *first_s, *last_s; /* [cells] over the session */
    struct traces *traces;
    struct scan scans[CONTACTS_MAX];
    struct stands *stands; /* [CONTACTS_MAX] */
    struct held held;
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
    spots->stands = calloc(CONTACTS_MAX, sizeof *spots->stands);
    struct scan_grid fine = scan_grid_for(geometry);
    struct scan_grid cells = {geometry->rows, geometry->cols, 1, geometry->pitch_x_mm,
                              geometry->pitch_y_mm};
    bool ok = maps && spots->traces && spots->stands;
    ok = relief_open(&spots->relief, &fine) && relief_open(&spots->tread, &cells) && ok;
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
    relief_close(&spots->tread);
    free(spots->traces);
    free(spots->stands);
    free(spots->pressed);
    free(spots);
}

void spots_reset(struct spots *spots)
{
    memset(spots->pressed, 0, (size_t)spots->cells * 5 * sizeof *spots->pressed);
    relief_clear(&spots->relief);
    relief_clear(&spots->tread);
    for (int i = 0; i < CONTACTS_MAX; i++)
        spots_begin(spots, i);
    spots->traces->count = 0;
    spots->held.count = 0;
    spots->count = 0;
    spots->changed = false;
}

void spots_begin(struct spots *spots, int slot)
{
    scan_begin(&spots->scans[slot]);
    stands_clear(&spots->stands[slot]);
}

void spots_take(struct spots *spots, int slot, const struct contacts *contacts,
                const struct pressure *pressure, double dt_s)
{
    const struct scan *scan = &spots->scans[slot];
    double span_s[2] = {pressure->time_s - dt_s, pressure->time_s};
    scan_take(&spots->scans[slot], slot, contacts, pressure, dt_s);
    if (scan->profile.strip)
        stands_take(&spots->stands[slot], &scan->profile, contacts_tracks(contacts)[slot].force_n,
                    span_s, spots->parameters.hold_extent_mm);
    else
        stands_clear(&spots->stands[slot]);
}

void spots_drop(struct spots *spots, int slot)
{
    scan_clear(&spots->scans[slot]);
    stands_clear(&spots->stands[slot]);
}

/* A ball's point on its own line where it was when the centre of both was at a point. */
static void find_end(const struct scan_side *side, const double centre_mm[2], double end_mm[2])
{
    double way[2] = {side->far_mm[0] - side->first_mm[0], side->far_mm[1] - side->first_mm[1]};
    double length = fmax(hypot(way[0], way[1]), 1e-9), along = 0;
    for (int i = 0; i < 2; i++)
        along += (centre_mm[i] + side->off_mm[i] - side->first_mm[i]) * way[i] / length;
    for (int i = 0; i < 2; i++)
        end_mm[i] = side->first_mm[i] + along * way[i] / length;
}

static void remember(struct spots *spots, const struct scan *scan, const struct stroke *stroke)
{
    const double start[2] = {stroke->start_x_mm, stroke->start_y_mm};
    const double end[2] = {stroke->end_x_mm, stroke->end_y_mm};
    struct trace trace = {.start_mm = {{start[0], start[1]}, {start[0], start[1]}},
                          .end_mm = {{end[0], end[1]}, {end[0], end[1]}},
                          .strip = scan->profile.strip,
                          .along = {scan->profile.along[0], scan->profile.along[1]},
                          .low_mm = scan->low_mm,
                          .high_mm = scan->high_mm,
                          .slow_deep = stroke->slow && stroke->deep};
    for (int i = 0; i < 2 && scan->kind == CONTACT_PAIR; i++) {
        if (!scan->sides[i].begun)
            continue;
        find_end(&scan->sides[i], start, trace.start_mm[i]);
        find_end(&scan->sides[i], end, trace.end_mm[i]);
    }
    traces_add(spots->traces, &trace);
}

/* What a stroke met is compared across a strip, along a ball's path. */
static void add_reliefs(struct spots *spots, const struct scan *scan, const struct stroke *stroke)
{
    const struct profile *profile = &scan->profile;
    bool strip = profile->strip;
    struct relief_pass pass = {.load = scan->load,
                               .weight = scan->weight,
                               .strip = strip,
                               .ways = strip ? RELIEF_WAYS : 1, /* balls know only their path */
                               .along = {profile->along[0], profile->along[1]},
                               .way = {strip ? profile->across[0] : cos(stroke->direction_rad),
                                       strip ? profile->across[1] : sin(stroke->direction_rad)}};
    relief_add(&spots->relief, &pass);
    pass.load = scan->tread.load;
    pass.weight = scan->tread.weight;
    pass.ways = RELIEF_WAYS;
    relief_add(&spots->tread, &pass);
}

void spots_stroke(struct spots *spots, int slot, const struct stroke *stroke)
{
    struct scan *scan = &spots->scans[slot];
    remember(spots, scan, stroke);
    add_reliefs(spots, scan, stroke);
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

static uint32_t cell_at(const struct spots *spots, const double at_mm[2])
{
    const struct geometry *geometry = &spots->geometry;
    double c = fmin(fmax(at_mm[0] / geometry->pitch_x_mm, 0), geometry->cols - 1);
    double r = fmin(fmax(at_mm[1] / geometry->pitch_y_mm, 0), geometry->rows - 1);
    return (uint32_t)r * geometry->cols + (uint32_t)c;
}

void spots_hold(struct spots *spots, int slot, const struct hold *hold)
{
    const struct scan *scan = &spots->scans[slot];
    const struct stand *stand = stands_of_hold(&spots->stands[slot], hold->start_s, hold->end_s);
    struct stand_rise rises[STAND_RISES];
    int count = stand ? stand_find(stand, scan->profile.bin_mm, rises) : 0;
    for (int i = 0; i < count; i++) {
        struct held_place place = {.rise = rises[i],
                                   .dwell_s = hold->end_s - hold->start_s,
                                   .impulse_ns = rises[i].impulse_ns,
                                   .peak_kpa = (double)scan->peak[cell_at(spots, rises[i].at_mm)],
                                   .first_s = hold->start_s,
                                   .last_s = hold->end_s};
        held_take(&spots->held, &place, spots->parameters.spot_merge_mm);
    }
    spots->changed |= count > 0;
}

static void count_strokes(const struct spots *spots, struct spot *spot)
{
    const double place[2] = {spot->x_mm, spot->y_mm};
    struct traces_sum sum =
        traces_over(spots->traces, place, fmax(spot->radius_mm, reach_least_mm));
    spot->strokes = sum.strokes;
    spot->slow_deep = sum.slow_deep;
    spot->dose = sum.strokes / spots->parameters.dose_strokes;
}

/* Impulse of the strokes within the radius of a spot, N s. */
static double moved_load(const struct spots *spots, const struct spot *spot)
{
    const struct geometry *geometry = &spots->geometry;
    double area = geometry_cell_m2(geometry);
    double sum = 0;
    for (uint32_t cell = 0; cell < spots->cells; cell++) {
        double x = (cell % geometry->cols + 0.5) * geometry->pitch_x_mm;
        double y = (cell / geometry->cols + 0.5) * geometry->pitch_y_mm;
        if (hypot(x - spot->x_mm, y - spot->y_mm) <= fmax(spot->radius_mm, reach_least_mm))
            sum += (double)spots->pressed[cell] * 1000 * area;
    }
    return sum;
}

static void describe(const struct spots *spots, const struct summit *peak, struct spot *spot)
{
    uint32_t cell = cell_at(spots, peak->at_mm);
    double tread = summits_around(&spots->tread, peak->at_mm, same_mm);
    *spot = (struct spot){.x_mm = peak->at_mm[0],
                          .y_mm = peak->at_mm[1],
                          .radius_mm = peak->radius_mm,
                          .contrast = peak->contrast,
                          .passes = (uint32_t)lround(peak->passes),
                          .peak_kpa = (double)spots->peak[cell],
                          .dwell_s = (double)spots->dwell[cell],
                          .first_s = (double)spots->first_s[cell],
                          .last_s = (double)spots->last_s[cell]};
    count_strokes(spots, spot);
    spot->confidence = belief(peak, tread, spot->strokes);
}

static void describe_held(const struct spots *spots, const struct held_place *held,
                          struct spot *spot)
{
    *spot =
        (struct spot){.x_mm = held->rise.at_mm[0],
                      .y_mm = held->rise.at_mm[1],
                      .radius_mm = held->rise.radius_mm,
                      .contrast = held->rise.contrast,
                      .passes = (uint32_t)lround(relief_passes(&spots->relief, held->rise.at_mm)),
                      .confidence = held_confidence(held),
                      .peak_kpa = held->peak_kpa,
                      .dwell_s = held->dwell_s,
                      .impulse_ns = held->impulse_ns,
                      .first_s = held->first_s,
                      .last_s = held->last_s};
    count_strokes(spots, spot);
}

static bool stands_out(const struct spots *spots, const struct spot *spot, bool known)
{
    return spot->contrast >= spots->parameters.spot_contrast &&
           spot->confidence >= (known ? kept_confidence : new_confidence);
}

static double distance_mm(const struct spot *a, const struct spot *b)
{
    return hypot(a->x_mm - b->x_mm, a->y_mm - b->y_mm);
}

/* Whether a higher summit of this search lies on the same rise. */
static bool is_taken(const struct spots *spots, const struct spot *spot)
{
    for (size_t i = 0; i < spots->count; i++)
        if (spots->places[i].seen &&
            distance_mm(&spots->places[i].spot, spot) < spots->parameters.spot_merge_mm)
            return true;
    return false;
}

/* The known spot that a place is, or a new one if it stands out enough; else NULL. */
static struct place *place_of(struct spots *spots, const struct spot *spot)
{
    struct place *best = NULL;
    double nearest = spots->parameters.spot_merge_mm;
    for (size_t i = 0; i < spots->count; i++) {
        struct place *place = &spots->places[i];
        double d = distance_mm(&place->spot, spot);
        if (!place->seen && d < nearest) {
            nearest = d;
            best = place;
        }
    }
    bool known = best && best->spot.confidence > 0;
    if (!stands_out(spots, spot, known))
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

/* A place that may be a spot: if it is, it is published where anything about it is new. */
static void offer(struct spots *spots, struct spot *spot, struct queue *queue,
                  struct totals *totals)
{
    struct place *place = is_taken(spots, spot) ? NULL : place_of(spots, spot);
    if (!place)
        return;
    spot->impulse_ns += moved_load(spots, spot);
    spot->id = place->spot.id;
    bool changed = differs(&place->spot, spot);
    *place = (struct place){*spot, true};
    if (changed)
        publish(queue, totals, spot);
}

/* Where strokes went over a place they decide. */
static void offer_held(struct spots *spots, struct queue *queue, struct totals *totals)
{
    for (size_t i = 0; i < spots->held.count; i++) {
        const struct held_place *held = &spots->held.places[i];
        struct spot spot;
        describe_held(spots, held, &spot);
        if (spot.strokes < spots->parameters.spot_passes)
            offer(spots, &spot, queue, totals);
    }
}

void spots_publish(struct spots *spots, struct queue *queue, struct totals *totals)
{
    if (!spots->changed)
        return;
    spots->changed = false;
    const struct parameters *parameters = &spots->parameters;
    struct summit peaks[SUMMITS_MAX];
    struct spot spot;
    summits_weigh(&spots->tread, least_tread, parameters->spot_passes, parameters->spot_merge_mm);
    size_t count = summits_find(&spots->relief, least_significance, parameters->spot_passes,
                                parameters->spot_merge_mm, peaks);
    for (size_t i = 0; i < spots->count; i++)
        spots->places[i].seen = false;
    for (size_t i = 0; i < count; i++) {
        describe(spots, &peaks[i], &spot);
        offer(spots, &spot, queue, totals);
    }
    offer_held(spots, queue, totals);
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
