#include "summits.h"

#include "bump.h"

#include <math.h>
#include <string.h>

static const double pass_spread = 0.05; /* from pass to pass, before anything is known */
static const double ball_noise = 0.03;  /* a ball's path is too short to tell */
static const double strip_noise = 0.004;
static const size_t few_places = 100;
static const double known_significance = 5, known_reach = 1.3;
/* Noise of cells falls with the width that is looked at, so what is more is structure; and a
   belly's own rise at each width. */
static const double growth[RELIEF_WIDTHS] = {1, 1.5, 2};
static const double belly[RELIEF_WIDTHS] = {0.004, 0.01, 0.025};
static const double trusted_errors = 2;  /* errors from pass to pass that make one significance */
static const double unseen_share = 0.75; /* a way that is not seen may be the least */
static const double outline_share = 1.2;
static const double full_passes = 3;
static const int strip_ways = 3;      /* fewer show only where a strip, or the way it went, ends */
static const double rounding = 0.999; /* more than rounding may take */

/* Nothing tells how much a place stands out. */
#define UNKNOWN (-1)

static double quantile(float *values, size_t count, double share)
{
    return (double)value_at_rank(values, count, (size_t)(share * (double)(count - 1)));
}

static double mean_rise(const struct relief_sums *sums, size_t i)
{
    return (double)(sums->rise[i] / sums->passes[i]);
}

/* Middle of a way's variances from pass to pass, and of its numbers of passes; then one standard
   deviation of the means over the map, from their 40th percentile: what stands out does not count.
   False: too few places to tell. */
static bool find_noise(struct relief *relief, const struct relief_sums *sums, double passes,
                       struct relief_noise *noise)
{
    float *means = relief->work[0], *spreads = relief->work[1], *numbers = relief->value;
    size_t count = 0;
    int step = relief->grid.parts > 1 ? 2 : 1;
    for (int r = 0; r < relief->grid.rows; r++)
        for (int c = r % step; c < relief->grid.cols; c += step) {
            size_t i = (size_t)(r * relief->grid.cols + c);
            float n = sums->passes[i];
            if ((double)n < passes || relief->known[i])
                continue;
            double mean = mean_rise(sums, i);
            means[count] = (float)fabs(mean);
            double spread = (double)(sums->square[i] / n) - mean * mean;
            spreads[count] = spread > 0 ? (float)spread : 0;
            numbers[count++] = n;
        }
    if (count < (step > 1 ? few_places : few_places / 2))
        return false;
    double scatter = quantile(means, count, 0.4) / 0.524;
    *noise = (struct relief_noise){fmax(scatter, strip_noise), quantile(spreads, count, 0.5),
                                   quantile(numbers, count, 0.5)};
    return true;
}

/* A way's mean rise over its noise, and no more than twice over its error from pass to pass. */
static double significance_of(const struct relief_sums *sums, size_t i,
                              const struct relief_noise *noise, double least)
{
    double n = (double)sums->passes[i], mean = mean_rise(sums, i);
    double scatter = fmax(noise->scatter, least);
    double fewer = fmax(1 / n - 1 / noise->passes, 0);
    double spread = fmax((double)sums->square[i] / n - mean * mean, 0);
    double error = sqrt((spread + noise->variance / n) / n);
    double z = mean / sqrt(scatter * scatter + noise->variance * fewer);
    return fmin(z, trusted_errors * mean / error);
}

static bool is_ball(const struct relief *relief, size_t i)
{
    return 2 * relief->balls[i] > relief->passes[i];
}

/* Whether a way was seen in most of the passes over a place. */
static bool is_seen(const struct relief *relief, int width, int way, size_t i)
{
    float passes = relief->sums[width][way].passes[i];
    return passes > 0 && 2 * passes >= relief->passes[i];
}

static int seen_ways(const struct relief *relief, int width, size_t i)
{
    int seen = 0;
    for (int w = 0; w < RELIEF_WAYS; w++)
        seen += is_seen(relief, width, w, i);
    return seen;
}

/* Whether a way's significance is surely less: it is at most the mean over the scatter. */
static bool is_less(const struct relief_sums *sums, size_t i, const struct relief_noise *noise,
                    double significance)
{
    return mean_rise(sums, i) < rounding * significance * noise->scatter;
}

/* Of the ways that were seen. Without the one along the path nothing is known, nor where a strip
   shows few others: at an end, which comes and goes. 0: less than `enough`; UNKNOWN. */
static double least_significance(const struct relief *relief, int width, size_t i, double enough)
{
    const struct relief_sums *ways = relief->sums[width];
    bool ball = is_ball(relief, i);
    double floor = ball ? ball_noise : 0, least = INFINITY;
    if (!is_seen(relief, width, 0, i) || (!ball && seen_ways(relief, width, i) < strip_ways))
        return UNKNOWN;
    for (int w = 0; w < RELIEF_WAYS; w++) {
        if (!is_seen(relief, width, w, i))
            continue;
        if (is_less(&ways[w], i, &relief->noise[width][w], enough))
            return 0;
        least = fmin(least, significance_of(&ways[w], i, &relief->noise[width][w], floor));
    }
    bool whole = ball || seen_ways(relief, width, i) == RELIEF_WAYS;
    return isfinite(least) ? least * (whole ? 1 : unseen_share) : 0;
}

static void find_noises(struct relief *relief, double passes)
{
    for (int k = 0; k < RELIEF_WIDTHS; k++)
        for (int w = 0; w < RELIEF_WAYS; w++) {
            struct relief_noise *noise = &relief->noise[k][w];
            if (!find_noise(relief, &relief->sums[k][w], passes, noise))
                continue;
            double most = growth[k] * relief->noise[0][w].scatter;
            noise->scatter = hypot(fmin(noise->scatter, most), belly[k]);
        }
}

static double distance_mm(const struct relief *relief, size_t a, size_t b)
{
    size_t cols = (size_t)relief->grid.cols;
    double dr = (double)(a / cols) - (double)(b / cols),
           dc = (double)(a % cols) - (double)(b % cols);
    return hypot(dr * relief->grid.step_y_mm, dc * relief->grid.step_x_mm);
}

/* The places around one, within a reach. */
struct span {
    int r0, r1, c0, c1;
};

static struct span span_around(const struct scan_grid *grid, size_t place, double reach_mm)
{
    int dr = (int)(reach_mm / grid->step_y_mm), dc = (int)(reach_mm / grid->step_x_mm);
    int r = (int)(place / (size_t)grid->cols), c = (int)(place % (size_t)grid->cols);
    return (struct span){r > dr ? r - dr : 0, r + dr < grid->rows ? r + dr : grid->rows - 1,
                         c > dc ? c - dc : 0, c + dc < grid->cols ? c + dc : grid->cols - 1};
}

static bool is_summit(const struct relief *relief, size_t i, double least_mm)
{
    double own_mm = relief->apart_mm[relief->width[i] < 1 ? 0 : 1];
    double apart_mm = fmax(least_mm, own_mm);
    struct span span = span_around(&relief->grid, i, apart_mm);
    for (int r = span.r0; r <= span.r1; r++)
        for (int c = span.c0; c <= span.c1; c++) {
            size_t other = (size_t)(r * relief->grid.cols + c);
            if (other == i || distance_mm(relief, i, other) > apart_mm)
                continue;
            if (relief->best[other] > relief->best[i] ||
                (relief->best[other] >= relief->best[i] && other < i))
                return false;
        }
    return true;
}

/* Only those that reach `enough` are told from each other. */
static void weigh_places(struct relief *relief, double passes, double enough)
{
    for (size_t i = 0; i < relief->places; i++) {
        relief->best[i] = UNKNOWN;
        for (int k = 0; k < RELIEF_WIDTHS && (double)relief->passes[i] >= passes; k++) {
            float z = (float)least_significance(relief, k, i, enough);
            if (z <= relief->best[i])
                continue;
            relief->best[i] = z;
            relief->width[i] = (uint8_t)k;
        }
    }
}

/* Around a spot everything seems to fall: that is no noise. */
static bool mark_known(struct relief *relief, double apart_mm)
{
    bool any = false;
    for (size_t i = 0; i < relief->places; i++) {
        if (relief->best[i] < (float)known_significance || !is_summit(relief, i, apart_mm))
            continue;
        double reach = known_reach * relief->apart_mm[relief->width[i]];
        struct span span = span_around(&relief->grid, i, reach);
        for (int r = span.r0; r <= span.r1; r++)
            for (int c = span.c0; c <= span.c1; c++) {
                size_t other = (size_t)(r * relief->grid.cols + c);
                if (distance_mm(relief, i, other) <= reach)
                    relief->known[other] = 1;
            }
        any = true;
    }
    return any;
}

void summits_weigh(struct relief *relief, double least, double passes, double apart_mm)
{
    memset(relief->known, 0, relief->places);
    for (int k = 0; k < RELIEF_WIDTHS; k++)
        for (int w = 0; w < RELIEF_WAYS; w++)
            relief->noise[k][w] = (struct relief_noise){hypot(ball_noise, belly[k]),
                                                        pass_spread * pass_spread, INFINITY};
    find_noises(relief, passes);
    weigh_places(relief, passes, fmin(least, known_significance));
    if (!mark_known(relief, apart_mm))
        return;
    find_noises(relief, passes);
    weigh_places(relief, passes, least);
}

double summits_around(const struct relief *relief, const double at_mm[2], double reach_mm)
{
    const struct scan_grid *grid = &relief->grid;
    int c = (int)fmin(fmax(at_mm[0] / grid->step_x_mm, 0), grid->cols - 1);
    int r = (int)fmin(fmax(at_mm[1] / grid->step_y_mm, 0), grid->rows - 1);
    double reach = fmax(reach_mm, fmax(grid->step_x_mm, grid->step_y_mm));
    size_t place = (size_t)(r * grid->cols + c);
    double most = (double)relief->best[place];
    if (most < 0)
        return UNKNOWN;
    struct span span = span_around(grid, place, reach);
    for (r = span.r0; r <= span.r1; r++)
        for (c = span.c0; c <= span.c1; c++) {
            size_t i = (size_t)(r * grid->cols + c);
            if (distance_mm(relief, i, place) <= reach)
                most = fmax(most, (double)relief->best[i]);
        }
    return most;
}

/* Centre and radius of the rise around a summit: the places that rise along the way by more than
   half of what it does. */
static void outline(const struct relief *relief, struct summit *peak)
{
    const struct scan_grid *grid = &relief->grid;
    int width = relief->width[peak->place];
    const struct relief_sums *along = &relief->sums[width][0];
    double reach = outline_share * relief->apart_mm[width],
           half = mean_rise(along, peak->place) / 2;
    struct span span = span_around(grid, peak->place, reach);
    double sum = 0, x = 0, y = 0, area = 0;
    for (int r = span.r0; r <= span.r1; r++)
        for (int c = span.c0; c <= span.c1; c++) {
            size_t i = (size_t)(r * grid->cols + c);
            double up = along->passes[i] > 0 ? mean_rise(along, i) : 0;
            if (up < half || distance_mm(relief, i, peak->place) > reach)
                continue;
            double w = (up - half) * fmin((double)relief->passes[i], full_passes);
            sum += w;
            x += w * (c + 0.5) * grid->step_x_mm;
            y += w * (r + 0.5) * grid->step_y_mm;
            area += grid->step_x_mm * grid->step_y_mm;
        }
    size_t cols = (size_t)grid->cols;
    peak->at_mm[0] = sum > 0 ? x / sum : ((double)(peak->place % cols) + 0.5) * grid->step_x_mm;
    peak->at_mm[1] = sum > 0 ? y / sum : ((double)(peak->place / cols) + 0.5) * grid->step_y_mm;
    peak->radius_mm = fmin(fmax(sqrt(area / 3.14159265), 5), 20);
}

static void insert(struct summit *peaks, size_t *count, const struct summit *peak)
{
    size_t at = *count < SUMMITS_MAX ? (*count)++ : SUMMITS_MAX - 1;
    if (*count == SUMMITS_MAX && peaks[at].significance > peak->significance)
        return;
    for (; at > 0 && peaks[at - 1].significance < peak->significance; at--)
        peaks[at] = peaks[at - 1];
    peaks[at] = *peak;
}

size_t summits_find(struct relief *relief, double least, double passes, double apart_mm,
                    struct summit *peaks)
{
    size_t count = 0;
    summits_weigh(relief, least, passes, apart_mm);
    for (size_t i = 0; i < relief->places; i++) {
        if ((double)relief->best[i] < least || !is_summit(relief, i, apart_mm))
            continue;
        struct summit peak = {.place = i,
                              .significance = (double)relief->best[i],
                              .passes = (double)relief->passes[i]};
        int width = relief->width[i];
        peak.ball = is_ball(relief, i);
        peak.contrast = bump_rise(relief, i, peak.ball);
        peak.ways = seen_ways(relief, width, i);
        outline(relief, &peak);
        insert(peaks, &count, &peak);
    }
    return count;
}
