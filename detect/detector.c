#include "detect.h"

#include "contacts.h"
#include "glitch.h"
#include "measure.h"
#include "spots.h"
#include "tool.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A gap is also one only when it is longer than this many usual frames: slow mats exist. */
static const double gap_frames = 4;

struct detector {
    struct geometry geometry;
    struct parameters parameters;
    struct contacts *contacts;
    struct glitch glitch;
    struct spots *spots;
    struct tools tools;
    struct tool *slots; /* [CONTACTS_MAX] */
    struct queue queue;
    struct totals totals;
    bool started;
    double last_s, step_s, tracked_s;
    struct standing standing;
    struct contact seen[CONTACTS_MAX];
    size_t seen_count;
};

struct detector *detector_create(const struct geometry *geometry,
                                 const struct parameters *parameters)
{
    struct detector *detector = calloc(1, sizeof *detector);
    if (!detector)
        return NULL;
    detector->geometry = *geometry;
    detector->parameters = *parameters;
    detector->contacts = contacts_create(geometry, parameters);
    detector->spots = spots_create(geometry, parameters);
    detector->slots = calloc(CONTACTS_MAX, sizeof *detector->slots);
    detector->tools = (struct tools){

        .parameters = *parameters,
        .pitch_mm = fmax(geometry->pitch_x_mm, geometry->pitch_y_mm),
        .queue = &detector->queue,
        .totals = &detector->totals};
    if (detector->contacts && detector->spots && detector->slots)
        return detector;
    detector_destroy(detector);
    return NULL;
}

void detector_destroy(struct detector *detector)
{
    if (!detector)
        return;
    contacts_destroy(detector->contacts);
    spots_destroy(detector->spots);
    free(detector->slots);
    free(detector);
}

void detector_reset(struct detector *detector)
{
    contacts_reset(detector->contacts);
    spots_reset(detector->spots);
    memset(detector->slots, 0, CONTACTS_MAX * sizeof *detector->slots);
    memset(&detector->totals, 0, sizeof detector->totals);
    queue_reset(&detector->queue);
    detector->tools.stroke_id = detector->tools.hold_id = detector->tools.bout_id = 0;
    memset(&detector->tools.echoes, 0, sizeof detector->tools.echoes);
    detector->tools.working = 0;
    detector->tools.working_n = detector->tools.working_seen_s = 0;
    detector->glitch = (struct glitch){0};
    detector->started = false;
    detector->seen_count = detector->standing.count = 0;
}

static bool gap_before(const struct detector *detector, double now_s)
{
    double gap_s = now_s - detector->last_s;
    return gap_s > detector->parameters.gap_reset_s && gap_s > gap_frames * detector->step_s;
}

/* Strokes and holds that a tool has just published go into the map of hot spots. */
static void map_events(struct detector *detector, int slot, size_t from)
{
    for (size_t i = from; i < detector->queue.count; i++) {
        const struct event *event = queue_peek(&detector->queue, i);
        if (event->type == EVENT_STROKE)
            spots_stroke(detector->spots, slot, &event->stroke);
        if (event->type == EVENT_HOLD)
            spots_hold(detector->spots, slot, &event->hold);
    }
}

static void interrupt(struct detector *detector)
{
    for (int slot = 0; slot < CONTACTS_MAX; slot++) {
        size_t from = detector->queue.count;
        if (detector->slots[slot].id)
            tool_interrupt(&detector->slots[slot], &detector->tools);
        map_events(detector, slot, from);
        spots_drop(detector->spots, slot);
    }
}

static void keep_time(struct detector *detector, const struct pressure *pressure, uint64_t frame)
{
    double now_s = pressure->time_s;
    if (!detector->started) {
        detector->started = true;
        detector->last_s = detector->tracked_s = now_s;
        detector->step_s = 0;
    }
    detector->queue.frame = frame;
    detector->queue.now_s = now_s;
    if (gap_before(detector, now_s))
        interrupt(detector);
    double gap_s = now_s - detector->last_s;
    detector->step_s =
        detector->step_s > 0 ? detector->step_s + 0.05 * (gap_s - detector->step_s) : gap_s;
    detector->last_s = now_s;
    detector->totals.summary.frames++;
    detector->totals.summary.gaps += (pressure->flags & FRAME_GAP_BEFORE) != 0;
    detector->totals.summary.duration_s = now_s;
}

static struct contact contact_of(const struct track *track, double now_s, double cell_mm2)
{
    return (struct contact){.time_s = now_s,
                            .id = track->id,
                            .kind = track->kind,
                            .x_mm = track->shape.x_mm,
                            .y_mm = track->shape.y_mm,
                            .force_n = track->force_n,
                            .peak_kpa = track->moments.peak_kpa,
                            .area_mm2 = track->moments.cells * cell_mm2,
                            .angle_rad = track_angle_rad(track),
                            .length_mm = track->length_mm,
                            .width_mm = track->width_mm,
                            .at_edge = track->moments.at_edge,
                            .saturated = track->saturated};
}

static void list_contacts(struct detector *detector)
{
    const struct track *tracks = contacts_tracks(detector->contacts);
    double now_s = detector->queue.now_s, cell_mm2 = 1e6 * geometry_cell_m2(&detector->geometry);
    detector->seen_count = 0;
    for (int i = 0; i < CONTACTS_MAX; i++)
        if (tracks[i].id && tracks[i].present)
            detector->seen[detector->seen_count++] = contact_of(&tracks[i], now_s, cell_mm2);
    if (now_s < detector->tracked_s)
        return;
    detector->tracked_s = now_s + detector->parameters.contact_period_s;
    for (size_t i = 0; i < detector->seen_count; i++)
        queue_add(&detector->queue, EVENT_CONTACT)->contact = detector->seen[i];
}

static void push_tool(struct detector *detector, int slot, const struct pressure *pressure)
{
    const struct track *track = &contacts_tracks(detector->contacts)[slot];
    struct tool *tool = &detector->slots[slot];
    size_t from = detector->queue.count;
    if (tool->id && track->absorbed)
        tool->id = 0;
    if (tool->id && tool->id != track->id)
        tool_end(tool, &detector->tools);
    map_events(detector, slot, from);
    from = detector->queue.count;
    if (track->id && !tool->id) {
        tool_begin(tool, &detector->tools, track->id, detector->queue.now_s);
        spots_begin(detector->spots, slot);
    }
    if (!tool->id)
        return;
    double last_s = tool->last_s;
    bool was_loaded = tool->loaded;
    tool_push(tool, &detector->tools, track);
    map_events(detector, slot, from);
    bool seen = tool->loaded && was_loaded && tool->last_s > last_s;
    if (seen && track->kind != CONTACT_BODY)
        spots_take(detector->spots, slot, detector->contacts, pressure,
                   detector->queue.now_s - last_s);
    if (was_loaded && !tool->loaded)
        spots_drop(detector->spots, slot);
}

static void publish_spots(struct detector *detector)
{
    size_t from = detector->queue.count;
    spots_publish(detector->spots, &detector->queue, &detector->totals);
    for (size_t i = from; i < detector->queue.count; i++)
        standing_take(&detector->standing, &queue_peek(&detector->queue, i)->spot);
}

static void push_tools(struct detector *detector, const struct pressure *pressure)
{
    for (int slot = 0; slot < CONTACTS_MAX; slot++)
        push_tool(detector, slot, pressure);
    publish_spots(detector);
}

size_t detector_push(struct detector *detector, const struct pressure *pressure, uint64_t frame)
{
    keep_time(detector, pressure, frame);
    if (glitch_push(&detector->glitch, pressure, detector->parameters.contact_sigma))
        return detector->queue.count;
    contacts_push(detector->contacts, pressure);
    push_tools(detector, pressure);
    list_contacts(detector);
    return detector->queue.count;
}

size_t detector_finish(struct detector *detector)
{
    for (int slot = 0; slot < CONTACTS_MAX; slot++) {
        size_t from = detector->queue.count;
        if (detector->slots[slot].id)
            tool_end(&detector->slots[slot], &detector->tools);
        map_events(detector, slot, from);
    }
    publish_spots(detector);
    struct summary summary = totals_summary(&detector->totals);
    summary.spots = spots_count(detector->spots);
    queue_add(&detector->queue, EVENT_SUMMARY)->summary = summary;
    return detector->queue.count;
}

int detector_next(struct detector *detector, struct event *event)
{
    return queue_take(&detector->queue, event);
}

size_t detector_contacts(const struct detector *detector, const struct contact **contacts)
{
    *contacts = detector->seen;
    return detector->seen_count;
}

void detector_measure(const struct detector *detector, struct metrics *metrics)
{
    const struct tool *tool = measure_tool(detector->slots, &detector->tools);
    metrics->frame = detector->queue.frame;
    measure_fill_strokes(metrics, detector->slots, &detector->tools);
    measure_fill_tool(metrics, tool, &detector->tools);
    metrics->contact_count = detector->seen_count;
    for (size_t i = 0; i < detector->seen_count; i++) {
        metrics->contacts[i] = detector->seen[i];
        metrics->force_n += detector->seen[i].force_n;
        metrics->area_mm2 += detector->seen[i].area_mm2;
    }
    metrics->spot_count = detector->standing.count;
    memcpy(metrics->spots, detector->standing.spots,
           detector->standing.count * sizeof metrics->spots[0]);
}
