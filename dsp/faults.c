#include "conditioner_parts.h"
#include "lanes.h"

#include <math.h>
#include <string.h>

/* Mean absolute difference of two frames of white noise, in sigmas. */
#define WHITE_JUMP 1.128F

/* Dead: so far below two opposite neighbours, for so long. */
#define DEAD_SHARE    0.05F
#define DEAD_SIGMAS   15.0F
#define DEAD_S        1.0F
#define ANSWER_SIGMAS 8.0F
/* Always on: neighbours this far below, constant within this share, for so long. */
#define LONELY_SHARE    0.08F
#define CONSTANT_SHARE  0.005F
#define CONSTANT_SIGMAS 5.0F
#define LONELY_S        10.0F
/* On a mat this fine a tool covers more than one cell, and no tool drives one cell to full scale
   alone: such a cell, there from the start, is bad. */
#define FINE_PITCH_MM 12.0
#define SHORT_SHARE   0.9F
/* Flickering: jumps so much more than the mat's noise and than the neighbours, for so long. */
#define FLICKER_TIMES     8.0F
#define FLICKER_SHARE     0.005F
#define FLICKER_NEIGHBOUR 0.25F
#define FLICKER_S         6.0F
/* Stuck: changes so much less than the mat's noise. */
#define STUCK_SHARE  0.02F
#define STUCK_S      3.0
#define STUCK_FRAMES 100
/* It can be told where so many of the cells read zero in no more than such a share of frames. */
#define RESTLESS_SHARE 0.85F
#define ZEROS_MOST     0.8F
/* The mat's usual values are taken from about so many cells. */
#define TYPICAL_CELLS 256
/* A line is dead when so many of its cells are and none has ever answered. */
#define LINE_MIN   3
#define LINE_SHARE 8

/* Neighbours in opposite pairs. */
static const int8_t around[8][2] = {{-1, -1}, {1, 1},  {-1, 0}, {1, 0},
                                    {-1, 1},  {1, -1}, {0, -1}, {0, 1}};

/* What the mat as a whole says, kPa. */
struct limits {
    float full, flicker, still; /* full scale; least jump of a flickering, most of a stuck cell */
};

/* One cell under examination. */
struct site {
    const uint16_t *counts; /* of the frame */
    uint32_t cell;
    uint16_t row, col;
    float load, elapsed_s;
};

/* The neighbour's index, or -1 where there is none or a bad one. */
static int32_t neighbour(const struct conditioner *conditioner, const struct site *site, int which)
{
    int row = site->row + around[which][0], col = site->col + around[which][1];
    if (row < 0 || col < 0 || row >= conditioner->rows || col >= conditioner->cols)
        return -1;
    int32_t cell = row * conditioner->cols + col;
    return conditioner->cells.faults[cell] ? -1 : cell;
}

static float neighbour_load(const struct conditioner *conditioner, const struct site *site,
                            int which)
{
    int32_t cell = neighbour(conditioner, site, which);
    return cell < 0 ? 0 : cells_load(conditioner, site->counts, (uint32_t)cell);
}

static float neighbour_jump(const struct conditioner *conditioner, const struct site *site,
                            int which)
{
    int32_t cell = neighbour(conditioner, site, which);
    return cell < 0 ? 0 : conditioner->cells.jump[cell];
}

static void judge_dead(struct conditioner *conditioner, const struct site *site)
{
    struct cells *all = &conditioner->cells;
    float noise = all->noise[site->cell], highest = 0;
    int loaded = 0;
    if (all->peak[site->cell] > ANSWER_SIGMAS * noise) {
        all->alive[site->cell] = 1;
        all->faults[site->cell] &= (uint8_t)~CELL_DEAD;
    }
    if (all->alive[site->cell] || !all->around[site->cell])
        return;
    for (int k = 0; k < 8; k += 2) {
        float one = neighbour_load(conditioner, site, k);
        float other = neighbour_load(conditioner, site, k + 1);
        highest = greater(highest, lesser(one, other));
        loaded += (one > DEAD_SIGMAS * noise) + (other > DEAD_SIGMAS * noise);
    }
    if (highest > DEAD_SIGMAS * noise && site->load < DEAD_SHARE * highest)
        all->evidence[site->cell] += site->elapsed_s * (loaded >= 5 ? 1.0F : 0.25F);
    if (all->evidence[site->cell] >= DEAD_S)
        all->faults[site->cell] |= CELL_DEAD;
}

static bool is_alone(const struct conditioner *conditioner, const struct site *site)
{
    for (int k = 8; k-- > 0;)
        if (neighbour_load(conditioner, site, k) >= LONELY_SHARE * site->load)
            return false;
    return true;
}

static void judge_always_on(struct conditioner *conditioner, const struct site *site, float full)
{
    struct cells *all = &conditioner->cells;
    uint32_t i = site->cell;
    float noise = all->noise[i];
    if (site->load < ANSWER_SIGMAS * noise) {
        all->lonely[i] = 0;
        all->faults[i] &= (uint8_t)~CELL_ALWAYS_ON;
        return;
    }
    if (conditioner->count == 1 || (all->faults[i] & CELL_ALWAYS_ON))
        return;
    float wobble = greater(CONSTANT_SIGMAS * noise, CONSTANT_SHARE * site->load);
    bool constant = fabsf(site->load - all->level[i]) < wobble;
    if (!constant || !is_alone(conditioner, site)) {
        all->lonely[i] = 0;
        all->level[i] = site->load;
        return;
    }
    all->lonely[i] += site->elapsed_s;
    const struct geometry *mat = &conditioner->geometry;
    bool plain =
        fmax(mat->pitch_x_mm, mat->pitch_y_mm) <= FINE_PITCH_MM || site->load > SHORT_SHARE * full;
    float needed =
        plain && !all->known[i] ? 0.5F * (float)conditioner->parameters.empty_s : LONELY_S;
    if (all->lonely[i] >= needed)
        all->faults[i] |= CELL_ALWAYS_ON;
}

static void judge_flicker(struct conditioner *conditioner, const struct site *site, float limit)
{
    struct cells *all = &conditioner->cells;
    uint32_t i = site->cell;
    bool jumps = all->jump[i] > limit;
    for (int k = 0; jumps && k < 8; k++)
        jumps = neighbour_jump(conditioner, site, k) < FLICKER_NEIGHBOUR * all->jump[i];
    float now = all->jumpy[i] + (jumps ? site->elapsed_s : -site->elapsed_s);
    all->jumpy[i] = lesser(greater(now, 0), 2 * FLICKER_S);
    if (jumps && now >= FLICKER_S)
        all->faults[i] |= CELL_FLICKERING;
    if (now <= 0)
        all->faults[i] &= (uint8_t)~CELL_FLICKERING;
}

/* Only a mat whose good cells never rest tells a stuck cell from a quiet one. */
static void judge_stuck(struct conditioner *conditioner, const struct site *site, float still)
{
    struct cells *all = &conditioner->cells;
    bool rests = all->jump[site->cell] < still;
    uint16_t count = site->counts[site->cell];
    if (rests && count < conditioner->geometry.full_scale)
        all->faults[site->cell] |= count ? CELL_STUCK : CELL_DEAD;
    if (!rests)
        all->faults[site->cell] &= (uint8_t)~CELL_STUCK;
}

static void judge(struct conditioner *conditioner, const struct site *site,
                  const struct limits *limits)
{
    judge_dead(conditioner, site);
    judge_always_on(conditioner, site, limits->full);
    judge_flicker(conditioner, site, limits->flicker);
    judge_stuck(conditioner, site, limits->still);
}

/* Which cells of a row need a look at all: suspects[cols] set to 1. */
LANES static void suspect(const struct conditioner *conditioner, const uint16_t *counts,
                          uint32_t first, const struct limits *limits)
{
    const struct cells *all = &conditioner->cells;
    const float *base = all->base + first, *noise = all->noise + first, *jump = all->jump + first;
    const float *lonely = all->lonely + first, *jumpy = all->jumpy + first;
    const uint8_t *faults = all->faults + first, *alive = all->alive + first;
    const uint8_t *near = all->around + first;
    uint8_t *suspects = conditioner->padded;
    const float flicker = limits->flicker, still = limits->still, scale = conditioner->scale_kpa;
#pragma GCC ivdep
    for (uint32_t i = 0; i < conditioner->cols; i++) {
        float load = (float)counts[first + i] * scale - base[i];
        suspects[i] = (uint8_t)((load > ANSWER_SIGMAS * noise[i]) | (jump[i] > flicker) |
                                (jump[i] < still) | (lonely[i] + jumpy[i] > 0));
    }
    for (uint32_t i = 0; i < conditioner->cols; i++)
        suspects[i] |= (uint8_t)(faults[i] | (near[i] & (alive[i] ^ 1)));
}

static struct limits limits_of(const struct conditioner *conditioner)
{
    float full = (float)conditioner->geometry.full_scale * conditioner->scale_kpa;
    float usual = WHITE_JUMP * sqrtf(conditioner->typical);
    bool restless = usual > 0.5F * conditioner->scale_kpa && conditioner->zeros_most < ZEROS_MOST;
    bool judged = conditioner->time_s > STUCK_S && conditioner->frames > STUCK_FRAMES;
    return (struct limits){
        .full = full,
        .flicker = greater(FLICKER_TIMES * usual, FLICKER_SHARE * full),
        .still = restless && judged ? STUCK_SHARE * usual : 0,
    };
}

void faults_sweep(struct conditioner *conditioner, const uint16_t *counts, uint16_t row)
{
    uint32_t first = (uint32_t)row * conditioner->cols;
    float elapsed_s = (float)(conditioner->time_s - conditioner->row_time_s[row]);
    conditioner->row_time_s[row] = conditioner->time_s;
    noise_sweep(conditioner, counts, row);
    if (conditioner->parameters.bad_cells <= 0.5 || conditioner->frames <= NOISE_FRAMES)
        return;
    struct limits limits = limits_of(conditioner);
    suspect(conditioner, counts, first, &limits);
    for (uint16_t col = 0; col < conditioner->cols; col++) {
        if (!conditioner->padded[col])
            continue;
        struct site site = {.counts = counts,
                            .cell = first + col,
                            .row = row,
                            .col = col,
                            .load = cells_load(conditioner, counts, first + col),
                            .elapsed_s = lesser(elapsed_s, 2 * (float)SWEEP_S)};
        judge(conditioner, &site, &limits);
    }
    memset(conditioner->padded, 0, conditioner->cols);
}

/* Marks the line of `length` cells, `step` apart from `first`, when it is dead as a whole. */
static void judge_line(struct conditioner *conditioner, uint32_t first, uint32_t step,
                       uint32_t length)
{
    struct cells *all = &conditioner->cells;
    uint32_t dead = 0, alive = 0;
    for (uint32_t k = 0; k < length; k++) {
        dead += (all->faults[first + k * step] & CELL_DEAD) != 0;
        alive += all->alive[first + k * step];
    }
    if (alive || dead < LINE_MIN || dead * LINE_SHARE < length)
        return;
    for (uint32_t k = 0; k < length; k++)
        all->faults[first + k * step] |= CELL_DEAD;
}

static bool is_sound(const struct conditioner *conditioner, uint32_t cell)
{
    return !conditioner->cells.faults[cell] && conditioner->cells.known[cell];
}

/* A quantile of the sound cells' values. */
static float quantile_of(struct conditioner *conditioner, const float *values, float quantile)
{
    uint32_t stride = conditioner->count / TYPICAL_CELLS | 1, used = 0;
    for (uint32_t i = 0; i < conditioner->count; i += stride)
        if (is_sound(conditioner, i))
            conditioner->sample[used++] = values[i];
    return sample_quantile(conditioner->sample, used, quantile);
}

static void conclude_typical(struct conditioner *conditioner)
{
    const struct cells *all = &conditioner->cells;
    bool starting = conditioner->time_s < conditioner->parameters.empty_s;
    bool due = conditioner->time_s >= conditioner->typical_s + TYPICAL_S;
    if (conditioner->frames < NOISE_FRAMES || !(starting || due))
        return;
    conditioner->typical_s = conditioner->time_s;
    conditioner->zeros_usual = quantile_of(conditioner, all->zeros, 0.5F);
    conditioner->zeros_most = quantile_of(conditioner, all->zeros, RESTLESS_SHARE);
    conditioner->typical = quantile_of(conditioner, all->variance, 0.5F);
}

LANES static uint8_t any_of(const uint8_t *marks, size_t count)
{
    uint8_t any = 0;
    for (size_t i = 0; i < count; i++)
        any |= marks[i];
    return any;
}

static void list_bad(struct conditioner *conditioner)
{
    const uint8_t *faults = conditioner->cells.faults;
    const uint32_t cols = conditioner->cols;
    conditioner->bad_count = 0;
    for (uint32_t first = 0; first < conditioner->count; first += cols) {
        bool any = any_of(faults + first, cols) != 0;
        for (uint32_t i = first; any && i < first + cols; i++)
            if (faults[i])
                conditioner->bad[conditioner->bad_count++] = i;
    }
}

void faults_conclude(struct conditioner *conditioner)
{
    const uint32_t rows = conditioner->rows, cols = conditioner->cols;
    conclude_typical(conditioner);
    list_bad(conditioner);
    if (conditioner->bad_count < LINE_MIN)
        return;
    for (uint32_t row = 0; row < rows; row++)
        judge_line(conditioner, row * cols, 1, cols);
    for (uint32_t col = 0; col < cols; col++)
        judge_line(conditioner, col, cols, rows);
    list_bad(conditioner);
}

/* Mean result of the good neighbours, of those beside it or of those across its corners.
   @return how many there are */
static int neighbour_mean(const struct conditioner *conditioner, const struct site *site,
                          bool corners, float *mean)
{
    float sum = 0;
    int good = 0;
    for (int k = 0; k < 8; k++) {
        bool corner = around[k][0] && around[k][1];
        int32_t cell = corner == corners ? neighbour(conditioner, site, k) : -1;
        sum += cell >= 0 ? conditioner->cells.kpa[cell] : 0;
        good += cell >= 0;
    }
    *mean = good ? sum / (float)good : 0;
    return good;
}

void faults_interpolate(struct conditioner *conditioner)
{
    for (uint32_t k = 0; k < conditioner->bad_count; k++) {
        uint32_t cell = conditioner->bad[k];
        struct site site = {.cell = cell,
                            .row = (uint16_t)(cell / conditioner->cols),
                            .col = (uint16_t)(cell % conditioner->cols)};
        float *kpa = &conditioner->cells.kpa[cell];
        if (!neighbour_mean(conditioner, &site, false, kpa))
            neighbour_mean(conditioner, &site, true, kpa);
    }
}
