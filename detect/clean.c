#include "clean.h"

#include <math.h>

static const double least_s = 0.2, doubted_least_s = 0.3; /* nobody strokes quicker */
/* Travel over the noise of a position, at least; way over travel, at most. */
static const double noise_least = 5, doubted_noise_least = 20;
static const double way_most = 1.5, doubted_way_most = 1.4;
static const double slack_mm = 6; /* a slip back and the way made good again, of the shortest */
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

bool clean_pass(const struct pass *pass, const struct history *history, bool doubted)
{
    double length = length_mm(pass, history);
    double noise_mm = pass->noise_mm * (doubted ? doubted_noise_least : noise_least);
    double most_mm = doubted ? doubted_way_most * length : way_most * length + slack_mm;
    return pass->end_s - pass->start_s > (doubted ? doubted_least_s : least_s) &&
           length > noise_mm && way_mm(pass, history) < most_mm;
}
