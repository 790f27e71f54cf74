#include "patches.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A single loaded cell needs this many times the usual margin above the noise. */
static const double lone_cell_margin = 1.6;
/* A patch with less than this share of the heaviest one's load is none. */
static const double ghost_share = 0.02;
/* Beside a cell that is loaded for certain, this share of the margin suffices. */
static const double skirt_share = 0.65;

/* Up to this share of its peak a cell may bear what the load left there: it counts as load but not
   for the place and shape. */
static const double trail_share = 0.12;
/* Above that by so many times it: no trace that a load has left. */
static const double core_least = 0.65;
/* A cell that stands out of all others by more is stuck: it says nothing about them. */
static const double lone_peak = 3;

struct patch {
    struct moments moments;
    uint32_t first, count; /* in order[] */
    double least_kpa;
};

struct patches {
    struct geometry geometry;
    double sigma, share, min_kpa;
    uint32_t cells, stride;
    uint32_t *at;         /* [cells] in open[], which has a border */
    uint8_t *open;        /* [(rows+2)*(cols+2)] above the noise and not yet in a patch */
    uint16_t *row, *col;  /* [cells] */
    uint32_t *order;      /* [cells] cells of the patches, one patch after the other */
    uint32_t *stack;      /* [2*cells] flood's stack, then the cells of a region */
    const uint8_t *known; /* [cells] of the caller, during a push */
    uint32_t used;
    size_t count;
    struct patch found[PATCHES_MAX];
};

void crest_take(struct crest *crest, double kpa)
{
    double lesser = fmin(kpa, crest->first_kpa);
    crest->first_kpa = fmax(kpa, crest->first_kpa);
    crest->second_kpa = fmax(lesser, crest->second_kpa);
}

double crest_foot_kpa(const struct crest *crest, double least_kpa)
{
    double peak = crest->first_kpa;
    if (crest->second_kpa > 0)
        peak = fmin(peak, lone_peak * crest->second_kpa);
    return fmax(least_kpa, trail_share * peak);
}

struct moments moments_none(void)
{
    return (struct moments){.r0 = UINT16_MAX, .c0 = UINT16_MAX};
}

void moments_cell(struct moments *moments, const struct loaded_cell *cell)
{
    double x = cell->at_mm[0], y = cell->at_mm[1], weight = cell->weight;
    moments->kpa += cell->kpa;
    moments->weight += weight;
    if (weight > core_least * (cell->kpa - weight)) {
        moments->core++;
        moments->cx += x;
        moments->cy += y;
    }
    moments->sx += weight * x;
    moments->sy += weight * y;
    moments->sxx += weight * x * x;
    moments->syy += weight * y * y;
    moments->sxy += weight * x * y;
    if (cell->kpa > moments->peak_kpa)
        moments->peak_kpa = cell->kpa;
    moments->cells++;
    moments->r0 = cell->r < moments->r0 ? cell->r : moments->r0;
    moments->r1 = cell->r > moments->r1 ? cell->r : moments->r1;
    moments->c0 = cell->c < moments->c0 ? cell->c : moments->c0;
    moments->c1 = cell->c > moments->c1 ? cell->c : moments->c1;
}

void moments_add(struct moments *sum, const struct moments *more)
{
    sum->kpa += more->kpa;
    sum->weight += more->weight;
    sum->core += more->core;
    sum->cx += more->cx;
    sum->cy += more->cy;
    sum->sx += more->sx;
    sum->sy += more->sy;
    sum->sxx += more->sxx;
    sum->syy += more->syy;
    sum->sxy += more->sxy;
    sum->peak_kpa = fmax(sum->peak_kpa, more->peak_kpa);
    sum->cells += more->cells;
    sum->at_edge |= more->at_edge;
    sum->r0 = more->r0 < sum->r0 ? more->r0 : sum->r0;
    sum->r1 = more->r1 > sum->r1 ? more->r1 : sum->r1;
    sum->c0 = more->c0 < sum->c0 ? more->c0 : sum->c0;
    sum->c1 = more->c1 > sum->c1 ? more->c1 : sum->c1;
}

void moments_spread(const struct moments *moments, double spread_mm2[3])
{
    double w = 1 / moments->weight, x = moments->sx * w, y = moments->sy * w;
    spread_mm2[0] = fmax(0, moments->sxx * w - x * x);
    spread_mm2[1] = fmax(0, moments->syy * w - y * y);
    spread_mm2[2] = moments->sxy * w - x * y;
}

struct shape moments_shape(const struct moments *moments)
{
    double spread[3];
    moments_spread(moments, spread);
    double xx = spread[0], yy = spread[1], xy = spread[2];
    double mean = (xx + yy) / 2, split = hypot((xx - yy) / 2, xy);
    return (struct shape){
        .x_mm = moments->sx / moments->weight,
        .y_mm = moments->sy / moments->weight,
        .length_mm = 4 * sqrt(mean + split),
        .width_mm = 4 * sqrt(fmax(0, mean - split)),
        .angle_rad = 0.5 * atan2(2 * xy, xx - yy),
    };
}

static void number_cells(struct patches *patches)
{
    uint16_t rows = patches->geometry.rows, cols = patches->geometry.cols;
    patches->col = patches->row + patches->cells;
    for (uint16_t r = 0; r < rows; r++)
        for (uint16_t c = 0; c < cols; c++) {
            uint32_t cell = (uint32_t)r * cols + c;
            patches->row[cell] = r;
            patches->col[cell] = c;
            patches->at[cell] = (r + 1U) * patches->stride + c + 1U;
        }
}

struct patches *patches_create(const struct geometry *geometry, const struct parameters *parameters)
{
    struct patches *patches = calloc(1, sizeof *patches);
    if (!patches)
        return NULL;
    patches->geometry = *geometry;
    patches->sigma = parameters->contact_sigma;
    patches->share = parameters->contact_share;
    patches->min_kpa = parameters->contact_min_n / (1000 * geometry_cell_m2(geometry));
    patches->cells = geometry_cells(geometry);
    patches->stride = (uint32_t)geometry->cols + 2;
    patches->open = calloc((geometry->rows + (size_t)2) * patches->stride, sizeof *patches->open);
    patches->at = calloc(patches->cells, sizeof *patches->at);
    patches->row = calloc(2 * (size_t)patches->cells, sizeof *patches->row);
    patches->order = calloc(patches->cells, sizeof *patches->order);
    patches->stack = calloc(2 * (size_t)patches->cells, sizeof *patches->stack);
    if (!patches->open || !patches->at || !patches->row || !patches->order || !patches->stack) {
        patches_destroy(patches);
        return NULL;
    }
    number_cells(patches);
    return patches;
}

void patches_destroy(struct patches *patches)
{
    if (!patches)
        return;
    free(patches->open);
    free(patches->at);
    free(patches->row);
    free(patches->order);
    free(patches->stack);
    free(patches);
}

static void mark_loaded(struct patches *patches, const struct pressure *pressure)
{
    float sigma = (float)(skirt_share * patches->sigma);
    uint32_t rows = patches->geometry.rows, cols = patches->geometry.cols;
    const float *kpa = pressure->kpa, *noise = pressure->noise_kpa;
    for (uint32_t r = 0; r < rows; r++, kpa += cols, noise += cols) {
        uint8_t *restrict open = patches->open + (size_t)(r + 1) * patches->stride + 1;
        for (uint32_t c = 0; c < cols; c++)
            open[c] = kpa[c] > sigma * noise[c];
    }
}

/* Takes the open cells connected to `seed` that are above `least_kpa`; returns their number. */
static uint32_t flood(struct patches *patches, const float *kpa, uint32_t seed, float least_kpa)
{
    uint32_t top = 0, start = patches->used, used = start;
    uint32_t cols = patches->geometry.cols, stride = patches->stride;
    uint32_t *stack = patches->stack;
    stack[top++] = seed;
    patches->open[patches->at[seed]] = 0;
    while (top) {
        uint32_t cell = stack[--top];
        patches->order[used++] = cell;
        for (uint32_t r = 0; r < 3; r++) {
            uint8_t *open = patches->open + patches->at[cell] + r * stride - stride - 1;
            for (uint32_t c = 0; c < 3; c++) {
                if (!open[c])
                    continue;
                uint32_t next = cell + r * cols + c - cols - 1;
                if (kpa[next] < least_kpa)
                    continue;
                open[c] = 0;
                stack[top++] = next;
            }
        }
    }
    return used - start;
}

static uint32_t highest(const struct patches *patches, const float *kpa, uint32_t count)
{
    uint32_t best = patches->order[patches->used];
    for (uint32_t i = 0; i < count; i++) {
        uint32_t cell = patches->order[patches->used + i];
        if (kpa[cell] > kpa[best])
            best = cell;
    }
    return best;
}

static struct moments weigh(const struct patches *patches, const float *kpa, uint32_t count,
                            double least_kpa)
{
    struct moments moments = moments_none();
    uint16_t rows = patches->geometry.rows, cols = patches->geometry.cols;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t cell = patches->order[patches->used + i];
        uint16_t r = patches->row[cell], c = patches->col[cell];
        struct loaded_cell loaded = {
            r,
            c,
            {(c + 0.5) * patches->geometry.pitch_x_mm, (r + 0.5) * patches->geometry.pitch_y_mm},
            kpa[cell],
            fmax(0, kpa[cell] - least_kpa)};
        moments_cell(&moments, &loaded);
    }
    moments.at_edge =
        moments.r0 == 0 || moments.c0 == 0 || moments.r1 + 1 == rows || moments.c1 + 1 == cols;
    return moments;
}

static bool strong_enough(const struct patches *patches, const struct pressure *pressure,
                          const struct moments *moments)
{
    if (moments->kpa < patches->min_kpa)
        return false;
    if (moments->cells > 1)
        return true;
    uint32_t cell = patches->order[patches->used];
    return patches->known[cell] ||
           pressure->kpa[cell] > lone_cell_margin * patches->sigma * pressure->noise_kpa[cell];
}

static void keep(struct patches *patches, const struct moments *moments, uint32_t count,
                 double least_kpa)
{
    size_t at = patches->count;
    if (at == PATCHES_MAX) {
        at = 0;
        for (size_t i = 1; i < PATCHES_MAX; i++)
            if (patches->found[i].moments.kpa < patches->found[at].moments.kpa)
                at = i;
        if (patches->found[at].moments.kpa >= moments->kpa)
            return;
    } else {
        patches->count++;
    }
    patches->found[at] = (struct patch){*moments, patches->used, count, least_kpa};
    patches->used += count;
}

static double foot_of(const struct patches *patches, const float *kpa, uint32_t count, float least)
{
    struct crest crest = {0, 0};
    for (uint32_t i = 0; i < count; i++)
        crest_take(&crest, kpa[patches->order[patches->used + i]]);
    return crest_foot_kpa(&crest, 0.999 * (double)least);
}

/* One region above the noise: its part above the share of its peak is a patch; what is left over is
   looked at again only where it stands alone. */
static void take_region(struct patches *patches, const struct pressure *pressure, uint32_t seed)
{
    uint32_t count = flood(patches, pressure->kpa, seed, 0);
    uint32_t top = highest(patches, pressure->kpa, count);
    float noise = (float)(skirt_share * patches->sigma) * pressure->noise_kpa[top];
    bool certain = pressure->kpa[top] >= (float)patches->sigma * pressure->noise_kpa[top];
    if (!certain && !patches->known[top])
        return;
    float least =
        fmaxf((float)patches->share * pressure->kpa[top], fminf(noise, 0.9f * pressure->kpa[top]));
    for (uint32_t i = 0; i < count; i++) {
        uint32_t cell = patches->order[patches->used + i];
        patches->open[patches->at[cell]] = pressure->kpa[cell] >= least;
    }
    uint32_t *region = patches->stack + patches->cells;
    memcpy(region, patches->order + patches->used, count * sizeof *region);
    for (uint32_t i = 0; i < count; i++) {
        if (!patches->open[patches->at[region[i]]])
            continue;
        uint32_t cells = flood(patches, pressure->kpa, region[i], least);
        double foot = foot_of(patches, pressure->kpa, cells, least);
        struct moments moments = weigh(patches, pressure->kpa, cells, foot);
        if (strong_enough(patches, pressure, &moments))
            keep(patches, &moments, cells, 0.999 * (double)least);
    }
}

static void take_regions(struct patches *patches, const struct pressure *pressure)
{
    uint32_t rows = patches->geometry.rows, cols = patches->geometry.cols;
    for (uint32_t r = 0; r < rows; r++) {
        const uint8_t *open = patches->open + (size_t)(r + 1) * patches->stride + 1;
        const uint8_t *next = open;
        while ((next = memchr(next, 1, cols - (size_t)(next - open))))
            take_region(patches, pressure, r * cols + (uint32_t)(next - open));
    }
}

/* Beside a heavy load a readout shows ghosts of it in the same rows and columns. */
static void drop_ghosts(struct patches *patches)
{
    double most = 0;
    size_t kept = 0;
    for (size_t i = 0; i < patches->count; i++)
        most = fmax(most, patches->found[i].moments.kpa);
    for (size_t i = 0; i < patches->count; i++)
        if (patches->found[i].moments.kpa >= ghost_share * most)
            patches->found[kept++] = patches->found[i];
    patches->count = kept;
}

size_t patches_push(struct patches *patches, const struct pressure *pressure, const uint8_t *known)
{
    patches->known = known;
    patches->used = 0;
    patches->count = 0;
    mark_loaded(patches, pressure);
    take_regions(patches, pressure);
    drop_ghosts(patches);
    return patches->count;
}

const struct moments *patches_moments(const struct patches *patches, size_t i)
{
    return &patches->found[i].moments;
}

double patches_least_kpa(const struct patches *patches, size_t i)
{
    return patches->found[i].least_kpa;
}

const uint32_t *patches_cells(const struct patches *patches, size_t i, size_t *count)
{
    *count = patches->found[i].count;
    return patches->order + patches->found[i].first;
}
