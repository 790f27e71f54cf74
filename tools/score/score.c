#include "score.h"

#include "match.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define OVERLAP_LEAST   0.5
#define FAINT_RISE      0.4
#define SPOT_REACH_MM   15.0
#define SPOT_REACH      1.5 /* pitches */
#define NEUTRAL_NEAR_MM 120.0
#define TURN_S          0.5

double tally_precision(const struct tally *tally)
{
    return tally->found ? (double)tally->matched / (double)tally->found : NAN;
}

double tally_recall(const struct tally *tally)
{
    return tally->truth ? (double)tally->matched / (double)tally->truth : NAN;
}

double tally_f1(const struct tally *tally)
{
    uint64_t sum = tally->truth + tally->found;
    return sum ? 2.0 * (double)tally->matched / (double)sum : NAN;
}

double score_hold_agreement(const struct score *score)
{
    return score->hold_either_s > 0 ? score->hold_both_s / score->hold_either_s : NAN;
}

static const struct findings_list *found(const struct score_session *session, enum event_type type)
{
    return &session->findings->lists[type];
}

/* ---- Strokes ---- */

static double overlap(const void *context, size_t truth, size_t detection)
{
    const struct score_session *session = context;
    const struct truth_stroke *a = &session->truth->strokes[truth];
    const struct stroke *b = &found(session, EVENT_STROKE)->events[detection].stroke;
    double both = fmin(a->end_s, b->end_s) - fmax(a->start_s, b->start_s);
    double either = fmax(a->end_s, b->end_s) - fmin(a->start_s, b->start_s);
    return both > 0 ? both / either : 0;
}

static bool ends_in_turn(const struct truth *truth, const struct truth_stroke *stroke)
{
    for (size_t i = 0; i < truth->stroke_count; i++) {
        double wait = truth->strokes[i].start_s - stroke->end_s;
        if (truth->strokes[i].tool == stroke->tool && wait > -TURN_S && wait < TURN_S)
            return true;
    }
    return false;
}

static int add_stroke_errors(struct score *score, const struct truth *all,
                             const struct truth_stroke *truth, const struct event *event)
{
    struct samples *latency =
        ends_in_turn(all, truth) ? &score->turn_latency_s : &score->rest_latency_s;
    int status = samples_add(&score->start_error_s, fabs(event->stroke.start_s - truth->start_s));
    if (status == STATUS_OK)
        status = samples_add(&score->end_error_s, fabs(event->stroke.end_s - truth->end_s));
    if (status == STATUS_OK)
        status = samples_add(latency, event->published_s - truth->end_s);
    return status;
}

static void count_session(struct score *score, const struct score_session *session)
{
    uint64_t truth = session->truth->stroke_count, count = found(session, EVENT_STROKE)->count;
    uint64_t off = truth > count ? truth - count : count - truth;
    score->sessions++;
    score->exact += off == 0;
    score->within_one += off <= 1;
    score->strokes.truth += truth;
    score->strokes.found += count;
    if (truth)
        return;
    score->still_s += session->duration_s;
    score->still_strokes += count;
}

static int score_strokes(struct score *score, const struct score_session *session)
{
    struct match match = {.context = session,
                          .truth_count = session->truth->stroke_count,
                          .found_count = found(session, EVENT_STROKE)->count,
                          .least = OVERLAP_LEAST,
                          .likeness = overlap};
    int status = match_find(&match);
    for (size_t i = 0; i < match.count && status == STATUS_OK; i++)
        status =
            add_stroke_errors(score, session->truth, &session->truth->strokes[match.pairs[i].truth],
                              &found(session, EVENT_STROKE)->events[match.pairs[i].found]);
    score->strokes.matched += match.count;
    match_clear(&match);
    return status;
}

/* ---- Holds ---- */

/* A time line of edges: +1 where a hold begins, -1 where it ends. */
struct edge {
    double time_s;
    int truth, found;
};

static int by_time(const void *a, const void *b)
{
    const struct edge *x = a, *y = b;
    return (x->time_s > y->time_s) - (x->time_s < y->time_s);
}

/* Whether a found hold lies on a part of the body: the true hold nearest to it at its time does. */
static bool neutral(const struct truth *truth, const struct hold *hold)
{
    double nearest = NEUTRAL_NEAR_MM;
    bool is = false;
    for (size_t i = 0; i < truth->hold_count; i++) {
        const struct truth_hold *other = &truth->holds[i];
        double far = hypot(other->x_mm - hold->x_mm, other->y_mm - hold->y_mm);
        if (other->start_s > hold->end_s || other->end_s < hold->start_s || far >= nearest)
            continue;
        nearest = far;
        is = other->tool == TRUTH_BODY;
    }
    return is;
}

static size_t add_edges(struct edge *edges, size_t count, const double span[2], bool truth)
{
    edges[count++] = (struct edge){span[0], truth, !truth};
    edges[count++] = (struct edge){span[1], -(int)truth, -(int)!truth};
    return count;
}

static void sum_edges(struct score *score, struct edge *edges, size_t count)
{
    qsort(edges, count, sizeof *edges, by_time);
    int truth = 0, detected = 0;
    for (size_t i = 0; i + 1 < count; i++) {
        truth += edges[i].truth;
        detected += edges[i].found;
        double length = edges[i + 1].time_s - edges[i].time_s;
        score->hold_both_s += truth > 0 && detected > 0 ? length : 0;
        score->hold_either_s += truth > 0 || detected > 0 ? length : 0;
    }
}

static int score_holds(struct score *score, const struct score_session *session)
{
    const struct findings_list *holds = found(session, EVENT_HOLD);
    const struct truth *truth = session->truth;
    struct edge *edges = calloc(2 * (holds->count + truth->hold_count) + 1, sizeof *edges);
    if (!edges)
        return STATUS_MEMORY;
    size_t count = 0;
    for (size_t i = 0; i < truth->hold_count; i++)
        if (truth->holds[i].tool != TRUTH_BODY)
            count = add_edges(edges, count,
                              (double[2]){truth->holds[i].start_s, truth->holds[i].end_s}, true);
    for (size_t i = 0; i < holds->count; i++) {
        const struct hold *hold = &holds->events[i].hold;
        if (!neutral(truth, hold))
            count = add_edges(edges, count, (double[2]){hold->start_s, hold->end_s}, false);
    }
    sum_edges(score, edges, count);
    free(edges);
    return STATUS_OK;
}

/* ---- Spots ---- */

static double distance_mm(const struct truth_spot *truth, const struct spot *spot)
{
    return hypot(truth->x_mm - spot->x_mm, truth->y_mm - spot->y_mm);
}

static double pitch_mm(const struct score_session *session)
{
    return sqrt(session->geometry->pitch_x_mm * session->geometry->pitch_y_mm);
}

static double nearness(const void *context, size_t truth, size_t detection)
{
    const struct score_session *session = context;
    double reach = fmax(SPOT_REACH_MM, SPOT_REACH * pitch_mm(session));
    double far = distance_mm(&session->truth->spots[truth],
                             &found(session, EVENT_SPOT)->events[detection].spot);
    return 1 - far / reach;
}

static int add_spot(struct score *score, const struct score_session *session,
                    const struct match_pair *pair)
{
    const struct truth_spot *truth = &session->truth->spots[pair->truth];
    const struct spot *spot = &found(session, EVENT_SPOT)->events[pair->found].spot;
    double far = distance_mm(truth, spot);
    if (truth->rise < FAINT_RISE) {
        score->faint_matched++;
        return samples_add(&score->faint_error_mm, far);
    }
    score->spots.matched++;
    score->spot_strokes_within_one += llabs((long long)spot->strokes - truth->strokes) <= 1;
    int status = samples_add(&score->spot_error_mm, far);
    return status < 0 ? status : samples_add(&score->spot_error_pitch, far / pitch_mm(session));
}

static void add_confidences(struct score *score, const struct score_session *session,
                            const struct match *match)
{
    const struct findings_list *spots = found(session, EVENT_SPOT);
    for (size_t i = 0; i < spots->count; i++) {
        double confidence = fmax(0, fmin(1, spots->events[i].spot.confidence));
        int bin = (int)fmin(SCORE_BINS - 1, confidence * SCORE_BINS);
        score->bin_found[bin]++;
        score->bin_confidence[bin] += confidence;
        for (size_t k = 0; k < match->count; k++)
            score->bin_real[bin] += match->pairs[k].found == i;
    }
}

static int score_spots(struct score *score, const struct score_session *session)
{
    const struct truth *truth = session->truth;
    struct match match = {.context = session,
                          .truth_count = truth->spot_count,
                          .found_count = found(session, EVENT_SPOT)->count,
                          .least = 0,
                          .likeness = nearness};
    uint64_t faint_before = score->faint_matched;
    int status = match_find(&match);
    for (size_t i = 0; i < match.count && status == STATUS_OK; i++)
        status = add_spot(score, session, &match.pairs[i]);
    for (size_t i = 0; i < truth->spot_count; i++)
        if (truth->spots[i].rise < FAINT_RISE)
            score->faint_truth++;
        else
            score->spots.truth++;
    score->spots.found += match.found_count - (score->faint_matched - faint_before);
    add_confidences(score, session, &match);
    match_clear(&match);
    return status;
}

/* ---- All ---- */

int score_session(struct score *score, const struct score_session *session)
{
    count_session(score, session);
    int status = score_strokes(score, session);
    if (status == STATUS_OK)
        status = score_holds(score, session);
    return status == STATUS_OK ? score_spots(score, session) : status;
}

static void add_tally(struct tally *tally, const struct tally *more)
{
    tally->truth += more->truth;
    tally->found += more->found;
    tally->matched += more->matched;
}

int score_merge(struct score *score, const struct score *more)
{
    score->sessions += more->sessions;
    score->exact += more->exact;
    score->within_one += more->within_one;
    add_tally(&score->strokes, &more->strokes);
    add_tally(&score->spots, &more->spots);
    score->faint_truth += more->faint_truth;
    score->faint_matched += more->faint_matched;
    score->spot_strokes_within_one += more->spot_strokes_within_one;
    score->hold_both_s += more->hold_both_s;
    score->hold_either_s += more->hold_either_s;
    score->still_s += more->still_s;
    score->still_strokes += more->still_strokes;
    for (int i = 0; i < SCORE_BINS; i++) {
        score->bin_found[i] += more->bin_found[i];
        score->bin_real[i] += more->bin_real[i];
        score->bin_confidence[i] += more->bin_confidence[i];
    }
    int status = samples_merge(&score->start_error_s, &more->start_error_s);
    status |= samples_merge(&score->end_error_s, &more->end_error_s);
    status |= samples_merge(&score->turn_latency_s, &more->turn_latency_s);
    status |= samples_merge(&score->rest_latency_s, &more->rest_latency_s);
    status |= samples_merge(&score->spot_error_mm, &more->spot_error_mm);
    status |= samples_merge(&score->spot_error_pitch, &more->spot_error_pitch);
    status |= samples_merge(&score->faint_error_mm, &more->faint_error_mm);
    return status ? STATUS_MEMORY : STATUS_OK;
}

void score_clear(struct score *score)
{
    samples_clear(&score->start_error_s);
    samples_clear(&score->end_error_s);
    samples_clear(&score->turn_latency_s);
    samples_clear(&score->rest_latency_s);
    samples_clear(&score->spot_error_mm);
    samples_clear(&score->spot_error_pitch);
    samples_clear(&score->faint_error_mm);
    memset(score, 0, sizeof *score);
}
