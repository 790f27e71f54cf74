#include "traces.h"

#include <math.h>
#include <string.h>

void traces_add(struct traces *traces, const struct trace *trace)
{
    if (traces->count == TRACES_MAX) {
        traces->count--;
        memmove(traces->traces, traces->traces + 1, traces->count * sizeof *trace);
    }
    traces->traces[traces->count++] = *trace;
}

static double along(const double vector[2], const double unit[2])
{
    return vector[0] * unit[0] + vector[1] * unit[1];
}

static bool strip_passes(const struct trace *trace, const double place_mm[2], double reach_mm)
{
    double across[2] = {-trace->along[1], trace->along[0]};
    double side = along(place_mm, trace->along), at = along(place_mm, across);
    double a = along(trace->start_mm[0], across), b = along(trace->end_mm[0], across);
    return side > trace->low_mm - reach_mm && side < trace->high_mm + reach_mm &&
           at > fmin(a, b) - reach_mm && at < fmax(a, b) + reach_mm;
}

static bool ball_passes(const struct trace *trace, int ball, const double place_mm[2],
                        double reach_mm)
{
    const double *start = trace->start_mm[ball], *end = trace->end_mm[ball];
    double way[2] = {end[0] - start[0], end[1] - start[1]};
    double off[2] = {place_mm[0] - start[0], place_mm[1] - start[1]};
    double share = fmin(fmax(along(off, way) / fmax(along(way, way), 1e-9), 0), 1);
    return hypot(off[0] - share * way[0], off[1] - share * way[1]) < reach_mm;
}

static bool passes(const struct trace *trace, const double place_mm[2], double reach_mm)
{
    if (trace->strip)
        return strip_passes(trace, place_mm, reach_mm);
    return ball_passes(trace, 0, place_mm, reach_mm) || ball_passes(trace, 1, place_mm, reach_mm);
}

struct traces_sum traces_over(const struct traces *traces, const double place_mm[2],
                              double reach_mm)
{
    struct traces_sum sum = {0};
    for (size_t i = 0; i < traces->count; i++) {
        if (!passes(&traces->traces[i], place_mm, reach_mm))
            continue;
        sum.strokes++;
        sum.slow_deep += traces->traces[i].slow_deep;
    }
    return sum;
}
