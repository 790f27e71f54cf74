#include "totals.h"

static void add_stroke(struct totals *totals, const struct stroke *stroke)
{
    struct summary *summary = &totals->summary;
    summary->one_way++;
    summary->slow += stroke->slow;
    summary->deep += stroke->deep;
    summary->slow_deep += stroke->slow && stroke->deep;
    summary->partial += stroke->partial;
    summary->travel_total_mm += stroke->travel_mm;
    summary->impulse_total_ns += stroke->impulse_ns;
    totals->speed += stroke->mean_speed_mm_s;
    totals->force += stroke->mean_force_n;
}

void totals_add(struct totals *totals, const struct event *event)
{
    struct summary *summary = &totals->summary;
    switch (event->type) {
    case EVENT_STROKE:
        add_stroke(totals, &event->stroke);
        break;
    case EVENT_HOLD:
        summary->holds++;
        summary->hold_total_s += event->hold.end_s - event->hold.start_s;
        summary->impulse_total_ns +=
            event->hold.mean_force_n * (event->hold.end_s - event->hold.start_s);
        break;
    case EVENT_BOUT:
        summary->bouts++;
        summary->cycles += event->bout.cycles;
        break;
    default:
        break;
    }
}

void totals_interval(struct totals *totals, double interval_s)
{
    values_add(&totals->intervals, interval_s);
}

struct summary totals_summary(const struct totals *totals)
{
    struct summary summary = totals->summary;
    double strokes = summary.one_way;
    summary.cadence_per_min = 60 / values_median(&totals->intervals);
    summary.mean_speed_mm_s = totals->speed / strokes;
    summary.mean_travel_mm = summary.travel_total_mm / strokes;
    summary.mean_force_n = totals->force / strokes;
    return summary;
}
