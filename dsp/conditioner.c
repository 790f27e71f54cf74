#include "conditioner_parts.h"
#include "lanes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Time constants, s: a baseline not yet known, one too high, noise, jumps, residues. */
#define DOUBT_TAU_S  0.5
#define FALL_TAU_S   0.2
#define NOISE_TAU_S  5.0
#define JUMP_TAU_S   2.0
#define SMOOTH_TAU_S 0.15
/* One frame after a gap counts as this long at most. */
#define RECENT_S 1.0
/* Noise is taken over at least this many differences. */
#define NOISE_LOOKS_MIN 200.0
/* A frame is looked at when this share of the time between two looks has passed: clocks jitter. */
#define LOOK_SHARE   0.9
#define FLOAT_ARRAYS 16
#define MARK_ARRAYS  5

static size_t array_floats(const struct conditioner *conditioner)
{
    return conditioner->count + LANE_PAD;
}

static size_t scratch_bytes(const struct conditioner *conditioner)
{
    return conditioner->count + (size_t)4 * conditioner->cols;
}

static void share_out(struct conditioner *conditioner)
{
    struct cells *all = &conditioner->cells;
    float **arrays[FLOAT_ARRAYS] = {&all->quiet,   &all->base,     &all->gate,  &all->doubt,
                                    &all->noise,   &all->variance, &all->jump,  &all->peak,
                                    &all->residue, &all->kpa,      &all->zeros, &all->evidence,
                                    &all->lonely,  &all->level,    &all->jumpy, &all->smooth};
    for (size_t k = 0; k < FLOAT_ARRAYS; k++)
        *arrays[k] = conditioner->memory + k * array_floats(conditioner);
    uint8_t **marks[MARK_ARRAYS] = {&all->loaded, &all->around, &all->alive, &all->known,
                                    &all->faults};
    uint8_t *next = conditioner->marks + scratch_bytes(conditioner);
    for (size_t k = 0; k < MARK_ARRAYS; k++)
        *marks[k] = next + k * conditioner->count;
}

static size_t mark_bytes(const struct conditioner *conditioner)
{
    return scratch_bytes(conditioner) + (size_t)MARK_ARRAYS * conditioner->count;
}

struct conditioner *conditioner_create(const struct geometry *geometry,
                                       const struct parameters *parameters)
{
    struct conditioner *conditioner = calloc(1, sizeof *conditioner);
    if (!conditioner)
        return NULL;
    conditioner->geometry = *geometry;
    conditioner->parameters = *parameters;
    conditioner->rows = geometry->rows;
    conditioner->cols = geometry->cols;
    conditioner->count = geometry_cells(geometry);
    conditioner->scale_kpa = (float)geometry->scale_kpa;
    conditioner->zero_kpa = (float)fmax(0, -geometry->offset_kpa);
    conditioner->floor_kpa = (float)(geometry->scale_kpa / sqrt(12));
    conditioner->memory = calloc(FLOAT_ARRAYS * array_floats(conditioner), sizeof(float));
    conditioner->marks = calloc(1, mark_bytes(conditioner));
    conditioner->padded = calloc(conditioner->rows, (size_t)conditioner->cols + 4);
    conditioner->before = calloc(conditioner->count, sizeof *conditioner->before);
    conditioner->row_common = calloc(conditioner->rows, sizeof(float));
    conditioner->row_before = calloc(conditioner->rows, sizeof(float));
    conditioner->row_doubtful = calloc(conditioner->rows, 1);
    conditioner->row_time_s = calloc(conditioner->rows, sizeof(double));
    conditioner->leaks.row_mean = calloc(conditioner->rows, sizeof(float));
    conditioner->leaks.col_mean = calloc(conditioner->cols, sizeof(float));
    conditioner->bad = calloc(conditioner->count, sizeof *conditioner->bad);
    conditioner->sample = calloc(SAMPLE_MAX, sizeof(float));
    if (!conditioner->memory || !conditioner->marks || !conditioner->padded ||
        !conditioner->before || !conditioner->row_common || !conditioner->row_before ||
        !conditioner->row_doubtful || !conditioner->row_time_s || !conditioner->leaks.row_mean ||
        !conditioner->leaks.col_mean || !conditioner->bad || !conditioner->sample) {
        conditioner_destroy(conditioner);
        return NULL;
    }
    share_out(conditioner);
    conditioner_reset(conditioner);
    return conditioner;
}

static double share_of(double elapsed_s, double tau_s)
{
    return elapsed_s / (tau_s + elapsed_s);
}

/* @param since_s the last look */
static bool look_is_due(const struct conditioner *conditioner, double since_s)
{
    bool starting = conditioner->time_s < conditioner->parameters.empty_s;
    bool doubtful = memchr(conditioner->row_doubtful, 1, conditioner->rows) != NULL;
    return starting || doubtful || leaks_found(conditioner) || since_s > LOOK_SHARE / LOOKS_HZ;
}

/* @param elapsed_s since the last frame @param since_s the last look */
static struct weights weights_of(const struct conditioner *conditioner, double elapsed_s,
                                 double since_s)
{
    const struct parameters *p = &conditioner->parameters;
    double looks = conditioner->looks, recent_s = fmin(since_s, RECENT_S);
    double base = fmax(1 / (looks + 1), share_of(recent_s, p->baseline_tau_s));
    double noise = fmin(share_of(recent_s, NOISE_TAU_S), 1 / NOISE_LOOKS_MIN);
    bool first = conditioner->looks == 0;
    return (struct weights){
        .base = (float)base,
        .doubtful = (float)share_of(since_s, DOUBT_TAU_S),
        .fall = (float)fmax(base, share_of(since_s, FALL_TAU_S)),
        .variance = first ? 0 : (float)fmax(1 / looks, noise),
        .jump = first ? 0 : (float)share_of(recent_s, JUMP_TAU_S),
        .smooth = (float)share_of(elapsed_s, SMOOTH_TAU_S),
        .fade = (float)(1 - share_of(elapsed_s, p->ghost_tau_s)),
        .share = (float)p->ghost_share,
        .looks = look_is_due(conditioner, since_s),
    };
}

/* Looks at a few rows in every frame, at all of them every SWEEP_S, and in every frame of the
   start. */
static void sweep(struct conditioner *conditioner, const uint16_t *counts, double elapsed_s)
{
    uint16_t rows = conditioner->rows;
    conditioner->owed_rows += rows * elapsed_s / SWEEP_S;
    if (conditioner->owed_rows > rows || conditioner->time_s < conditioner->parameters.empty_s)
        conditioner->owed_rows = rows;
    while (conditioner->owed_rows >= 1) {
        conditioner->owed_rows--;
        faults_sweep(conditioner, counts, (uint16_t)conditioner->next_row);
        conditioner->next_row = (conditioner->next_row + 1) % rows;
        if (!conditioner->next_row) {
            faults_conclude(conditioner);
            if (conditioner->typical_s >= conditioner->time_s)
                leaks_learn(conditioner, counts);
        }
    }
}

void conditioner_push(struct conditioner *conditioner, const struct frame *frame,
                      struct pressure *pressure)
{
    if (!conditioner->frames) {
        conditioner->first_us = conditioner->last_us = frame->time_us;
        offsets_guess(conditioner, frame->cells);
    }
    double elapsed_s = (double)(frame->time_us - conditioner->last_us) * 1e-6;
    conditioner->last_us = frame->time_us;
    conditioner->time_s = (double)(frame->time_us - conditioner->first_us) * 1e-6;
    double since_s = conditioner->time_s - conditioner->look_s;
    struct weights weights = weights_of(conditioner, elapsed_s, since_s);
    cells_update(conditioner, frame->cells, &weights);
    conditioner->frames++;
    conditioner->looks += weights.looks;
    conditioner->look_s = weights.looks ? conditioner->time_s : conditioner->look_s;
    sweep(conditioner, frame->cells, elapsed_s);
    faults_interpolate(conditioner);
    *pressure = (struct pressure){
        .time_s = conditioner->time_s,
        .flags = frame->flags | (conditioner->bad_count ? FRAME_INTERPOLATED : 0),
        .rows = conditioner->rows,
        .cols = conditioner->cols,
        .kpa = conditioner->cells.kpa,
        .noise_kpa = conditioner->cells.noise,
        .faults = conditioner->cells.faults,
    };
}

void conditioner_reset(struct conditioner *conditioner)
{
    memset(conditioner->memory, 0, sizeof(float) * FLOAT_ARRAYS * array_floats(conditioner));
    memset(conditioner->marks, 0, mark_bytes(conditioner));
    memset(conditioner->row_common, 0, sizeof(float) * conditioner->rows);
    memset(conditioner->row_before, 0, sizeof(float) * conditioner->rows);
    memset(conditioner->row_doubtful, 0, conditioner->rows);
    memset(conditioner->row_time_s, 0, sizeof(double) * conditioner->rows);
    conditioner->leaks = (struct leaks){.row_mean = conditioner->leaks.row_mean,
                                        .col_mean = conditioner->leaks.col_mean};
    conditioner->frames = 0;
    conditioner->bad_count = conditioner->next_row = 0;
    conditioner->typical = conditioner->zeros_usual = conditioner->zeros_most = 0;
    conditioner->least = INFINITY;
    conditioner->time_s = conditioner->owed_rows = conditioner->look_s = 0;
    conditioner->typical_s = 0;
    conditioner->looks = 0;
}

void conditioner_destroy(struct conditioner *conditioner)
{
    if (!conditioner)
        return;
    free(conditioner->memory);
    free(conditioner->marks);
    free(conditioner->padded);
    free(conditioner->before);
    free(conditioner->row_common);
    free(conditioner->row_before);
    free(conditioner->row_doubtful);
    free(conditioner->row_time_s);
    free(conditioner->leaks.row_mean);
    free(conditioner->leaks.col_mean);
    free(conditioner->bad);
    free(conditioner->sample);
    free(conditioner);
}
