/* Times the signal processing. Prints lines "name value"; bench_dsp.py makes a table of them and
   of SciPy's times for the same jobs. CPU time of the thread, medians of several runs. */
#include "bench_clock.h"
#include "bench_fftw.h"

#include "dsp/bank.h"
#include "dsp/dsp.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define RUNS     7
#define PICTURES 64
#define EMPTY    8
/* Seconds without a load at the start; rows of 32 that the strip goes in a frame. */
#define EMPTY_S 3
#define SPEED   0.25
/* Of the array that the banks filter. */
#define CHANNELS 1024
#define STRIDE   (CHANNELS + 16)
#define SAMPLES  6144

/* A mat's worth of frames: offsets, noise, and a strip that rolls to and fro once the mat was seen
   empty. */
struct frames {
    struct geometry geometry;
    uint16_t *cells[PICTURES + EMPTY];
    struct pressure out;
};

static uint32_t dice = 1;

static uint32_t roll(uint32_t sides)
{
    dice = dice * 1664525U + 1013904223U;
    return (dice >> 8) % sides;
}

static void make_frames(struct frames *frames, uint16_t side, double rate_hz)
{
    *frames = (struct frames){.geometry = {.rows = side,
                                           .cols = side,
                                           .pitch_x_mm = 10,
                                           .pitch_y_mm = 10,
                                           .rate_hz = rate_hz,
                                           .scale_kpa = 200.0 / 4095,
                                           .full_scale = 4095}};
    for (int p = 0; p < PICTURES + EMPTY; p++) {
        frames->cells[p] = calloc((size_t)side * side, sizeof(uint16_t));
        double swing = p < PICTURES / 2 ? p - PICTURES / 4 : 3 * PICTURES / 4 - p;
        double at = 0.5 * side + swing * SPEED * side / 32;
        for (int i = 0; i < side * side; i++) {
            double away = fabs(i / side - at);
            double load = p < PICTURES && away < 3 ? 900 - 300 * away : 0;
            frames->cells[p][i] = (uint16_t)(100 + roll(40) + (uint32_t)load);
        }
    }
}

static void free_frames(struct frames *frames)
{
    for (int p = 0; p < PICTURES + EMPTY; p++)
        free(frames->cells[p]);
}

/* Everything that runs on each frame. */
struct chain {
    struct frames frames;
    struct conditioner *conditioner;
    struct split *split;
    struct split *contact; /* its position and force */
    struct rhythm *rhythm;
    uint64_t number;
    float sum; /* of what came out, so that nothing is left out */
};

static void make_chain(struct chain *chain, uint16_t side, double rate_hz)
{
    struct parameters parameters;
    parameters_default(&parameters);
    make_frames(&chain->frames, side, rate_hz);
    chain->conditioner = conditioner_create(&chain->frames.geometry, &parameters);
    chain->split = split_create((size_t)side * side, rate_hz, 0.5);
    chain->contact = split_create(3, rate_hz, 0.5);
    chain->rhythm = rhythm_create();
    chain->number = 0;
}

static void free_chain(struct chain *chain)
{
    free_frames(&chain->frames);
    conditioner_destroy(chain->conditioner);
    split_destroy(chain->split);
    split_destroy(chain->contact);
    rhythm_destroy(chain->rhythm);
}

static void condition(struct chain *chain)
{
    struct frames *frames = &chain->frames;
    double rate_hz = frames->geometry.rate_hz, step_us = 1e6 / rate_hz;
    uint64_t number = chain->number;
    uint64_t picture =
        (double)number < EMPTY_S * rate_hz ? PICTURES + number % EMPTY : number % PICTURES;
    struct frame frame = {.number = chain->number,
                          .time_us = (int64_t)((double)number * step_us),
                          .rows = frames->geometry.rows,
                          .cols = frames->geometry.cols,
                          .cells = frames->cells[picture]};
    conditioner_push(chain->conditioner, &frame, &frames->out);
    chain->number++;
}

/* What the product keeps of a contact; where it is, the detector says. */
static void follow(struct chain *chain)
{
    double time_s = chain->frames.out.time_s;
    const struct motion contact = {time_s, 100 * sin(time_s), 160, 200}, *motion = &contact;
    rhythm_push(chain->rhythm, motion);
    const float values[3] = {(float)motion->x_mm, (float)motion->y_mm, (float)motion->force_n};
    struct parts parts;
    split_push(chain->contact, motion->time_s, values);
    while (split_next(chain->contact, &parts))
        chain->sum += parts.bands[SPLIT_STILL][2];
}

static void divide(struct chain *chain)
{
    struct parts parts;
    split_push(chain->split, chain->frames.out.time_s, chain->frames.out.kpa);
    while (split_next(chain->split, &parts))
        chain->sum += parts.bands[SPLIT_MOVING][0];
}

/* As NumPy asks for its large arrays: pages of 2 MB. */
static float *large_array(size_t floats)
{
    size_t page = (size_t)2 << 20, bytes = (floats * sizeof(float) + page - 1) / page * page;
    float *array = aligned_alloc(page, bytes);
    if (!array)
        abort();
    madvise(array, bytes, MADV_HUGEPAGE);
    memset(array, 0, bytes);
    return array;
}

/* Everything that fits into the samples, block by block. @return samples of each channel */
static size_t filter_all(struct bank *bank, const float *in, float *out, size_t length)
{
    enum { LONGEST = 1024 };
    const float *from[LONGEST];
    float *to[LONGEST];
    size_t hop = bank_hop(bank), done = 0;
    for (; done + length <= SAMPLES; done += hop) {
        for (size_t n = 0; n < length; n++)
            from[n] = in + (done + n) * STRIDE;
        for (size_t n = 0; n < hop; n++)
            to[n] = out + (done + n) * STRIDE;
        for (size_t c = 0; c < CHANNELS; c += BANK_GROUP)
            bank_filter(bank, from, to, c);
    }
    return done;
}

static void bench_bank(size_t count, size_t length)
{
    float *taps = malloc(count * sizeof *taps);
    float *in = large_array((size_t)STRIDE * SAMPLES), *out = large_array((size_t)STRIDE * SAMPLES);
    double kiss[RUNS], fftw[RUNS];
    size_t done = 0;
    for (size_t i = 0; i < (size_t)STRIDE * SAMPLES; i++)
        in[i] = (float)roll(4096) / 4096;
    fir_lowpass(taps, count, 0.02);
    struct bank *bank = bank_create(taps, count, length);
    for (int run = 0; run < RUNS; run++) {
        double start = clock_cpu_s();
        done = filter_all(bank, in, out, length);
        kiss[run] = clock_cpu_s() - start;
        struct fftw_job job = {in, out, SAMPLES, CHANNELS, count, length};
        fftw[run] = fftw_filter(&job);
    }
    double cells = (double)done * CHANNELS;
    printf("bank_%zu_kissfft_mega %.1f\n", count, 1e-6 * cells / sorted_at(kiss, RUNS, 0.5));
    printf("bank_%zu_fftw_mega %.1f\n", count, 1e-6 * cells / sorted_at(fftw, RUNS, 0.5));
    bank_destroy(bank);
    free(taps);
    free(in);
    free(out);
}

static double time_frames(struct chain *chain, void (*work)(struct chain *), int count)
{
    double runs[RUNS];
    for (int run = 0; run < RUNS; run++) {
        double start = clock_cpu_s();
        for (int n = 0; n < count; n++)
            work(chain);
        runs[run] = (clock_cpu_s() - start) / count;
    }
    return sorted_at(runs, RUNS, 0.5);
}

static void per_frame(struct chain *chain)
{
    condition(chain);
    follow(chain);
}

static void split_alone(struct chain *chain)
{
    chain->frames.out.time_s = (double)chain->number++ / chain->frames.geometry.rate_hz;
    divide(chain);
}

static void everything(struct chain *chain)
{
    condition(chain);
    follow(chain);
    divide(chain);
}

/* The copy streams over more than the caches hold, as a recording does. */
static double time_copy(void)
{
    enum { CELLS = 16 << 20 };
    float *a = malloc(sizeof(float) * CELLS), *b = malloc(sizeof(float) * CELLS);
    double runs[RUNS];
    memset(a, 1, sizeof(float) * CELLS);
    memset(b, 2, sizeof(float) * CELLS);
    for (int run = 0; run < RUNS; run++) {
        double start = clock_cpu_s();
        memcpy(run % 2 ? a : b, run % 2 ? b : a, sizeof(float) * CELLS);
        runs[run] = (clock_cpu_s() - start) / CELLS;
    }
    free(a);
    free(b);
    return sorted_at(runs, RUNS, 0.5);
}

static void bench_path(int side, double rate_hz)
{
    struct chain chain = {0};
    const double mega = 1e-6 * side * side;
    make_chain(&chain, (uint16_t)side, rate_hz);
    time_frames(&chain, per_frame, 400);
    printf("conditioner_%d_mega %.0f\n", side, mega / time_frames(&chain, condition, 4000));
    printf("frame_path_%d_mega %.0f\n", side, mega / time_frames(&chain, per_frame, 4000));
    free_chain(&chain);
}

static void bench_whole(void)
{
    struct chain chain = {0};
    make_chain(&chain, 64, 200);
    time_frames(&chain, everything, 400);
    printf("full_share_percent %.2f\n", 100 * 200 * time_frames(&chain, everything, 1500));
    free_chain(&chain);
    make_chain(&chain, 32, 100);
    condition(&chain);
    time_frames(&chain, split_alone, 1500);
    printf("split_mega %.1f\n", 1e-6 * 1024 / time_frames(&chain, split_alone, 2000));
    free_chain(&chain);
}

/* The same frames three times over; least[n] is the least time of frame n, so that what other
   programs did to one pass does not count. */
static void time_passes(int count, double *least, double *first)
{
    for (int pass = 0; pass < 3; pass++) {
        struct chain chain = {0};
        make_chain(&chain, 64, 200);
        for (int n = -3000; n < count; n++) {
            double start = clock_cpu_s();
            everything(&chain);
            double lasted = clock_cpu_s() - start;
            if (n < 0)
                continue;
            least[n] = pass ? fmin(least[n], lasted) : lasted;
            first[n] = pass ? first[n] : lasted;
        }
        free_chain(&chain);
    }
}

static void bench_worst(int count)
{
    double *least = calloc((size_t)count, sizeof(double));
    double *first = calloc((size_t)count, sizeof(double));
    time_passes(count, least, first);
    printf("frame_median_us %.2f\n", 1e6 * sorted_at(least, (size_t)count, 0.5));
    printf("frame_p999_us %.2f\n", 1e6 * sorted_at(least, (size_t)count, 0.999));
    printf("frame_worst_us %.2f\n", 1e6 * sorted_at(least, (size_t)count, 1));
    printf("frame_once_median_us %.2f\n", 1e6 * sorted_at(first, (size_t)count, 0.5));
    printf("frame_once_worst_us %.2f\n", 1e6 * sorted_at(first, (size_t)count, 1));
    free(least);
    free(first);
}

static void bench_growth(void)
{
    static const int sides[] = {16, 32, 64, 128}, rates[] = {25, 50, 100, 200, 400};
    for (size_t k = 0; k < sizeof sides / sizeof sides[0]; k++) {
        struct chain chain = {0};
        make_chain(&chain, (uint16_t)sides[k], 100);
        time_frames(&chain, everything, 150);
        double frame_s = time_frames(&chain, everything, 400);
        printf("side_%d_ns %.2f\n", sides[k], 1e9 * frame_s / (sides[k] * sides[k]));
        free_chain(&chain);
    }
    for (size_t k = 0; k < sizeof rates / sizeof rates[0]; k++) {
        struct chain chain = {0};
        make_chain(&chain, 32, rates[k]);
        time_frames(&chain, everything, 1000);
        printf("rate_%d_ns %.2f\n", rates[k], 1e9 * time_frames(&chain, everything, 1000) / 1024);
        free_chain(&chain);
    }
}

int main(int argc, char **argv)
{
    bench_bank(65, 1024);
    bench_bank(129, 1024);
    bench_path(32, 100);
    bench_path(64, 200);
    printf("copy_mega %.0f\n", 1e-6 / time_copy());
    bench_whole();
    bench_worst(argc > 1 ? atoi(argv[1]) : 100000);
    bench_growth();
    return 0;
}
