#include "measure.h"

#include <math.h>
#include <string.h>

void standing_take(struct standing *standing, const struct spot *spot)
{
    size_t place = 0;
    while (place < standing->count && standing->spots[place].id < spot->id)
        place++;
    struct spot *at = &standing->spots[place];
    bool there = place < standing->count && at->id == spot->id, stands = spot->confidence > 0;
    size_t after = standing->count - place;
    if (there && stands) {
        *at = *spot;
    } else if (there) {
        memmove(at, at + 1, (after - 1) * sizeof *at);
        standing->count--;
    } else if (stands && standing->count < METRICS_SPOTS) {
        memmove(at + 1, at, after * sizeof *at);
        *at = *spot;
        standing->count++;
    }
}

const struct tool *measure_tool(const struct tool *slots, const struct tools *tools)
{
    const struct tool *best = NULL;
    double most_n = 0;
    for (int i = 0; i < CONTACTS_MAX; i++) {
        const struct tool *tool = &slots[i];
        if (!tool->id || !tool->loaded || tool_is_body(tool))
            continue;
        double reference_n = tool_reference_n(tool, tools);
        bool works = tool->id == tools->working;
        if (!best || works || reference_n > most_n) {
            best = tool;
            most_n = works ? INFINITY : reference_n;
        }
    }
    return best;
}

static void fill_hold(struct metrics *metrics, const struct tool *tool, const struct tools *tools)
{
    double start_s = tool->holds.start_s, duration_s = tool->last_s - start_s;
    bool moves = strokes_underway_s(&tool->strokes) < INFINITY;
    metrics->hold.active = tool->holds.open && !moves && duration_s >= tools->parameters.hold_s;
    if (!metrics->hold.active)
        return;
    metrics->hold.start_s = start_s;
    metrics->hold.duration_s = duration_s;
}

void measure_fill_tool(struct metrics *metrics, const struct tool *tool, const struct tools *tools)
{
    metrics->speed_mm_s = metrics->hold.start_s = metrics->hold.duration_s =
        metrics->hold.breathing_hz = NAN;
    metrics->depth.force_n = metrics->depth.share = metrics->depth.peak_kpa =
        metrics->depth.reference_n = NAN;
    if (!tool)
        return;
    double reference_n = tool_reference_n(tool, tools);
    metrics->tool = tool->id;
    metrics->speed_mm_s = tool_speed_mm_s(tool);
    metrics->depth.force_n = tool->sample.force_n;
    metrics->depth.peak_kpa = tool->sample.peak_kpa;
    metrics->depth.reference_n = reference_n;
    metrics->depth.share = reference_n > 0 ? tool->sample.force_n / reference_n : NAN;
    fill_hold(metrics, tool, tools);
}

void measure_fill_strokes(struct metrics *metrics, const struct tool *slots,
                          const struct tools *tools)
{
    const struct summary *sum = &tools->totals->summary;
    metrics->strokes.one_way = sum->one_way;
    metrics->strokes.cycles = sum->cycles;
    metrics->strokes.slow_deep = sum->slow_deep;
    metrics->strokes.slow = sum->slow;
    metrics->strokes.deep = sum->deep;
    metrics->strokes.partial = sum->partial;
    for (int i = 0; i < CONTACTS_MAX; i++)
        if (slots[i].id && slots[i].bouts.open)
            metrics->strokes.cycles += slots[i].bouts.bout.cycles;
}
