#include "strokes.h"

#include "stays.h"
#include "turns.h"

#include <math.h>
#include <string.h>

static const double smooth_tau_s = 0.04;
static const double rest_tau_s = 3.0; /* the resting place follows slow drift */
static const double landing_s = 0.15, landing_most_s = 0.6;
static const double landing_mm = 25;                    /* but no farther */
static const double growth_tau_s = 0.08, growth = 1.08; /* force over its own past: still landing */
static const double still_share = 0.12; /* of the pass's speed: slower is standing still */
static const double still_least_mm = 1.5, still_most_mm = 4;
static const double way_mm = 6; /* path over which the direction of travel is taken */
static const double way_pitches = 0.75;
static const double check_s = 0.04;
static const double doubt_s = 0.3;                    /* how sure both ends of a stop are */
static const double dwell_s = 0.3, dwell_share = 0.2; /* a turn takes less: more is a rest there */
static const double resolved_pitches = 0.6;
static const double reach_share = 0.8; /* of min_travel_mm: a stroke gets this far from its start */
/* Coming to rest and setting off again look like standing for a while: this much of the first is
   allowed for before a stop is called one. A slow turn without any stop stays near for so many. */
static const double tails_share = 1.5, turn_tails = 3.2;
static const double hold_share = 0.9; /* within hold_extent_mm for so many passes is resting, too */

static void less(double result[2], const double a[2], const double b[2])
{
    result[0] = a[0] - b[0];
    result[1] = a[1] - b[1];
}

static void copy(double to[2], const double from[2])
{
    to[0] = from[0];
    to[1] = from[1];
}

void strokes_start(struct strokes *strokes, const struct parameters *parameters, double pitch_mm)
{
    memset(strokes, 0, sizeof *strokes);
    strokes->min_travel_mm = parameters->min_travel_mm;
    strokes->min_reach_mm =
        fmax(reach_share * parameters->min_travel_mm, resolved_pitches * pitch_mm);
    strokes->way_mm = fmax(way_mm, way_pitches * pitch_mm);
    strokes->pause_s = parameters->pause_s;
    strokes->slip_back_mm = parameters->slip_back_mm;
    strokes->hold_s = parameters->hold_s;
    strokes->hold_extent_mm = parameters->hold_extent_mm;
}

static void land(struct strokes *strokes, const struct sample *sample)
{
    strokes->landed = true;
    strokes->moving = false;
    strokes->landed_s = strokes->last_s = strokes->rest_s = sample->time_s;
    strokes->free_s = strokes->checked_s = sample->time_s;
    wobble_start(&strokes->wobble, sample->move_mm);
    strokes->force_n = 0;
    strokes->growing = true;
    strokes->rest_reach_mm = 0;
    copy(strokes->smooth_mm, sample->move_mm);
    copy(strokes->rest_mm, sample->move_mm);
    copy(strokes->land_mm, sample->move_mm);
}

double strokes_calm_s(const struct strokes *strokes)
{
    return strokes->wobble.calm_s;
}

static void follow(struct strokes *strokes, const struct sample *sample)
{
    double dt_s = sample->time_s - strokes->last_s;
    double tau_s = fmax(smooth_tau_s, strokes->wobble.calm_s), k = dt_s / (dt_s + tau_s);
    for (int i = 0; i < 2; i++)
        strokes->smooth_mm[i] += k * (sample->move_mm[i] - strokes->smooth_mm[i]);
    strokes->force_n += dt_s / (dt_s + growth_tau_s) * (sample->force_n - strokes->force_n);
    strokes->growing = sample->force_n > growth * strokes->force_n;
    wobble_push(&strokes->wobble, sample->move_mm, dt_s);
    strokes->last_s = sample->time_s;
}

static bool finish(struct strokes *strokes, double end_s, struct pass *pass)
{
    if (strokes->going.travel_mm < strokes->min_travel_mm ||
        strokes->going.reach_mm < strokes->min_reach_mm)
        return false;
    *pass = (struct pass){.start_s = fmax(strokes->going.start_s, strokes->free_s),
                          .end_s = end_s,
                          .travel_mm = strokes->going.travel_mm,
                          .noise_mm = sqrt(strokes->wobble.mm2)};
    less(pass->direction_mm, strokes->going.far_mm, strokes->going.start_mm);
    strokes->free_s = end_s;
    return pass->end_s > pass->start_s;
}

static void set_off(struct strokes *strokes, const double from_mm[2], double start_s)
{
    strokes->stop.seen = false;
    strokes->going.refined = true;
    double away[2];
    less(away, strokes->smooth_mm, from_mm);
    double length = fmax(hypot(away[0], away[1]), 1e-9);
    strokes->moving = true;
    strokes->going.start_s = start_s;
    copy(strokes->going.start_mm, from_mm);
    copy(strokes->going.far_mm, strokes->smooth_mm);
    strokes->going.far_s = strokes->last_s;
    strokes->going.way[0] = away[0] / length;
    strokes->going.way[1] = away[1] / length;
    strokes->going.travel_mm = length;
    strokes->going.reach_mm = length;
}

static void come_to_rest(struct strokes *strokes, double since_s)
{
    strokes->moving = false;
    strokes->rest_s = since_s;
    strokes->rest_reach_mm = 0;
    copy(strokes->rest_mm, strokes->smooth_mm);
}

static double apart(const double a[2], const double b[2])
{
    return hypot(a[0] - b[0], a[1] - b[1]);
}

/* While a contact comes down its centre wanders. */
static bool is_landing(const struct strokes *strokes)
{
    double landed_s = strokes->last_s - strokes->landed_s;
    return landed_s < landing_s || (strokes->growing && landed_s < landing_most_s);
}

static void rest(struct strokes *strokes, const struct history *history, double dt_s)
{
    if (is_landing(strokes)) {
        copy(strokes->rest_mm, strokes->smooth_mm);
        if (apart(strokes->smooth_mm, strokes->land_mm) < landing_mm)
            return;
        copy(strokes->rest_mm, strokes->land_mm);
    }
    double reach = apart(strokes->smooth_mm, strokes->rest_mm);
    if (reach > strokes->slip_back_mm) {
        set_off(strokes, strokes->rest_mm, turn_departure_s(strokes, history));
        strokes->going.refined = false;
        return;
    }
    double k = dt_s / (dt_s + rest_tau_s);
    strokes->rest_reach_mm = fmax(strokes->rest_reach_mm * (1 - k / 2), reach * (reach < 4));
    for (int i = 0; i < 2; i++)
        strokes->rest_mm[i] += k * (strokes->smooth_mm[i] - strokes->rest_mm[i]);
}

static void advance(struct strokes *strokes, double gained_mm)
{
    double step[2];
    less(step, strokes->smooth_mm, strokes->going.far_mm);
    double length = hypot(step[0], step[1]);
    strokes->going.travel_mm += fmax(gained_mm, length);
    double blend = fmin(length / strokes->way_mm, 1);
    for (int i = 0; i < 2 && length > 0; i++)
        strokes->going.way[i] += blend * (step[i] / length - strokes->going.way[i]);
    double norm = fmax(hypot(strokes->going.way[0], strokes->going.way[1]), 1e-9);
    for (int i = 0; i < 2; i++)
        strokes->going.way[i] /= norm;
    copy(strokes->going.far_mm, strokes->smooth_mm);
    strokes->going.far_s = strokes->last_s;
    less(step, strokes->going.far_mm, strokes->going.start_mm);
    strokes->going.reach_mm = fmax(strokes->going.reach_mm, hypot(step[0], step[1]));
}

/* How far the contact has come back from its farthest point. */
static double gone_back_mm(const struct strokes *strokes)
{
    double gone[2];
    less(gone, strokes->going.far_mm, strokes->smooth_mm);
    return gone[0] * strokes->going.way[0] + gone[1] * strokes->going.way[1];
}

/* Whether the contact has stood still for so long that the pass is over; since when. */
static bool stands(struct strokes *strokes, const struct history *history, double *since_s)
{
    double now_s = strokes->last_s;
    if (now_s - strokes->checked_s < check_s || now_s - strokes->going.start_s < strokes->pause_s)
        return false;
    strokes->checked_s = now_s;
    double speed =
        strokes->going.travel_mm / fmax(strokes->going.far_s - strokes->going.start_s, 0.1);
    double reach =
        fmin(fmax(still_share * speed * strokes->pause_s, still_least_mm), still_most_mm);
    struct arriving arriving = turn_arriving(strokes);
    struct stay stay = stay_find(history, &arriving, reach);
    *since_s = stay.since_s;
    double longest_s = strokes->stop.seen ? strokes->stop.until_s - strokes->stop.since_s : 0;
    if (now_s - stay.since_s > fmax(strokes->pause_s, longest_s))
        strokes->stop = (struct stop){true, stay.since_s, now_s, strokes->going};
    double turn_s = turn_tails * stay.tail_s;
    if (now_s - stay.since_s > fmax(strokes->pause_s + tails_share * stay.tail_s, turn_s))
        return true;
    stay = stay_find(history, &arriving, strokes->hold_extent_mm / 2);
    double pass_s = stay_whole_s(stay.since_s - strokes->going.start_s,
                                 1 - strokes->hold_extent_mm / strokes->going.travel_mm);
    double needed_s = fmax(strokes->hold_s, hold_share * pass_s);
    if (now_s - strokes->going.far_s < strokes->pause_s ||
        gone_back_mm(strokes) > strokes->slip_back_mm / 2 ||
        now_s - fmax(stay.since_s, strokes->going.start_s) < needed_s)
        return false;
    *since_s = stay.since_s;
    return true;
}

static bool end_at_rest(struct strokes *strokes, const struct history *history, double since_s,
                        struct pass *pass)
{
    struct arriving arriving = turn_arriving(strokes);
    double end_s = stay_arrival_s(history, &arriving, since_s, strokes->last_s);
    bool found = finish(strokes, end_s, pass);
    come_to_rest(strokes, end_s);
    return found;
}

/* The contact goes on in the same way: if it had stopped for long enough, this is a new pass. */
static bool go_on(struct strokes *strokes, const struct history *history, struct pass *pass)
{
    struct strokes before = *strokes, after = *strokes;
    strokes->stop.seen = after.stop.seen = false;
    before.going = strokes->stop.going;
    struct arriving arriving = turn_arriving(&before);
    double end_s = stay_arrival_s(history, &arriving, strokes->stop.since_s, strokes->stop.until_s);
    come_to_rest(&after, end_s);
    copy(after.rest_mm, before.going.far_mm);
    set_off(&after, after.rest_mm, turn_departure_s(&after, history));
    turn_refine_start(&after, history);
    if (after.going.start_s - end_s < strokes->pause_s + doubt_s)
        return false;
    bool found = finish(&before, end_s, pass);
    after.free_s = before.free_s;
    after.going.refined = false;
    *strokes = after;
    return found;
}

/* How far along its way the contact has gone since it stopped. */
static double gone_on_mm(const struct strokes *strokes)
{
    double gone[2];
    less(gone, strokes->smooth_mm, strokes->stop.going.far_mm);
    return strokes->stop.seen
               ? gone[0] * strokes->stop.going.way[0] + gone[1] * strokes->stop.going.way[1]
               : 0;
}

static bool turn_back(struct strokes *strokes, const struct history *history, struct pass *pass)
{
    struct turn turn = turn_find(strokes, history, true);
    struct arriving arriving = turn_arriving(strokes);
    double slowed_s = stay_slowed_s(history, &arriving, turn.arrive_s);
    double least_s = fmax(dwell_s, dwell_share * (turn.arrive_s - strokes->going.start_s));
    bool dwelt = slowed_s < turn.arrive_s - least_s;
    bool found = finish(strokes, dwelt ? slowed_s : turn.arrive_s, pass);
    double from_mm[2];
    copy(from_mm, strokes->going.far_mm);
    set_off(strokes, from_mm, turn.leave_s);
    return found;
}

static bool move(struct strokes *strokes, const struct history *history, struct pass *pass)
{
    double away[2];
    less(away, strokes->smooth_mm, strokes->going.far_mm);
    double along = away[0] * strokes->going.way[0] + away[1] * strokes->going.way[1];
    double across = fabs(away[0] * strokes->going.way[1] - away[1] * strokes->going.way[0]);
    if (along > 0 || (across > 2 * strokes->way_mm && along > -strokes->slip_back_mm / 2))
        advance(strokes, along);
    else if (along < -strokes->slip_back_mm)
        return turn_back(strokes, history, pass);
    if (!strokes->going.refined && strokes->going.travel_mm > strokes->min_travel_mm)
        turn_refine_start(strokes, history);
    if (gone_on_mm(strokes) > strokes->slip_back_mm)
        return go_on(strokes, history, pass);
    double since_s;
    return stands(strokes, history, &since_s) && end_at_rest(strokes, history, since_s, pass);
}

bool strokes_push(struct strokes *strokes, const struct history *history,
                  const struct sample *sample, struct pass *pass)
{
    if (!strokes->landed) {
        land(strokes, sample);
        return false;
    }
    double dt_s = sample->time_s - strokes->last_s;
    follow(strokes, sample);
    if (strokes->moving)
        return move(strokes, history, pass);
    rest(strokes, history, dt_s);
    return false;
}

bool strokes_lift(struct strokes *strokes, const struct history *history, struct pass *pass)
{
    bool found = false;
    if (strokes->landed && strokes->moving && history->count) {
        struct turn turn = turn_find(strokes, history, false);
        struct arriving arriving = turn_arriving(strokes);
        bool rested = strokes->last_s - strokes->going.far_s > 0.1;
        double end_s = rested ? turn.arrive_s : strokes->last_s;
        end_s = fmin(end_s, stay_slowed_s(history, &arriving, stay_unloading_s(history)));
        found = finish(strokes, end_s, pass);
    }
    strokes->landed = false;
    strokes->moving = false;
    return found;
}

double strokes_underway_s(const struct strokes *strokes)
{
    if (!strokes->landed || !strokes->moving || strokes->going.travel_mm < strokes->min_travel_mm)
        return INFINITY;
    return strokes->going.start_s;
}
