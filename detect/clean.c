#include "clean.h"

#include <math.h>

static const double least_s = 0.2, doubted_least_s = 0.3; /* nobody strokes quicker */
/* Travel over the noise of a position, at least; way over travel, at most. */
static const double noise_least = 5, doubted_noise_least = 20;
static const double way_most = 1.5, doubted_way_most = 1.4;
static const double slack_mm = 6; /* a slip back and the way made good again, of the shortest */
static const double grown_most_mm = 42; /* of the load's extent along the way */
static const double spacing_s = 0.1;

static double apart(const struct sample *a, const struct sample *b)
{
    return hypot(a->calm_mm[0] - b->calm_mm[0], a->calm_mm[1] - b->calm_mm[1]);
}

static double way_mm(const struct pass *pass, const struct history *history)
{
    struct sample was = history_interpolate(history, pass->start_s);
    double way = 0;
    for (double time_s = pass->start_s + spacing_s; time_s < pass->end_s; time_s += spacing_s) {
        struct sample is = history_interpolate(history, time_s);
        way += apart(&was, &is);
        was = is;
    }
    return way;
}

/* From one end to the other: a quick pass goes farther than its smoothed travel. */
static double length_mm(const struct pass *pass, const struct history *history)
{
    struct sample start = history_interpolate(history, pass->start_s);
    struct sample end = history_interpolate(history, pass->end_s);
    return fmax(pass->travel_mm, apart(&start, &end));
}

/* How long the load is along a direction: four standard deviations. */
static double extent_mm(const struct sample *sample, const double direction[2])
{
    const double *spread = sample->spread_mm2;
    double x = direction[0], y = direction[1], length2 = fmax(x * x + y * y, 1e-9);
    double variance = x * x * spread[0] + y * y * spread[1] + 2 * x * y * spread[2];
    return 4 * sqrt(fmax(0, variance / length2));
}

/* What rolls is as long along its way at the end as at the start; a foot comes down heel first. */
static bool keeps_extent(const struct pass *pass, const struct history *history)
{
    struct sample start = history_interpolate(history, pass->start_s);
    struct sample end = history_interpolate(history, pass->end_s);
    double grown_mm = extent_mm(&end, pass->direction_mm) - extent_mm(&start, pass->direction_mm);
    return fabs(grown_mm) < grown_most_mm;
}

bool clean_pass(const struct pass *pass, const struct history *history, bool doubted)
{
    double length = length_mm(pass, history);
    double noise_mm = pass->noise_mm * (doubted ? doubted_noise_least : noise_least);
    double most_mm = doubted ? doubted_way_most * length : way_most * length + slack_mm;
    return pass->end_s - pass->start_s > (doubted ? doubted_least_s : least_s) &&
           length > noise_mm && way_mm(pass, history) < most_mm && keeps_extent(pass, history);
}
