#include "tool.h"

#include "clean.h"
#include "smoothness.h"

#include <math.h>
#include <string.h>

static const double lift_share = 0.2, land_share = 0.25; /* of the reference force */
static const double light_share = 0.12;                  /* what is left lying does not go on */
static const double resume_mm_s = 400;
static const double blind_slower = 1.5, blind_most_s = 3; /* over cells that are dead */
static const double lift_s = 0.12;   /* nobody lifts a tool and puts it back in less */
static const double trusted_s = 0.5; /* loaded time from which the reference is one */
static const double speed_span_s = 0.08;
static const double profile_rate_hz = 50;
static const double footfall_s = 1.0, sole_s = 2.0; /* a foot is on the mat for less */
static const double fixture_s = 0.5;
static const double stuck_cells = 2.5, fixture_cells = 4.5;
static const double support_share = 0.5; /* of the tool's reference force: less is a hand */
static const double seen_share = 0.65;   /* of the reckoned way, seen between the centres */
static const double outline_share = 0.3;
static const double light_n = 15;     /* no tool weighs less */
static const double body_share = 0.5; /* of the time: then it is a limb */

void tool_begin(struct tool *tool, const struct tools *tools, uint32_t id, double time_s)
{
    tool->id = id;
    tool->loaded = false;
    tool->last_s = tool->lifted_s = time_s;
    tool->landed_s = time_s;
    tool->stroke_count = 0;
    tool->body_s = tool->cells_s = tool->loaded_s = 0;
    memset(&tool->sample, 0, sizeof tool->sample);
    memset(&tool->bouts, 0, sizeof tool->bouts);
    memset(&tool->force, 0, sizeof tool->force);
    history_clear(&tool->history);
    strokes_start(&tool->strokes, &tools->parameters, tools->pitch_mm);
    holds_start(&tool->holds, &tools->parameters);
}

double tool_reference_n(const struct tool *tool, const struct tools *tools)
{
    if (tools->parameters.deep_n > 0)
        return tools->parameters.deep_n;
    return force_quantile(&tool->force, 0.8);
}

/* Speed at a time, from the positions speed_span_s around it. */
static double speed_at(const struct history *history, double time_s)
{
    struct sample a = history_interpolate(history, time_s - speed_span_s / 2);
    struct sample b = history_interpolate(history, time_s + speed_span_s / 2);
    double dt_s = b.time_s - a.time_s;
    if (dt_s <= 0)
        return 0;
    return hypot(b.move_mm[0] - a.move_mm[0], b.move_mm[1] - a.move_mm[1]) / dt_s;
}

double tool_speed_mm_s(const struct tool *tool)
{
    return speed_at(&tool->history, tool->last_s - speed_span_s / 2);
}

static void fill_speed(struct stroke *stroke, const struct history *history)
{
    double speed[SMOOTHNESS_MAX];
    double duration_s = stroke->end_s - stroke->start_s;
    size_t count = (size_t)fmin(duration_s * profile_rate_hz + 1, SMOOTHNESS_MAX);
    double spacing_s = count > 1 ? duration_s / (double)(count - 1) : duration_s;
    for (size_t i = 0; i < count; i++) {
        speed[i] = speed_at(history, stroke->start_s + (double)i * spacing_s);
        stroke->peak_speed_mm_s = fmax(stroke->peak_speed_mm_s, speed[i]);
    }
    stroke->mean_speed_mm_s = stroke->travel_mm / duration_s;
    stroke->smoothness = smoothness_sparc(speed, count, 1 / spacing_s);
}

static void fill_peaks(struct stroke *stroke, const struct history *history)
{
    for (size_t i = history_find(history, stroke->start_s); i < history->count; i++) {
        const struct sample *sample = history_at(history, i);
        if (sample->time_s > stroke->end_s)
            break;
        stroke->peak_force_n = fmax(stroke->peak_force_n, sample->force_n);
        stroke->peak_kpa = fmax(stroke->peak_kpa, sample->peak_kpa);
        stroke->at_edge |= sample->at_edge;
        stroke->saturated |= sample->saturated;
    }
}

static struct stroke describe(const struct tool *tool, const struct tools *tools,
                              const struct pass *pass)
{
    const struct history *history = &tool->history;
    struct sample start = history_interpolate(history, pass->start_s);
    struct sample end = history_interpolate(history, pass->end_s);
    struct stroke stroke = {
        .contact = tool->id,
        .start_s = pass->start_s,
        .end_s = pass->end_s,
        .start_x_mm = start.at_mm[0],
        .start_y_mm = start.at_mm[1],
        .end_x_mm = end.at_mm[0],
        .end_y_mm = end.at_mm[1],
        .travel_mm = pass->travel_mm,
        .direction_rad = atan2(pass->direction_mm[1], pass->direction_mm[0]),
        .impulse_ns = end.impulse_ns - start.impulse_ns,
        .mean_force_n = (end.impulse_ns - start.impulse_ns) / (pass->end_s - pass->start_s),
    };
    fill_speed(&stroke, history);
    fill_peaks(&stroke, history);
    stroke.slow = stroke.mean_speed_mm_s <= tools->parameters.slow_mm_s;
    stroke.deep =
        stroke.mean_force_n >= tools->parameters.deep_share * tool_reference_n(tool, tools);
    return stroke;
}

bool tool_is_body(const struct tool *tool)
{
    return tool->body_s > body_share * tool->loaded_s;
}

/* Never rolling, and light beside the tool that does, or as such. */
static bool is_light(const struct tool *tool, const struct tools *tools)
{
    return !tool->stroke_count && tools->working != tool->id &&
           force_quantile(&tool->force, 0.8) < fmax(support_share * tools->working_n, light_n);
}

/* Somebody who rolls leans on a hand, knee or foot beside the tool: never rolling, and there while
   the tool is, or light. */
static bool is_support(const struct tool *tool, const struct tools *tools, const struct hold *hold)
{
    if (tool->stroke_count || !tools->working || tools->working == tool->id)
        return false;
    return tools->working_seen_s > (hold->start_s + hold->end_s) / 2 || is_light(tool, tools);
}

/* A cell or two, usually, that are loaded from the first frame on, or a few that hardly are, are
   the mat's fault. */
static bool is_fixture(const struct tool *tool)
{
    double cells = tool->cells_s / fmax(tool->loaded_s, 1e-9);
    bool few = cells < stuck_cells ||
               (cells < fixture_cells && force_quantile(&tool->force, 0.8) < light_n);
    return few && tool->landed_s < fixture_s && !tool->stroke_count;
}

static void publish_hold(struct tool *tool, struct tools *tools, const struct hold *found)
{
    if (tool_is_body(tool) || is_support(tool, tools, found) || is_fixture(tool))
        return;
    if (!tool->bouts.open)
        bouts_open(&tool->bouts, ++tools->bout_id, tool->id, found->start_s);
    struct event *event = queue_add(tools->queue, EVENT_HOLD);
    event->hold = *found;
    event->hold.id = ++tools->hold_id;
    event->hold.contact = tool->id;
    event->hold.bout = tool->bouts.bout.id;
    bouts_hold(&tool->bouts, &event->hold);
    totals_add(tools->totals, event);
}

/* A foot that comes down and goes up again has rolled over its sole, but is no tool. */
static bool is_footfall(const struct tool *tool)
{
    double most_s = tool->sole ? sole_s : footfall_s;
    return !tool->loaded && !tool->stroke_count && tool->last_s - tool->landed_s < most_s;
}

/* How far one place is along a direction from another. */
static double ahead_mm(const double from_mm[2], const double to_mm[2], const double direction[2])
{
    double length = fmax(hypot(direction[0], direction[1]), 1e-9);
    return ((to_mm[0] - from_mm[0]) * direction[0] + (to_mm[1] - from_mm[1]) * direction[1]) /
           length;
}

/* The way is an integral; a stroke's contact is also seen at its end, not just reckoned there; and
   its outline has come along: a hand that shifts its weight stays where it is. */
static bool is_seen(const struct tool *tool, const struct pass *pass)
{
    struct sample start = history_interpolate(&tool->history, pass->start_s);
    struct sample end = history_interpolate(&tool->history, pass->end_s);
    const double *way = pass->direction_mm;
    double length = hypot(way[0], way[1]);
    return ahead_mm(start.at_mm, end.at_mm, way) > seen_share * length &&
           ahead_mm(start.outline_mm, end.outline_mm, way) > outline_share * length;
}

static void publish_stroke(struct tool *tool, struct tools *tools, const struct pass *pass)
{
    if (tool_is_body(tool) || is_footfall(tool) || !is_seen(tool, pass) ||
        !clean_pass(pass, &tool->history, is_light(tool, tools)))
        return;
    struct stroke stroke = describe(tool, tools, pass);
    if (echoes_match(&tools->echoes, &stroke))
        return;
    if (!tool->bouts.open)
        bouts_open(&tool->bouts, ++tools->bout_id, tool->id, pass->start_s);
    else if (tool->bouts.bout.strokes)
        totals_interval(tools->totals, pass->start_s - tool->bouts.last_start_s);
    struct event *event = queue_add(tools->queue, EVENT_STROKE);
    event->stroke = stroke;
    event->stroke.id = ++tools->stroke_id;
    event->stroke.bout = tool->bouts.bout.id;
    tool->stroke_count++;
    tools->working = tool->id;
    tools->working_seen_s = tool->last_s;
    tools->working_n = force_quantile(&tool->force, 0.8);
    bouts_stroke(&tool->bouts, &event->stroke, pass->direction_mm, tools->parameters.partial_share);
    echoes_add(&tools->echoes, &event->stroke);
    totals_add(tools->totals, event);
}

static void close_bout(struct tool *tool, struct tools *tools)
{
    struct bout bout;
    if (!bouts_close(&tool->bouts, &bout))
        return;
    struct event *event = queue_add(tools->queue, EVENT_BOUT);
    event->bout = bout;
    totals_add(tools->totals, event);
}

static void end_hold(struct tool *tool, struct tools *tools, double end_s)
{
    struct hold hold;
    while (holds_push(&tool->holds, &tool->history, end_s, &hold))
        publish_hold(tool, tools, &hold);
    if (holds_end(&tool->holds, &tool->history, end_s, &hold))
        publish_hold(tool, tools, &hold);
}

static void lift(struct tool *tool, struct tools *tools)
{
    struct pass pass;
    if (!tool->loaded)
        return;
    tool->loaded = false;
    tool->lifted_s = tool->last_s;
    bool found = strokes_lift(&tool->strokes, &tool->history, &pass);
    end_hold(tool, tools, found ? pass.start_s : tool->last_s);
    if (!found)
        return;
    publish_stroke(tool, tools, &pass);
    holds_resume(&tool->holds, pass.end_s);
    end_hold(tool, tools, tool->last_s);
}

static bool carries(const struct tool *tool, const struct track *track)
{
    if (!track->present)
        return false;
    if (tool->force.total_s < trusted_s)
        return true;
    bool underway = tool->loaded && isfinite(strokes_underway_s(&tool->strokes));
    double share = underway ? light_share : tool->loaded ? lift_share : land_share;
    return track->force_n >= share * force_quantile(&tool->force, 0.8);
}

static void keep_across(double step[2], const struct track *track)
{
    if (track->kind != CONTACT_ROLLER)
        return;
    double angle = track_angle_rad(track), n[2] = {-sin(angle), cos(angle)};
    double across = step[0] * n[0] + step[1] * n[1];
    step[0] = across * n[0];
    step[1] = across * n[1];
}

/* Displacement of a contact, across its own axis for a strip. One that was lost for a moment has
   gone from where it was to where it is, unless that is farther than tools go. */
static void roll(struct sample *sample, const struct track *track, double away_s)
{
    double step[2] = {track->step_mm[0], track->step_mm[1]};
    double way[2] = {track->shape.x_mm - sample->at_mm[0], track->shape.y_mm - sample->at_mm[1]};
    keep_across(step, track);
    keep_across(way, track);
    bool resumed = (track->landed && away_s > 0) || away_s > lift_s;
    const double *moved = resumed && hypot(way[0], way[1]) <= resume_mm_s * away_s ? way : step;
    sample->move_mm[0] += moved[0];
    sample->move_mm[1] += moved[1];
}

static void take_sample(struct tool *tool, const struct track *track, double now_s)
{
    double dt_s = tool->loaded ? now_s - tool->last_s : 0;
    struct sample *sample = &tool->sample;
    const struct sample before = *sample;
    roll(sample, track, dt_s);
    sample->impulse_ns += dt_s * (sample->force_n + track->force_n) / 2;
    sample->time_s = now_s;
    sample->at_mm[0] = track->shape.x_mm;
    sample->at_mm[1] = track->shape.y_mm;
    bool core = track->moments.core > 0;
    sample->outline_mm[0] = core ? track->moments.cx / track->moments.core : sample->at_mm[0];
    sample->outline_mm[1] = core ? track->moments.cy / track->moments.core : sample->at_mm[1];
    moments_spread(&track->moments, sample->spread_mm2);
    sample->force_n = track->force_n;
    sample->peak_kpa = track->moments.peak_kpa;
    sample->at_edge = track->moments.at_edge;
    sample->saturated = track->saturated;
    if (track->moments.cells >= tool->sole_cells) {
        tool->sole_cells = track->moments.cells;
        tool->sole = track->kind == CONTACT_BODY;
    }
    tool->loaded_s += dt_s;
    tool->cells_s += track->moments.cells * dt_s;
    tool->body_s += track->kind == CONTACT_BODY ? dt_s : 0;
    force_add(&tool->force, track->force_n, dt_s);
    tool->history.calm_s = strokes_calm_s(&tool->strokes);
    if (dt_s > lift_s)
        history_bridge(&tool->history, &before, sample);
    history_push(&tool->history, sample);
}

static void advance(struct tool *tool, struct tools *tools)
{
    struct pass pass;
    struct hold hold;
    if (strokes_push(&tool->strokes, &tool->history, &tool->sample, &pass)) {
        end_hold(tool, tools, pass.start_s);
        publish_stroke(tool, tools, &pass);
        holds_resume(&tool->holds, pass.end_s);
        return;
    }
    if (tool->strokes.moving) {
        double underway_s = strokes_underway_s(&tool->strokes);
        if (underway_s < tool->sample.time_s)
            end_hold(tool, tools, underway_s);
        return;
    }
    double calm_s = tool->sample.time_s - tool->history.calm_s;
    while (holds_push(&tool->holds, &tool->history, calm_s, &hold))
        publish_hold(tool, tools, &hold);
}

/* How long a contact may be out of sight: in a pass as long as it takes over dead cells. */
static double unseen_most_s(const struct tool *tool, const struct track *track)
{
    const struct going *going = &tool->strokes.going;
    if (!(track->blind_mm > 0) || !isfinite(strokes_underway_s(&tool->strokes)))
        return lift_s;
    double speed_mm_s = going->travel_mm / fmax(going->far_s - going->start_s, lift_s);
    return fmin(lift_s + blind_slower * track->blind_mm / speed_mm_s, blind_most_s);
}

void tool_push(struct tool *tool, struct tools *tools, const struct track *track)
{
    double now_s = tools->queue->now_s;
    if (!carries(tool, track)) {
        if (tool->loaded && now_s - tool->last_s < unseen_most_s(tool, track))
            return;
        lift(tool, tools);
        if (tool->bouts.open && now_s - tool->lifted_s > tools->parameters.bout_gap_s)
            close_bout(tool, tools);
        return;
    }
    if (track->anew)
        lift(tool, tools);
    if (!tool->loaded) {
        history_clear(&tool->history);
        tool->landed_s = now_s;
        tool->sole_cells = 0;
    }
    take_sample(tool, track, now_s);
    tool->loaded = true;
    tool->last_s = now_s;
    if (tools->working == tool->id)
        tools->working_seen_s = now_s;
    advance(tool, tools);
}

void tool_interrupt(struct tool *tool, struct tools *tools)
{
    lift(tool, tools);
}

void tool_end(struct tool *tool, struct tools *tools)
{
    lift(tool, tools);
    close_bout(tool, tools);
    tool->id = 0;
}
