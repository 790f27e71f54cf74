#include "facts.h"

#include "place.h"
#include "portable.h"

#include <math.h>
#include <stdlib.h>

#define HOLD_LEAST_S  3.5
#define NEUTRAL_S     2.5
#define SPOT_PASSES   4
#define SPOT_HOLD_S   4.0
#define SPOT_APART_MM 40.0
#define LANDED_AT     0.287 /* of a landing: the load passes 20 % */
#define BISECTIONS    40
#define CUT_LEAST_MM  10.0 /* of a stroke that the border or the end cuts */

/* A stroke with its place, to count what it passes over. */
struct passage {
    struct truth_stroke stroke;
    double from_mm, to_mm;
    int place;
};

struct finder {
    const struct plan *plan;
    struct motion *motions;
    struct truth *truth;
    struct passage *passages; /* [count] */
    size_t count;
};

/* ---- Strokes ---- */

static double middle_s(const struct leg *leg)
{
    return (leg->start_s + leg->end_s) / 2;
}

static double pass_start_s(const struct leg *first, const struct leg *before)
{
    if (before->kind == LEG_MOVE)
        return first->start_s;
    return before->kind == LEG_TURN ? middle_s(before) : leg_onset_s(first);
}

static double pass_end_s(const struct leg *last, const struct leg *after)
{
    if (after->kind == LEG_MOVE)
        return last->end_s;
    return after->kind == LEG_TURN ? middle_s(after) : leg_offset_s(last);
}

/* Where the path crosses the mat's border on the far side, in the place's own axis. */
static double border_mm(const struct plan *plan, const struct place *place)
{
    double width = plan->mat.cols * plan->mat.pitch_mm,
           height = plan->mat.rows * plan->mat.pitch_mm;
    double c = portable_cos(place->angle_rad), s = portable_sin(place->angle_rad);
    double by_x = fabs(c) < 1e-9 ? 1e9 : ((c > 0 ? width : 0) - place->x_mm) / c;
    double by_y = fabs(s) < 1e-9 ? 1e9 : ((s > 0 ? height : 0) - place->y_mm) / s;
    return fmin(by_x, by_y);
}

static double crossing_s(const struct leg *leg, double at_mm)
{
    double low = 0, high = 1;
    bool rises = leg->to_mm > leg->from_mm;
    for (int i = 0; i < BISECTIONS; i++) {
        double t = (low + high) / 2;
        double along = leg->from_mm + (leg->to_mm - leg->from_mm) * leg_progress(leg, t);
        if ((along < at_mm) == rises)
            low = t;
        else
            high = t;
    }
    return leg->start_s + low * (leg->end_s - leg->start_s);
}

static void cut_at_border(struct passage *passage, const struct leg *leg, double border)
{
    if (passage->to_mm > border) {
        passage->stroke.end_s = crossing_s(leg, border);
        passage->to_mm = border;
    } else if (passage->from_mm > border) {
        passage->stroke.start_s = crossing_s(leg, border);
        passage->from_mm = border;
    }
}

/* Nobody sees what comes after the last frame. */
static void cut_at_the_end(struct passage *passage, const struct leg *leg, double duration_s)
{
    if (passage->stroke.end_s <= duration_s)
        return;
    double t = fmax(0, duration_s - leg->start_s) / (leg->end_s - leg->start_s);
    passage->to_mm = leg->from_mm + (leg->to_mm - leg->from_mm) * leg_progress(leg, fmin(t, 1));
    passage->stroke.end_s = duration_s;
}

static void add_passage(struct finder *finder, int tool, const struct leg *first,
                        const struct leg *last)
{
    const struct place *place = &finder->motions[tool].places[first->place];
    struct passage *passage = &finder->passages[finder->count++];
    *passage = (struct passage){.stroke = {.start_s = pass_start_s(first, first - 1),
                                           .end_s = pass_end_s(last, last + 1),
                                           .tool = tool},
                                .from_mm = first->from_mm,
                                .to_mm = last->to_mm,
                                .place = first->place};
    cut_at_the_end(passage, last, finder->plan->duration_s);
    cut_at_border(passage, last, border_mm(finder->plan, place));
    passage->stroke.travel_mm = fabs(passage->to_mm - passage->from_mm);
    finder->count -= passage->stroke.travel_mm < CUT_LEAST_MM;
}

static void find_passages(struct finder *finder, int tool)
{
    const struct motion *motion = &finder->motions[tool];
    for (size_t i = 0; i < motion->leg_count; i++) {
        const struct leg *first = &motion->legs[i];
        if (first->pass < 0 || first->start_s >= finder->plan->duration_s)
            continue;
        while (i + 1 < motion->leg_count && motion->legs[i + 1].pass == first->pass &&
               motion->legs[i + 1].start_s < finder->plan->duration_s)
            i++;
        add_passage(finder, tool, first, &motion->legs[i]);
    }
}

/* ---- Holds ---- */

static double rest_start_s(const struct motion *motion, size_t first)
{
    if (first == 0)
        return motion->legs[0].start_s;
    const struct leg *before = &motion->legs[first - 1];
    if (before->kind == LEG_LAND)
        return before->start_s + LANDED_AT * (before->end_s - before->start_s);
    return before->kind == LEG_MOVE ? leg_offset_s(before) : before->end_s;
}

static double rest_end_s(const struct motion *motion, size_t last)
{
    const struct leg *after = &motion->legs[last + 1];
    if (after->kind == LEG_LIFT)
        return after->end_s - LANDED_AT * (after->end_s - after->start_s);
    return after->kind == LEG_MOVE ? leg_onset_s(after) : after->start_s;
}

static void add_hold(struct finder *finder, int tool, size_t first, size_t last)
{
    const struct motion *motion = &finder->motions[tool];
    const struct leg *leg = &motion->legs[first];
    const struct place *place = &motion->places[leg->place];
    double start = rest_start_s(motion, first);
    double end = fmin(rest_end_s(motion, last), finder->plan->duration_s);
    if (end - start < HOLD_LEAST_S)
        return;
    finder->truth->holds[finder->truth->hold_count++] =
        (struct truth_hold){.start_s = start,
                            .end_s = end,
                            .x_mm = place->x_mm + leg->to_mm * portable_cos(place->angle_rad),
                            .y_mm = place->y_mm + leg->to_mm * portable_sin(place->angle_rad),
                            .tool = tool};
}

static void find_holds(struct finder *finder, int tool)
{
    const struct motion *motion = &finder->motions[tool];
    for (size_t i = 0; i < motion->leg_count; i++) {
        if (motion->legs[i].kind != LEG_REST)
            continue;
        size_t first = i;
        while (motion->legs[i + 1].kind == LEG_REST)
            i++;
        add_hold(finder, tool, first, i);
    }
}

static void find_neutral_holds(struct finder *finder, const struct body *body)
{
    for (int i = 0; i < body->count; i++) {
        const struct press *press = &body->presses[i];
        double start = fmax(0, press->start_s), end = fmin(finder->plan->duration_s, press->end_s);
        if (end - start >= NEUTRAL_S)
            finder->truth->holds[finder->truth->hold_count++] =
                (struct truth_hold){start, end, press->x_mm, press->y_mm, TRUTH_BODY};
    }
}

/* ---- Spots ---- */

enum pass_over { PASS_CLEAR, PASS_OVER, PASS_UNCLEAR };

static double across_gap_mm(const struct tool_plan *tool, double across_mm)
{
    if (tool->kind == TOOL_ROLLER)
        return fmax(0, fabs(across_mm) - tool->length_mm / 2);
    return tool->kind == TOOL_PAIR ? fabs(fabs(across_mm) - tool->length_mm / 2) : fabs(across_mm);
}

/* Does a passage go over a spot? Its own place makes it clear by construction. */
static enum pass_over pass_over(const struct finder *finder, const struct passage *passage,
                                const struct truth_spot *spot, bool own)
{
    const struct tool_plan *tool = &finder->plan->tools[passage->stroke.tool];
    const struct place *place = &finder->motions[passage->stroke.tool].places[passage->place];
    double c = portable_cos(place->angle_rad), s = portable_sin(place->angle_rad);
    double dx = spot->x_mm - place->x_mm, dy = spot->y_mm - place->y_mm;
    double along = dx * c + dy * s, gap = across_gap_mm(tool, dy * c - dx * s);
    double low = fmin(passage->from_mm, passage->to_mm),
           high = fmax(passage->from_mm, passage->to_mm);
    bool beside = gap > spot->radius_mm;
    bool over = !beside && along > low - spot->radius_mm && along < high + spot->radius_mm;
    if (own)
        return over ? PASS_OVER : PASS_CLEAR;
    double margin = place_knot_margin_mm(tool, spot->radius_mm);
    bool end_near = fabs(along - low) < margin || fabs(along - high) < margin;
    bool graze = fabs(gap - spot->radius_mm) < 8;
    if (along > low - margin && along < high + margin && (graze || (!beside && end_near)))
        return PASS_UNCLEAR;
    return over ? PASS_OVER : PASS_CLEAR;
}

static double held_on_s(const struct finder *finder, int tool, int place, const struct knot *knot)
{
    const struct motion *motion = &finder->motions[tool];
    double sum = 0;
    for (size_t i = 0; i < motion->leg_count; i++) {
        const struct leg *leg = &motion->legs[i];
        if (leg->kind == LEG_REST && leg->place == place &&
            fabs(leg->to_mm - knot->along_mm) < 0.3 * knot->radius_mm)
            sum = fmax(sum, leg->end_s - leg->start_s);
    }
    return finder->plan->tools[tool].kind == TOOL_ROLLER ? sum : 0;
}

static bool count_passes(const struct finder *finder, struct truth_spot *spot, int tool, int place,
                         int *own_passes)
{
    *own_passes = 0;
    spot->strokes = 0;
    for (size_t i = 0; i < finder->count; i++) {
        const struct passage *passage = &finder->passages[i];
        bool own = passage->stroke.tool == tool && passage->place == place;
        enum pass_over over = pass_over(finder, passage, spot, own);
        if (over == PASS_UNCLEAR)
            return false;
        spot->strokes += over == PASS_OVER;
        *own_passes += own && over == PASS_OVER;
    }
    for (size_t i = 0; i < finder->truth->spot_count; i++)
        if (hypot(spot->x_mm - finder->truth->spots[i].x_mm,
                  spot->y_mm - finder->truth->spots[i].y_mm) < SPOT_APART_MM)
            return false;
    return true;
}

static void settle_knot(struct finder *finder, int tool, int index, struct knot *knot)
{
    const struct place *place = &finder->motions[tool].places[index];
    double c = portable_cos(place->angle_rad), s = portable_sin(place->angle_rad);
    struct truth_spot spot = {.x_mm = place->x_mm + knot->along_mm * c - knot->across_mm * s,
                              .y_mm = place->y_mm + knot->along_mm * s + knot->across_mm * c,
                              .radius_mm = knot->radius_mm,
                              .rise = knot->rise};
    int own;
    bool clear = count_passes(finder, &spot, tool, index, &own);
    if (clear && (own >= SPOT_PASSES || held_on_s(finder, tool, index, knot) >= SPOT_HOLD_S))
        finder->truth->spots[finder->truth->spot_count++] = spot;
    else
        knot->rise = 0;
}

static void find_spots(struct finder *finder, int tool)
{
    struct motion *motion = &finder->motions[tool];
    for (int i = 0; i < motion->place_count; i++)
        for (int k = 0; k < motion->places[i].knot_count; k++)
            settle_knot(finder, tool, i, &motion->places[i].knots[k]);
}

/* ---- All ---- */

static int by_start(const void *a, const void *b)
{
    const double *x = a, *y = b; /* start_s comes first in both */
    return (*x > *y) - (*x < *y);
}

static int reserve(struct finder *finder, const struct body *body)
{
    size_t legs = 0, knots = 1;
    for (int i = 0; i < finder->plan->tool_count; i++) {
        legs += finder->motions[i].leg_count;
        knots += (size_t)finder->motions[i].place_count * PLACE_KNOTS_MAX;
    }
    struct truth *truth = finder->truth;
    finder->passages = calloc(legs + 1, sizeof *finder->passages);
    truth->strokes = calloc(legs + 1, sizeof *truth->strokes);
    truth->holds = calloc(legs + 1 + (size_t)body->count, sizeof *truth->holds);
    truth->spots = calloc(knots, sizeof *truth->spots);
    bool all = finder->passages && truth->strokes && truth->holds && truth->spots;
    return all ? STATUS_OK : STATUS_MEMORY;
}

int facts_find(struct truth *truth, const struct plan *plan, struct motion *motions,
               const struct body *body)
{
    struct finder finder = {.plan = plan, .motions = motions, .truth = truth};
    int status = reserve(&finder, body);
    if (status == STATUS_OK) {
        for (int i = 0; i < plan->tool_count; i++) {
            find_passages(&finder, i);
            find_holds(&finder, i);
        }
        find_neutral_holds(&finder, body);
        for (int i = 0; i < plan->tool_count; i++)
            find_spots(&finder, i);
        for (size_t i = 0; i < finder.count; i++)
            truth->strokes[i] = finder.passages[i].stroke;
        truth->stroke_count = finder.count;
        qsort(truth->strokes, truth->stroke_count, sizeof *truth->strokes, by_start);
        qsort(truth->holds, truth->hold_count, sizeof *truth->holds, by_start);
    }
    free(finder.passages);
    return status;
}
