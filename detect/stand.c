#include "stand.h"

#include <math.h>
#include <string.h>

static const double kept_s = 1.5; /* a stand shorter than this is forgotten at once */
static const double hold_share = 0.6;
static const double end_share = 0.42; /* of the strip's usual load: less is its end */
static const double end_mm = 6;       /* that a strip's end reaches in */
static const double gain_noise = 0.05;
static const double least_mm = 3, most_mm = 14;

#define WIDTHS 2

static const struct width {
    double smooth_mm, apart_mm, apart_pitches;
} widths[WIDTHS] = {{4, 18, 1.0}, {6, 26, 1.2}};

void stands_clear(struct stands *stands)
{
    stands->now.impulse_ns = stands->before.impulse_ns = 0;
}

static void begin(struct stand *stand, double start_s, double at_mm)
{
    memset(stand, 0, sizeof *stand);
    stand->start_s = start_s;
    stand->at_mm = at_mm;
    stand->least = PROFILE_SIDES;
    stand->most = -1;
}

static void add(struct stand *stand, const struct profile *profile, double impulse_ns)
{
    double origin[2];
    profile_place(profile, PROFILE_SIDES / 2.0, origin);
    stand->impulse_ns += impulse_ns;
    for (int i = 0; i < 2; i++) {
        stand->origin[i] += impulse_ns * origin[i];
        stand->along[i] += impulse_ns * profile->along[i];
    }
    for (int bin = profile->least; bin <= profile->most; bin++) {
        stand->line_ns[bin] += impulse_ns * profile->line[bin];
        stand->spoilt[bin] |= profile->spoilt[bin];
    }
    stand->least = profile->least < stand->least ? profile->least : stand->least;
    stand->most = profile->most > stand->most ? profile->most : stand->most;
}

void stands_take(struct stands *stands, const struct profile *profile, double force_n,
                 const double time_s[2], double extent_mm)
{
    struct stand *now = &stands->now;
    double at_mm =
        profile->pivot_mm[0] * profile->across[0] + profile->pivot_mm[1] * profile->across[1];
    if (now->impulse_ns <= 0 || fabs(at_mm - now->at_mm) > extent_mm / 2) {
        if (now->impulse_ns > 0 && now->last_s - now->start_s > kept_s)
            stands->before = *now;
        begin(now, time_s[0], at_mm);
    }
    now->last_s = time_s[1];
    add(now, profile, force_n * (time_s[1] - time_s[0]));
}

static double shared_s(const struct stand *stand, double start_s, double end_s)
{
    if (stand->impulse_ns <= 0)
        return 0;
    double both = fmin(stand->last_s, end_s) - fmax(stand->start_s, start_s);
    double either = fmax(stand->last_s, end_s) - fmin(stand->start_s, start_s);
    return both > 0 && both >= hold_share * either ? both : 0;
}

const struct stand *stands_of_hold(const struct stands *stands, double start_s, double end_s)
{
    double now = shared_s(&stands->now, start_s, end_s);
    double before = shared_s(&stands->before, start_s, end_s);
    if (now <= 0 && before <= 0)
        return NULL;
    return now >= before ? &stands->now : &stands->before;
}

/* The load along a strip; NaN where that is not known. */
struct strip {
    double bin_mm;
    int least, most;
    double value[PROFILE_SIDES], smooth[PROFILE_SIDES];
};

/* Mean load of the loaded bins, each weighted by itself. */
static double usual_load(const double *load, int least, int most)
{
    double sum = 0, square = 1e-12;
    for (int bin = least; bin <= most; bin++) {
        sum += load[bin];
        square += load[bin] * load[bin];
    }
    return sum > 0 ? square / sum : 0;
}

static void fill(struct strip *strip, const struct stand *stand)
{
    strip->least = stand->least;
    strip->most = stand->most;
    double end_ns = end_share * usual_load(stand->line_ns, stand->least, stand->most);
    for (int bin = stand->least; bin <= stand->most; bin++) {
        bool known = stand->line_ns[bin] >= end_ns && !stand->spoilt[bin];
        strip->value[bin] = known ? stand->line_ns[bin] / stand->impulse_ns : NAN;
    }
}

static void smooth(struct strip *strip, double smooth_mm)
{
    int half = (int)ceil(2 * smooth_mm / strip->bin_mm);
    for (int bin = strip->least; bin <= strip->most; bin++) {
        double sum = 0, weight = 0;
        for (int i = -half; i <= half; i++) {
            if (bin + i < strip->least || bin + i > strip->most || isnan(strip->value[bin + i]))
                continue;
            double off = i * strip->bin_mm / smooth_mm, share = exp(-0.5 * off * off);
            sum += share * strip->value[bin + i];
            weight += share;
        }
        strip->smooth[bin] = isnan(strip->value[bin]) ? NAN : sum / weight;
    }
}

/* Whether the strip is known from one bin to another and on past them. */
static bool is_known(const struct strip *strip, int from, int to)
{
    int more = (int)ceil(end_mm / strip->bin_mm);
    if (from - more < strip->least || to + more > strip->most)
        return false;
    for (int bin = from - more; bin <= to + more; bin++)
        if (isnan(strip->value[bin]))
            return false;
    return true;
}

static int apart_bins(const struct strip *strip, int width)
{
    double apart = fmax(widths[width].apart_mm, widths[width].apart_pitches * strip->bin_mm);
    return (int)fmax(round(apart / strip->bin_mm), 1);
}

/* Relative rise of a bin over the higher of its neighbours; NaN where they are not known. */
static double rise(const struct strip *strip, int bin, int apart)
{
    if (!is_known(strip, bin - apart, bin + apart))
        return NAN;
    double beside = fmax(strip->smooth[bin - apart], strip->smooth[bin + apart]);
    return beside > 0 ? strip->smooth[bin] / beside - 1 : NAN;
}

/* Twice the mean of the lower half of what bins differ by from their neighbours: a knot is smooth.
 */
static double noise_of(const double *rises, int count)
{
    double sum = 0;
    int lower = 0;
    for (int i = 0; i < count; i++) {
        int below = 0;
        for (int k = 0; k < count; k++)
            below += fabs(rises[k]) < fabs(rises[i]);
        if (2 * below >= count)
            continue;
        sum += fabs(rises[i]);
        lower++;
    }
    return lower ? 2 * sum / lower : 0;
}

struct shown {
    double up[WIDTHS][PROFILE_SIDES]; /* NaN where nothing is known */
    double noise;
};

static void show(struct strip *strip, struct shown *shown)
{
    double off[PROFILE_SIDES];
    int count = 0;
    for (int bin = strip->least + 1; bin < strip->most; bin++) {
        const double *value = &strip->value[bin];
        double between = (value[-1] + value[1]) / 2;
        if (between / *value > 0)
            off[count++] = between / *value - 1;
    }
    shown->noise = hypot(gain_noise, noise_of(off, count));
    for (int k = 0; k < WIDTHS; k++) {
        smooth(strip, widths[k].smooth_mm);
        for (int bin = strip->least; bin <= strip->most; bin++)
            shown->up[k][bin] = rise(strip, bin, apart_bins(strip, k));
    }
}

/* What a bump of height 1 and a size leaves of itself at a width. */
static double left_of(const struct strip *strip, double size_mm, int width)
{
    double blur =
        widths[width].smooth_mm * widths[width].smooth_mm + strip->bin_mm * strip->bin_mm / 6;
    double square = size_mm * size_mm, apart = apart_bins(strip, width) * strip->bin_mm;
    return sqrt(square / (square + blur)) * (1 - exp(-apart * apart / (2 * (square + blur))));
}

/* The bump that fits the rises at a bin best: its height and size. */
static void fit(const struct strip *strip, const struct shown *shown, int bin,
                struct stand_rise *found)
{
    double least = INFINITY;
    for (double size = least_mm; size <= most_mm; size++) {
        double both = 0, square = 1e-12, total = 0;
        for (int k = 0; k < WIDTHS; k++) {
            double part = left_of(strip, size, k), up = shown->up[k][bin];
            if (isnan(up))
                continue;
            both += part * up;
            square += part * part;
            total += up * up;
        }
        double error = total - both * both / square;
        if (error >= least)
            continue;
        least = error;
        found->contrast = both / square;
        found->radius_mm = fmax(1.3 * size, 5);
    }
}

static double significance(const struct shown *shown, int bin)
{
    double best = 0;
    for (int k = 0; k < WIDTHS; k++)
        if (shown->up[k][bin] > best * shown->noise)
            best = shown->up[k][bin] / shown->noise;
    return best;
}

static bool is_highest(const struct strip *strip, const double *z, int bin)
{
    int reach = (int)fmax(round(widths[0].apart_mm / strip->bin_mm), 1);
    for (int i = bin - reach; i <= bin + reach; i++)
        if (i != bin && i >= strip->least && i <= strip->most &&
            (z[i] > z[bin] || (z[i] >= z[bin] && i < bin)))
            return false;
    return z[bin] > 0;
}

/* Where between the bins the top of a rise is. */
static double top_of(const double *z, int bin, int least, int most)
{
    if (bin <= least || bin >= most)
        return bin;
    double bend = 2 * z[bin] - z[bin - 1] - z[bin + 1];
    return bend > 0 ? bin + 0.5 * (z[bin + 1] - z[bin - 1]) / bend : bin;
}

static void place(const struct stand *stand, double bin, double bin_mm, struct stand_rise *found)
{
    double along_mm = (bin - PROFILE_SIDES / 2.0) * bin_mm;
    for (int i = 0; i < 2; i++)
        found->at_mm[i] = (stand->origin[i] + along_mm * stand->along[i]) / stand->impulse_ns;
    found->impulse_ns = 0;
    for (int k = stand->least; k <= stand->most; k++)
        if (fabs(k - bin) * bin_mm <= found->radius_mm)
            found->impulse_ns += stand->line_ns[k];
}

static int insert(struct stand_rise rises[STAND_RISES], int count, const struct stand_rise *found)
{
    int at = count < STAND_RISES ? count : STAND_RISES - 1;
    if (count == STAND_RISES && rises[at].significance >= found->significance)
        return count;
    for (; at > 0 && rises[at - 1].significance < found->significance; at--)
        rises[at] = rises[at - 1];
    rises[at] = *found;
    return count < STAND_RISES ? count + 1 : count;
}

int stand_find(const struct stand *stand, double bin_mm, struct stand_rise rises[STAND_RISES])
{
    struct strip strip = {.bin_mm = bin_mm};
    struct shown shown;
    double z[PROFILE_SIDES];
    int count = 0;
    fill(&strip, stand);
    show(&strip, &shown);
    for (int bin = strip.least; bin <= strip.most; bin++)
        z[bin] = significance(&shown, bin);
    for (int bin = strip.least; bin <= strip.most; bin++) {
        if (!is_highest(&strip, z, bin))
            continue;
        struct stand_rise found = {.significance = z[bin]};
        fit(&strip, &shown, bin, &found);
        place(stand, top_of(z, bin, strip.least, strip.most), strip.bin_mm, &found);
        count = insert(rises, count, &found);
    }
    return count;
}
