#include "bouts.h"

#include <math.h>
#include <string.h>

/* A median of travel means something from so many strokes on. */
static const size_t least_strokes = 2;

void values_add(struct values *values, double value)
{
    values->values[values->next] = value;
    values->next = (values->next + 1) % BOUT_STROKES;
    if (values->count < BOUT_STROKES)
        values->count++;
}

double values_median(const struct values *values)
{
    double sorted[BOUT_STROKES];
    size_t count = values->count;
    for (size_t i = 0; i < count; i++) {
        size_t k = i;
        for (; k > 0 && sorted[k - 1] > values->values[i]; k--)
            sorted[k] = sorted[k - 1];
        sorted[k] = values->values[i];
    }
    if (!count)
        return NAN;
    return count % 2 ? sorted[count / 2] : (sorted[count / 2 - 1] + sorted[count / 2]) / 2;
}

void bouts_open(struct bouts *bouts, uint32_t id, uint32_t contact, double start_s)
{
    if (bouts->open)
        return;
    memset(bouts, 0, sizeof *bouts);
    bouts->open = true;
    bouts->bout.id = id;
    bouts->bout.contact = contact;
    bouts->bout.start_s = bouts->bout.end_s = start_s;
}

static void pair_up(struct bouts *bouts, const double way[2])
{
    bool back =
        bouts->unpaired && bouts->unpaired_way[0] * way[0] + bouts->unpaired_way[1] * way[1] < 0;
    bouts->bout.cycles += back;
    bouts->unpaired = !back;
    bouts->unpaired_way[0] = way[0];
    bouts->unpaired_way[1] = way[1];
}

void bouts_stroke(struct bouts *bouts, struct stroke *stroke, const double way[2],
                  double partial_share)
{
    if (bouts->travels.count >= least_strokes)
        stroke->partial = stroke->travel_mm < partial_share * values_median(&bouts->travels);
    values_add(&bouts->travels, stroke->travel_mm);
    if (bouts->bout.strokes)
        values_add(&bouts->intervals, stroke->start_s - bouts->last_start_s);
    bouts->last_start_s = stroke->start_s;
    bouts->bout.strokes++;
    bouts->bout.slow_deep += stroke->slow && stroke->deep;
    bouts->bout.end_s = fmax(bouts->bout.end_s, stroke->end_s);
    pair_up(bouts, way);
}

void bouts_hold(struct bouts *bouts, const struct hold *hold)
{
    bouts->bout.holds++;
    bouts->bout.end_s = fmax(bouts->bout.end_s, hold->end_s);
}

bool bouts_close(struct bouts *bouts, struct bout *bout)
{
    if (!bouts->open)
        return false;
    bouts->open = false;
    bouts->bout.cadence_per_min = 60 / values_median(&bouts->intervals);
    *bout = bouts->bout;
    return true;
}
