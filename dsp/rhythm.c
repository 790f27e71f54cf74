#include "rhythm.h"

#include "sine.h"
#include "spectrum.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The slow memory: means over 1 / SLOW_HZ, placed on the multiples of it. */
#define SLOW_HZ     8.0
#define SLOW_COUNT  2048
#define SLOW_LENGTH 2048
#define GAP_S       2.0
/* The fast memory: every frame. */
#define FAST_COUNT  4096
#define FAST_LENGTH 4096
#define FAST_S      2.0

#define CADENCE_S         32
#define CADENCE_LEAST_S   8
#define CADENCE_SHARE     0.3
#define CADENCE_EXTENT_MM 5.0
/* Breathing: how long a stretch, how many cycles in it, and how much of the motion or of the force
   one sine has to explain. Force wanders by itself, so it must be clearer. */
#define BREATHING_LEAST_S        8.0
#define BREATHING_MOST_S         64.0
#define BREATHING_CYCLES         1.7
#define BREATHING_POSITION_SHARE 0.5
#define BREATHING_FORCE_SHARE    0.75
#define BREATHING_LOW_HZ         0.08
#define BREATHING_HIGH_HZ        0.62
#define SMOOTH_COUNT             4
/* Rounded to this part of a Hz, so that libraries whose sines differ in the last bit agree. */
#define ROUND_HZ         1e4
#define VIBRATION_LOW_HZ 4.0
#define TREMOR_HIGH_HZ   12.0
#define VIBRATION_RATIO  20.0
#define VIBRATION_POINTS 32
/* A line keeps this share of the power within the window's main lobe, a tremor does not. */
#define VIBRATION_LINE_SHARE 0.6
#define TREMOR_SHARE         0.25
/* How far a line may be off its frequency, or a tool's beyond its range. */
#define VIBRATION_MARGIN_HZ 1.0

enum signal { SIGNAL_X, SIGNAL_Y, SIGNAL_FORCE, SIGNAL_COUNT };

struct rhythm {
    float slow[SIGNAL_COUNT][SLOW_COUNT]; /* slot = bin number modulo SLOW_COUNT */
    double sums[SIGNAL_COUNT];            /* of the bin that is being filled */
    double sum_count;
    int64_t bin, first_bin; /* being filled; oldest one filled */
    double fast_time[FAST_COUNT];
    float fast_force[FAST_COUNT];
    uint64_t fast_total;
    double last_s;
    bool started;
    float work[3][FAST_COUNT];
    struct spectrum *slow_spectrum, *fast_spectrum;
};

struct rhythm *rhythm_create(void)
{
    struct rhythm *rhythm = calloc(1, sizeof *rhythm);
    if (!rhythm)
        return NULL;
    rhythm->slow_spectrum = spectrum_create(SLOW_LENGTH);
    rhythm->fast_spectrum = spectrum_create(FAST_LENGTH);
    if (rhythm->slow_spectrum && rhythm->fast_spectrum)
        return rhythm;
    rhythm_destroy(rhythm);
    return NULL;
}

static void begin(struct rhythm *rhythm, double time_s)
{
    rhythm->started = true;
    rhythm->bin = rhythm->first_bin = (int64_t)floor(time_s * SLOW_HZ);
    rhythm->fast_total = 0;
    rhythm->sum_count = 0;
    memset(rhythm->sums, 0, sizeof rhythm->sums);
}

/* Closes the bin that was being filled; bins that got nothing are filled in by a straight line. */
static void close_bins(struct rhythm *rhythm, int64_t bin, const double values[SIGNAL_COUNT])
{
    int64_t steps = bin - rhythm->bin;
    for (int s = 0; s < SIGNAL_COUNT; s++) {
        double mean = rhythm->sums[s] / rhythm->sum_count;
        for (int64_t k = 0; k < steps; k++) {
            double at = mean + (values[s] - mean) * (double)k / (double)steps;
            rhythm->slow[s][(rhythm->bin + k) % SLOW_COUNT] = (float)at;
        }
        rhythm->sums[s] = 0;
    }
    rhythm->sum_count = 0;
    rhythm->bin = bin;
    if (rhythm->bin - rhythm->first_bin > SLOW_COUNT)
        rhythm->first_bin = rhythm->bin - SLOW_COUNT;
}

void rhythm_push(struct rhythm *rhythm, const struct motion *motion)
{
    if (rhythm->started && motion->time_s <= rhythm->last_s)
        return;
    if (!rhythm->started || motion->time_s - rhythm->last_s > GAP_S)
        begin(rhythm, motion->time_s);
    rhythm->last_s = motion->time_s;
    const double values[SIGNAL_COUNT] = {motion->x_mm, motion->y_mm, motion->force_n};
    int64_t bin = (int64_t)floor(motion->time_s * SLOW_HZ);
    if (bin > rhythm->bin)
        close_bins(rhythm, bin, values);
    for (int s = 0; s < SIGNAL_COUNT; s++)
        rhythm->sums[s] += values[s];
    rhythm->sum_count++;
    uint64_t slot = rhythm->fast_total++ % FAST_COUNT;
    rhythm->fast_time[slot] = motion->time_s;
    rhythm->fast_force[slot] = (float)motion->force_n;
}

/* Copies the whole bins of [first, end) that are still known into work. @return how many */
static size_t recall(struct rhythm *rhythm, int64_t first, int64_t end)
{
    size_t count = 0;
    first = first > rhythm->first_bin ? first : rhythm->first_bin;
    end = end < rhythm->bin ? end : rhythm->bin;
    for (int64_t bin = first; bin < end; bin++, count++)
        for (int s = 0; s < SIGNAL_COUNT; s++)
            rhythm->work[s][count] = rhythm->slow[s][bin % SLOW_COUNT];
    return count;
}

/* Takes off the least-squares parabola (order 2) or the mean (order 0). */
static void detrend(float *values, size_t count, int order)
{
    double half = 0.5 * (double)(count - 1), square = (half * half + half) / 3;
    for (int k = 0; k <= order; k++) {
        double dot = 0, norm = 0;
        for (size_t i = 0; i < count; i++) {
            double t = (double)i - half;
            double basis = k == 0 ? 1 : k == 1 ? t : t * t - square;
            dot += basis * values[i];
            norm += basis * basis;
        }
        double gain = norm > 0 ? dot / norm : 0;
        for (size_t i = 0; i < count; i++) {
            double t = (double)i - half;
            values[i] -= (float)(gain * (k == 0 ? 1 : k == 1 ? t : t * t - square));
        }
    }
}

/* Turns x and y onto the main axis of their scatter. @return its standard deviation, mm */
static double turn(float *x, float *y, size_t count)
{
    double xx = 0, yy = 0, xy = 0;
    for (size_t i = 0; i < count; i++) {
        xx += (double)x[i] * x[i];
        yy += (double)y[i] * y[i];
        xy += (double)x[i] * y[i];
    }
    double angle = 0.5 * atan2(2 * xy, xx - yy), c = cos(angle), s = sin(angle), sum = 0;
    for (size_t i = 0; i < count; i++) {
        double along = c * x[i] + s * y[i];
        y[i] = (float)(c * y[i] - s * x[i]);
        x[i] = (float)along;
        sum += along * along;
    }
    return count ? sqrt(sum / (double)count) : 0;
}

static double cadence_of(struct rhythm *rhythm, size_t first, size_t count, double *share)
{
    static const struct band band = {0.05, 1.5, 0.03, 3.0};
    struct series series = {rhythm->work[SIGNAL_X] + first, count, SLOW_HZ};
    struct line line;
    spectrum_density(rhythm->slow_spectrum, &series);
    *share = 0;
    if (!spectrum_line(rhythm->slow_spectrum, &band, &line))
        return NAN;
    *share = line.share;
    return line.share >= CADENCE_SHARE ? 120 * line.frequency_hz : NAN;
}

struct cadence rhythm_cadence(struct rhythm *rhythm)
{
    struct cadence cadence = {NAN, 0, NAN};
    size_t count = recall(rhythm, rhythm->bin - CADENCE_S * (int64_t)SLOW_HZ, rhythm->bin);
    detrend(rhythm->work[SIGNAL_X], count, 0);
    detrend(rhythm->work[SIGNAL_Y], count, 0);
    if (count < CADENCE_LEAST_S * (size_t)SLOW_HZ ||
        turn(rhythm->work[SIGNAL_X], rhythm->work[SIGNAL_Y], count) < CADENCE_EXTENT_MM)
        return cadence;
    cadence.one_way_per_min = cadence_of(rhythm, 0, count, &cadence.confidence);
    if (count < CADENCE_S * (size_t)SLOW_HZ || isnan(cadence.one_way_per_min))
        return cadence;
    double share, early = cadence_of(rhythm, 0, count / 2, &share);
    double late = cadence_of(rhythm, count / 2, count / 2, &share);
    cadence.drift_per_min = (late - early) * 120 * SLOW_HZ / (double)count;
    return cadence;
}

/* Takes tremor and talk out: means of SMOOTH_COUNT neighbours. @return values left */
static size_t smooth(float *values, size_t count)
{
    if (count < SMOOTH_COUNT)
        return 0;
    for (size_t i = 0; i + SMOOTH_COUNT <= count; i++) {
        float sum = 0;
        for (size_t k = 0; k < SMOOTH_COUNT; k++)
            sum += values[i + k];
        values[i] = sum / SMOOTH_COUNT;
    }
    return count - SMOOTH_COUNT + 1;
}

double rhythm_breathing(struct rhythm *rhythm, double start_s, double end_s)
{
    int64_t first = (int64_t)ceil(start_s * SLOW_HZ), end = (int64_t)floor(end_s * SLOW_HZ);
    int64_t longest = (int64_t)(BREATHING_MOST_S * SLOW_HZ);
    first = end - first > longest ? end - longest : first;
    size_t count = recall(rhythm, first, end), left = 0;
    if ((double)count < BREATHING_LEAST_S * SLOW_HZ)
        return NAN;
    for (int s = 0; s < SIGNAL_COUNT; s++) {
        left = smooth(rhythm->work[s], count);
        detrend(rhythm->work[s], left, 2);
    }
    struct sine_search search = {.signals = {rhythm->work[SIGNAL_X], rhythm->work[SIGNAL_Y]},
                                 .signal_count = 2,
                                 .count = left,
                                 .rate_hz = SLOW_HZ,
                                 .low_hz = BREATHING_LOW_HZ,
                                 .high_hz = BREATHING_HIGH_HZ};
    double least_hz = fmax(0.1, BREATHING_CYCLES * SLOW_HZ / (double)count);
    struct sine sine;
    bool found = sine_find(&search, &sine) && sine.share >= BREATHING_POSITION_SHARE;
    if (!found) {
        search.signals[0] = rhythm->work[SIGNAL_FORCE];
        search.signal_count = 1;
        found = sine_find(&search, &sine) && sine.share >= BREATHING_FORCE_SHARE;
    }
    bool sound = found && sine.frequency_hz >= least_hz && sine.frequency_hz <= 0.5;
    return sound ? round(sine.frequency_hz * ROUND_HZ) / ROUND_HZ : NAN;
}

/* The last FAST_S of force on an even grid of the frames' own mean rate. @return points */
static size_t recall_fast(struct rhythm *rhythm, double *rate_hz)
{
    uint64_t total = rhythm->fast_total, known = total < FAST_COUNT ? total : FAST_COUNT;
    uint64_t first = total - known;
    while (first < total && rhythm->fast_time[first % FAST_COUNT] < rhythm->last_s - FAST_S)
        first++;
    size_t count = (size_t)(total - first);
    if (count < VIBRATION_POINTS)
        return 0;
    double start_s = rhythm->fast_time[first % FAST_COUNT];
    double step_s = (rhythm->last_s - start_s) / (double)(count - 1);
    *rate_hz = 1 / step_s;
    uint64_t at = first;
    for (size_t i = 0; i < count; i++) {
        double time_s = start_s + (double)i * step_s;
        while (at + 2 < total && rhythm->fast_time[(at + 1) % FAST_COUNT] < time_s)
            at++;
        double t0 = rhythm->fast_time[at % FAST_COUNT],
               t1 = rhythm->fast_time[(at + 1) % FAST_COUNT];
        double f0 = rhythm->fast_force[at % FAST_COUNT],
               f1 = rhythm->fast_force[(at + 1) % FAST_COUNT];
        rhythm->work[0][i] = (float)(f0 + (f1 - f0) * (time_s - t0) / (t1 - t0));
    }
    return count;
}

bool vibration_folds(double frequency_hz, double rate_hz)
{
    double least = VIBRATION_LEAST_HZ - VIBRATION_MARGIN_HZ;
    double most = VIBRATION_MOST_HZ + VIBRATION_MARGIN_HZ;
    for (double whole = rate_hz; whole - frequency_hz <= most; whole += rate_hz)
        if (whole - frequency_hz >= least ||
            (whole + frequency_hz >= least && whole + frequency_hz <= most))
            return true;
    return false;
}

struct vibration rhythm_vibration(struct rhythm *rhythm)
{
    struct vibration vibration = {VIBRATION_NONE, NAN, 0, NAN};
    size_t count = recall_fast(rhythm, &vibration.rate_hz);
    if (!count)
        return vibration;
    detrend(rhythm->work[0], count, 2);
    struct series series = {rhythm->work[0], count, vibration.rate_hz};
    double top_hz = 0.5 * vibration.rate_hz;
    struct band band = {VIBRATION_LOW_HZ, top_hz, VIBRATION_LOW_HZ - 1, top_hz};
    struct line line;
    spectrum_density(rhythm->fast_spectrum, &series);
    if (top_hz < VIBRATION_LOW_HZ + 1 || !spectrum_line(rhythm->fast_spectrum, &band, &line) ||
        line.ratio < VIBRATION_RATIO)
        return vibration;
    bool narrow = line.share >= VIBRATION_LINE_SHARE;
    bool low = line.frequency_hz <= TREMOR_HIGH_HZ;
    if (!narrow && !(low && line.share >= TREMOR_SHARE))
        return vibration;
    vibration.amplitude_n = line.amplitude;
    bool folds = narrow && vibration_folds(line.frequency_hz, vibration.rate_hz);
    vibration.kind = folds            ? VIBRATION_ALIAS_LIMITED
                     : !narrow || low ? VIBRATION_TREMOR
                                      : VIBRATION_TOOL;
    if (vibration.kind != VIBRATION_ALIAS_LIMITED)
        vibration.frequency_hz = line.frequency_hz;
    return vibration;
}

void rhythm_reset(struct rhythm *rhythm)
{
    rhythm->started = false;
    rhythm->bin = rhythm->first_bin = 0;
    rhythm->fast_total = 0;
}

void rhythm_destroy(struct rhythm *rhythm)
{
    if (!rhythm)
        return;
    spectrum_destroy(rhythm->slow_spectrum);
    spectrum_destroy(rhythm->fast_spectrum);
    free(rhythm);
}
