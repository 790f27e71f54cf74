#include "script.h"

#include "place.h"
#include "portable.h"
#include "tool.h"
#include "unrest.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define STOP_LONGEST_S 0.65

struct script {
    const struct plan *plan;
    const struct tool_plan *tool;
    struct motion *motion;
    struct random random;
    double now_s, end_s;
    double at_mm, load;
    int place, pass, side;
    bool failed;
    struct leg nowhere; /* where a leg goes when there is no memory */
};

static double draw(struct script *script, double low, double high)
{
    return random_uniform(&script->random, low, high);
}

static bool chance(struct script *script, double probability)
{
    return random_chance(&script->random, probability);
}

static bool wanted(const struct script *script, enum feature feature)
{
    return plan_has(script->plan, feature);
}

static const struct place *here(const struct script *script)
{
    return &script->motion->places[script->place];
}

/* ---- Legs ---- */

static struct leg *add_leg(struct script *script, enum leg_kind kind, double length_s, double to_mm)
{
    struct motion *motion = script->motion;
    if (motion->leg_count == motion->leg_room) {
        size_t room = motion->leg_room ? 2 * motion->leg_room : 64;
        struct leg *legs = realloc(motion->legs, room * sizeof *legs);
        script->failed |= !legs;
        if (!legs)
            return &script->nowhere;
        motion->legs = legs;
        motion->leg_room = room;
    }
    struct leg *leg = &motion->legs[motion->leg_count++];
    *leg = (struct leg){.kind = kind,
                        .start_s = script->now_s,
                        .end_s = script->now_s + length_s,
                        .from_mm = script->at_mm,
                        .to_mm = to_mm,
                        .load_from = script->load,
                        .load_to = script->load,
                        .place = script->place,
                        .pass = -1};
    script->now_s += length_s;
    script->at_mm = to_mm;
    return leg;
}

static void load_to(struct script *script, struct leg *leg, double load)
{
    leg->load_to = script->load = load;
}

static void add_away(struct script *script, double length_s)
{
    script->load = 0;
    add_leg(script, LEG_AWAY, length_s, script->at_mm);
}

static void add_land(struct script *script)
{
    load_to(script, add_leg(script, LEG_LAND, draw(script, 0.25, 0.5), script->at_mm), 1);
}

static void add_lift(struct script *script)
{
    load_to(script, add_leg(script, LEG_LIFT, draw(script, 0.2, 0.4), script->at_mm), 0);
}

static void shape_move(struct script *script, struct leg *leg)
{
    double length = leg->end_s - leg->start_s;
    bool rough = wanted(script, FEATURE_ROUGH);
    leg->even = length > 2.5 || chance(script, 0.3);
    leg->skew = draw(script, -1, 1) * (rough ? 0.3 : 0.1);
    if (rough && chance(script, 0.7)) {
        leg->waves = 2 + random_below(&script->random, 3);
        leg->wobble = draw(script, 0.2, 0.55);
    }
    leg->pass = script->pass;
}

static void add_move(struct script *script, double length_s, double to_mm)
{
    struct leg *leg = add_leg(script, LEG_MOVE, length_s, to_mm);
    load_to(script, leg, script->side < 0 ? script->tool->return_share : 1);
    shape_move(script, leg);
}

/* ---- Pressing in place ---- */

static void add_rest(struct script *script, double length_s)
{
    struct leg *leg = add_leg(script, LEG_REST, length_s, script->at_mm);
    if (length_s > 3)
        unrest_draw(&leg->unrest, script->plan, script->tool, &script->random);
}

static void add_short_rest(struct script *script)
{
    add_rest(script, draw(script, 1.4, 2.1));
}

static void new_place(struct script *script)
{
    struct motion *motion = script->motion;
    if (motion->place_count == PLACES_MAX)
        return;
    script->place = motion->place_count++;
    place_draw(&motion->places[script->place], script->plan, script->tool, &script->random);
    script->side = chance(script, 0.5) ? 1 : -1;
    script->at_mm = -script->side * script->tool->travel_mm / 2;
    if (wanted(script, FEATURE_STATIC) && here(script)->knot_count > 0)
        script->at_mm = here(script)->knots[0].along_mm;
}

/* ---- Passes ---- */

static bool clear_of_knots(const struct script *script, double at_mm)
{
    const struct place *place = here(script);
    for (int i = 0; i < place->knot_count; i++)
        if (fabs(at_mm - place->knots[i].along_mm) <
            place_knot_margin_mm(script->tool, place->knots[i].radius_mm))
            return false;
    return true;
}

static bool good_target(const struct script *script, double target)
{
    const struct place *place = here(script);
    return target >= place->low_mm && target <= place->high_mm &&
           fabs(target - script->at_mm) >= plan_least_travel_mm(script->plan) &&
           clear_of_knots(script, target);
}

/* Where the next pass turns; 2 tries out of 3 find it at once. */
static double draw_target(struct script *script, bool *found)
{
    const struct tool_plan *tool = script->tool;
    bool partial = wanted(script, FEATURE_PARTIAL) && chance(script, 0.3);
    for (int tries = 0; tries < 40; tries++) {
        double spread = tool->irregularity * random_normal(&script->random);
        double target = script->side * tool->travel_mm / 2 * (1 + fmax(-0.5, fmin(0.5, spread)));
        if (partial && tries < 10)
            target = script->at_mm + script->side * tool->travel_mm * draw(script, 0.25, 0.42);
        if (tries == 20)
            script->side = -script->side;
        *found = good_target(script, target) && (target - script->at_mm) * script->side > 0;
        if (*found)
            return target;
    }
    return script->at_mm;
}

static double tempo(const struct script *script)
{
    if (!wanted(script, FEATURE_TEMPO))
        return 1;
    double share = script->now_s / script->plan->duration_s;
    return portable_exp((script->plan->seed & 1 ? 0.7 : -0.7) * (2 * share - 1));
}

static double draw_length_s(struct script *script, double way_mm)
{
    const struct tool_plan *tool = script->tool;
    double spread = tool->irregularity * random_normal(&script->random);
    double length = tool->stroke_s * tempo(script) * (1 + fmax(-0.5, fmin(0.6, spread))) *
                    portable_pow(way_mm / tool->travel_mm, 0.7);
    length = fmin(fmin(length, way_mm / tool_slowest_mm_s(script->plan, tool)), 11);
    return fmax(fmax(length, way_mm / 600), fmax(0.45, 10 / script->plan->mat.rate_hz));
}

static void add_pause(struct script *script, double target, double length_s)
{
    double share = draw(script, 0.3, 0.7), from = script->at_mm;
    double longest = wanted(script, FEATURE_NARROW) ? 0.4 : STOP_LONGEST_S;
    double before = fmax(0.4, length_s * share), after = fmax(0.4, length_s * (1 - share));
    add_move(script, before, from + share * (target - from));
    script->motion->legs[script->motion->leg_count - 1].even = true;
    add_leg(script, LEG_STOP, draw(script, 0.25, longest), script->at_mm)->pass = script->pass;
    add_move(script, after, target);
    script->motion->legs[script->motion->leg_count - 1].even = true;
}

static void add_slip(struct script *script, double target, double length_s)
{
    double share = draw(script, 0.35, 0.65), from = script->at_mm;
    double most = script->plan->mat.pitch_mm > 12 ? 3 : 4.3;
    double back = draw(script, 1.5, most) * (target > from ? -1 : 1);
    add_move(script, fmax(0.35, length_s * share), from + share * (target - from));
    add_leg(script, LEG_SLIP, draw(script, 0.2, 0.4), script->at_mm + back)->pass = script->pass;
    add_move(script, fmax(0.35, length_s * (1 - share)), target);
}

/* Where to split: on a knot where people lean into it, else clear of all. */
static double draw_stop(struct script *script, double target)
{
    const struct place *place = here(script);
    double from = script->at_mm;
    if (wanted(script, FEATURE_LEAN) && place->knot_count)
        return place->knots[random_below(&script->random, place->knot_count)].along_mm;
    double stop = from + draw(script, 0.4, 0.6) * (target - from);
    return clear_of_knots(script, stop) ? stop : from;
}

/* A stop that is long enough to make two strokes of one way. */
static bool add_split(struct script *script, double target, double length_s)
{
    double from = script->at_mm, stop = draw_stop(script, target);
    double shortest = 1.1 * plan_least_travel_mm(script->plan);
    if ((target - stop) * script->side < shortest || (stop - from) * script->side < shortest)
        return false;
    double share = fabs(stop - from) / fabs(target - from);
    add_move(script, fmax(0.5, length_s * share), stop);
    bool lean = wanted(script, FEATURE_LEAN);
    if (lean || (wanted(script, FEATURE_HOLDS) && chance(script, 0.3)))
        add_rest(script, draw(script, 4.5, 8));
    else
        add_short_rest(script);
    script->pass++;
    add_move(script, fmax(0.5, length_s * (1 - share)), target);
    return true;
}

static bool add_pass(struct script *script)
{
    bool found;
    double target = draw_target(script, &found);
    if (!found)
        return false;
    double way = fabs(target - script->at_mm), length = draw_length_s(script, way);
    double pitch = script->plan->mat.pitch_mm;
    bool coarse = way < 3 * pitch || script->tool->width_mm < 0.8 * pitch;
    bool splits = wanted(script, FEATURE_SPLITS) ||
                  (wanted(script, FEATURE_LEAN) && wanted(script, FEATURE_KNOTS));
    if (splits && chance(script, 0.15) && add_split(script, target, length))
        ;
    else if (wanted(script, FEATURE_PAUSES) && chance(script, 0.35) && way > 30 && !coarse)
        add_pause(script, target, length);
    else if (wanted(script, FEATURE_SLIPS) && chance(script, 0.35) && way > 40 && !coarse)
        add_slip(script, target, length);
    else
        add_move(script, length, target);
    script->pass++;
    script->side = -script->side;
    return true;
}

/* A pass that leaves the mat, a moment outside, and the way back to where it began. */
static void add_outing(struct script *script)
{
    const struct place *place = here(script);
    double out = place->high_mm + script->plan->mat.pitch_mm + 1.5 * script->tool->width_mm + 10;
    double from = script->at_mm, way = out - from, length = draw_length_s(script, way);
    if (script->side < 0 || way < 60)
        return;
    add_move(script, length, out);
    add_leg(script, LEG_TURN, draw(script, 0.8, 1.6), out);
    script->pass++;
    script->side = -1;
    add_move(script, length * draw(script, 0.8, 1.2), from);
    script->pass++;
    script->side = 1;
}

static void add_turn(struct script *script)
{
    if (wanted(script, FEATURE_HOLDS) && chance(script, 0.12))
        add_rest(script, draw(script, 3.9, 11));
    else if (chance(script, 0.05))
        add_short_rest(script);
    else if (chance(script, 0.35))
        add_leg(script, LEG_TURN, draw(script, 0.05, 0.3), script->at_mm);
}

/* ---- Bouts ---- */

static double bout_reserve_s(const struct script *script)
{
    return 2.5 * script->tool->stroke_s + 5;
}

static void add_bout(struct script *script)
{
    int strokes = 6 + random_below(&script->random, 9);
    for (int i = 0; i < strokes && script->now_s < script->end_s - bout_reserve_s(script); i++) {
        if (wanted(script, FEATURE_OVER_EDGE) && chance(script, 0.4))
            add_outing(script);
        if (!add_pass(script))
            break;
        if (i + 1 < strokes)
            add_turn(script);
    }
    struct leg *last = &script->motion->legs[script->motion->leg_count - 1];
    if (last->kind == LEG_TURN)
        last->kind = LEG_REST;
    if (last->kind == LEG_REST)
        add_rest(script, draw(script, 3.9, 5));
    else
        add_short_rest(script);
}

static void add_press(struct script *script)
{
    double left = script->end_s - script->now_s - 1;
    add_rest(script, fmax(3.9, fmin(left, draw(script, 6, 25))));
}

static void add_slide(struct script *script)
{
    struct leg *leg = add_leg(script, LEG_LIFT, draw(script, 0.12, 0.2), script->at_mm);
    load_to(script, leg, draw(script, 0.06, 0.12));
    double from = script->at_mm;
    new_place(script);
    leg = add_leg(script, LEG_SLIDE, draw(script, 0.15, 0.3), script->at_mm);
    leg->from_mm = from;
    add_land(script);
    add_rest(script, draw(script, 0.2, 0.6));
}

static void add_change(struct script *script)
{
    bool stays = !wanted(script, FEATURE_REPOSITION);
    bool lifts = !stays || wanted(script, FEATURE_RETURN) || chance(script, 0.2);
    if (wanted(script, FEATURE_SLIDE) && chance(script, 0.7)) {
        add_slide(script);
        return;
    }
    if (!lifts)
        return;
    add_lift(script);
    add_away(script, draw(script, 0.6, 3.5));
    if (!stays && chance(script, 0.8))
        new_place(script);
    add_land(script);
    add_rest(script, draw(script, 0.2, 0.9));
}

static void add_opening(struct script *script, int index)
{
    double prelude = plan_prelude_s(script->plan);
    bool absent = wanted(script, FEATURE_STEPS) || wanted(script, FEATURE_LONG_GAP);
    if (wanted(script, FEATURE_LOADED_START) && !absent) {
        script->load = 1;
    } else {
        add_away(script, prelude + draw(script, 0, 1) + 1.5 * index);
        add_land(script);
    }
    add_rest(script, draw(script, 0.3, 1.2));
}

int script_write(struct motion *motion, const struct plan *plan, int index)
{
    static const char *const streams[TOOLS_MAX] = {"tool 0", "tool 1"};
    struct script script = {
        .plan = plan, .tool = &plan->tools[index], .motion = motion, .end_s = plan->duration_s - 1};
    random_start(&script.random, plan->seed, streams[index]);
    memset(motion, 0, sizeof *motion);
    new_place(&script);
    add_opening(&script, index);
    double reserve = plan_has(plan, FEATURE_STATIC) ? 8 : bout_reserve_s(&script);
    while (script.now_s < script.end_s - reserve && !script.failed) {
        if (plan_has(plan, FEATURE_STATIC))
            add_press(&script);
        else
            add_bout(&script);
        if (script.now_s < script.end_s - reserve)
            add_change(&script);
    }
    add_lift(&script);
    add_away(&script, fmax(1, plan->duration_s - script.now_s));
    return script.failed ? STATUS_MEMORY : STATUS_OK;
}
