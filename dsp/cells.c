#include "conditioner_parts.h"
#include "lanes.h"

#include <math.h>
#include <string.h>

/* Fewest unloaded cells of a row whose mean is its common mode. */
#define COMMON_MIN 8
/* Fading signals end here, far above the numbers that slow the machine down. */
#define TINY 1e-30F
/* Taking a residue off leaves no cell further below zero than this share of its gate. */
#define SLACK_GATES 0.1F

/* So many cells pass all stages while they are in the cache; always two rows at least, which the
   spreading looks ahead. */
#define STRETCH 512

/* All cells' arrays, and what one frame counts. */
struct rows {
    float *base, *doubt, *variance, *jump, *peak, *residue, *smooth, *kpa, *quiet, *row_common,
        *row_before;
    const float *gate;
    uint8_t *loaded, *around, *padded, *wide;
    const uint8_t *faults, *doubtful;
    const uint16_t *counts, *before;
    uint32_t rows, cols, stretch;
    float scale;
    struct weights weights;
    const struct leaks *leaks;
};

/* Some of them, [first, end). */
struct part {
    uint32_t first, end;
};

static uint32_t stretch_of(uint32_t cols)
{
    return cols < STRETCH / 2 ? STRETCH / cols : 2;
}

static struct rows rows_of(const struct conditioner *conditioner, const uint16_t *counts)
{
    const struct cells *all = &conditioner->cells;
    const uint32_t rows = conditioner->rows, cols = conditioner->cols;
    return (struct rows){
        .base = all->base,
        .doubt = all->doubt,
        .variance = all->variance,
        .jump = all->jump,
        .peak = all->peak,
        .residue = all->residue,
        .smooth = all->smooth,
        .kpa = all->kpa,
        .quiet = all->quiet,
        .row_common = conditioner->row_common,
        .row_before = conditioner->row_before,
        .gate = all->gate,
        .loaded = all->loaded,
        .around = all->around,
        .padded = conditioner->padded,
        .wide = conditioner->marks + 2 * (size_t)cols,
        .faults = all->faults,
        .doubtful = conditioner->row_doubtful,
        .counts = counts,
        .before = conditioner->before,
        .rows = rows,
        .cols = cols,
        .stretch = stretch_of(cols),
        .scale = conditioner->scale_kpa,
        .leaks = &conditioner->leaks,
    };
}

/* As far as there are any. */
static struct part part_from(struct rows p, uint32_t first)
{
    uint32_t end = first + p.stretch;
    return (struct part){first < p.rows ? first : p.rows, end < p.rows ? end : p.rows};
}

/* Load of all cells, common mode and residue included. */
LANES static void weigh(struct rows p, struct part part)
{
#pragma GCC ivdep
    for (size_t i = (size_t)part.first * p.cols; i < (size_t)part.end * p.cols; i++)
        p.kpa[i] = (float)p.counts[i] * p.scale - p.base[i];
}

/* The same between two looks: a cell above its gate is not quiet any more. */
LANES static void weigh_quickly(struct rows p, struct part part)
{
#pragma GCC ivdep
    for (size_t i = (size_t)part.first * p.cols; i < (size_t)part.end * p.cols; i++) {
        float load = (float)p.counts[i] * p.scale - p.base[i];
        p.quiet[i] = load > p.gate[i] ? 0 : p.quiet[i];
        p.kpa[i] = load;
    }
}

/* Takes off what the loads of a cell's row and column leak into it. */
LANES static void stop_leaks(struct rows p, struct part part)
{
    for (size_t row = part.first; row < part.end; row++) {
        const float along = p.leaks->row_share * p.leaks->row_mean[row];
        const float down = p.leaks->col_share;
        const float *col_mean = p.leaks->col_mean;
        float *kpa = p.kpa + row * p.cols;
#pragma GCC ivdep
        for (size_t i = 0; i < p.cols; i++)
            kpa[i] -= along + down * col_mean[i];
    }
}

LANES static void mark_loaded(struct rows p, struct part part)
{
#pragma GCC ivdep
    for (size_t i = (size_t)part.first * p.cols; i < (size_t)part.end * p.cols; i++)
        p.loaded[i] = (uint8_t)((p.kpa[i] > p.gate[i]) & (p.faults[i] == 0));
    for (size_t row = part.first; row < part.end; row++) {
        size_t end = p.doubtful[row] ? (row + 1) * p.cols : 0;
#pragma GCC ivdep
        for (size_t i = row * p.cols; i < end; i++)
            p.loaded[i] &= (uint8_t)(p.kpa[i] > p.gate[i] + p.doubt[i]);
    }
}

/* Along the rows, by way of a picture with two empty columns on either side. */
LANES static void spread_along(struct rows p, struct part part)
{
    const size_t cols = p.cols;
    for (size_t row = part.first; row < part.end; row++)
        memcpy(p.padded + row * (cols + 4) + 2, p.loaded + row * cols, cols);
    for (size_t row = part.first; row < part.end; row++) {
        const uint8_t *from = p.padded + row * (cols + 4);
        uint8_t *to = p.wide + row * cols;
#pragma GCC ivdep
        for (size_t i = 0; i < cols; i++)
            to[i] = (uint8_t)(from[i] | from[i + 1] | from[i + 2] | from[i + 3] | from[i + 4]);
    }
}

/* Across the rows, of which two empty ones lie before and behind. */
LANES static void spread_across(struct rows p, struct part part)
{
    const size_t cols = p.cols, first = part.first * cols, count = part.end * cols - first;
    const uint8_t *wide = p.wide + first, *faults = p.faults + first;
    const uint8_t *a = wide - 2 * cols, *b = wide - cols, *c = wide + cols, *d = wide + 2 * cols;
    uint8_t *around = p.around + first;
    float *quiet = p.quiet + first;
#pragma GCC ivdep
    for (size_t i = 0; i < count; i++) {
        uint8_t near = (uint8_t)(wide[i] | a[i] | b[i] | c[i] | d[i]);
        around[i] = near;
        quiet[i] = (near | faults[i]) == 0;
    }
}

void cells_spread(struct conditioner *conditioner)
{
    struct rows rows = rows_of(conditioner, NULL);
    for (uint32_t first = 0; first < rows.rows; first += rows.stretch)
        spread_along(rows, part_from(rows, first));
    for (uint32_t first = 0; first < rows.rows; first += rows.stretch)
        spread_across(rows, part_from(rows, first));
}

/* Mean load of a row's quiet cells. */
LANES_PART float row_common(struct rows p, size_t row)
{
    const float *kpa = p.kpa + row * p.cols, *quiet = p.quiet + row * p.cols;
    const size_t whole = p.cols / LANE_COUNT * LANE_COUNT;
    LANE_FLOATS sums = {0}, counts = {0}, loads, weights;
    for (size_t i = 0; i < whole; i += LANE_COUNT) {
        memcpy(&loads, kpa + i, sizeof loads);
        memcpy(&weights, quiet + i, sizeof weights);
        sums += weights * loads;
        counts += weights;
    }
    for (size_t i = whole; i < p.cols; i++) {
        sums[0] += quiet[i] * kpa[i];
        counts[0] += quiet[i];
    }
    float sum = lanes_sum(&sums), count = lanes_sum(&counts);
    return count >= COMMON_MIN && 2 * count >= (float)p.cols ? sum / count : 0;
}

LANES static void take_commons(struct rows p, struct part part)
{
    for (size_t row = part.first; row < part.end; row++)
        p.row_common[row] = row_common(p, row);
}

/* What the difference since the last look tells of noise and jumps, its common mode taken off. */
LANES_PART void row_differ(struct rows p, size_t row)
{
    const size_t first = row * p.cols;
    const float step = p.row_common[row] - p.row_before[row];
    const float *quiet = p.quiet + first;
    const uint16_t *counts = p.counts + first, *before = p.before + first;
    float *variance = p.variance + first, *jump = p.jump + first;
#pragma GCC ivdep
    for (size_t i = 0; i < p.cols; i++) {
        float change = (float)(counts[i] - before[i]) * p.scale;
        float noise = change - step;
        float excess = 0.5F * noise * noise - variance[i];
        float leap = jump[i] + p.weights.jump * (fabsf(change) - jump[i]);
        variance[i] = greater(variance[i] + quiet[i] * p.weights.variance * excess, TINY);
        jump[i] = greater(leap, TINY);
    }
}

/* Memory of the loaded and, in a look, baseline of the unloaded; then the result. What a load
   leaves behind is never more than `share` of its fading peak, never more than what the cell has
   shown since the load left. */
LANES_PART void row_update(struct rows p, size_t row, bool looks, bool doubtful)
{
    const struct weights w = p.weights;
    const float unknown = greater(w.doubtful, w.base), common = p.row_common[row];
    const size_t first = row * p.cols;
    float *bases = p.base + first, *doubts = p.doubt + first, *peak = p.peak + first;
    float *residue = p.residue + first, *smooth = p.smooth + first, *kpa = p.kpa + first;
    const float *gate = p.gate + first, *quiet = p.quiet + first;
#pragma GCC ivdep
    for (size_t i = 0; i < p.cols; i++) {
        float own = kpa[i], load = own - common;
        float seen = smooth[i] + w.smooth * (load - smooth[i]);
        float high = greater(load, peak[i] * w.fade);
        if (looks) {
            high = greater(TINY, high);
            seen = seen * seen > TINY ? seen : 0;
        }
        float bound = w.share * high;
        float left = greater(0, lesser(lesser(residue[i], bound), seen));
        left = load > 2 * bound ? bound : left;
        float room = lesser(2 * bound - load, load + SLACK_GATES * gate[i]);
        smooth[i] = seen;
        peak[i] = high;
        residue[i] = left;
        kpa[i] = load - lesser(left, greater(0, room));
        if (looks) {
            float doubt = doubtful ? doubts[i] : 0, absorbed = w.base * left;
            float rise = quiet[i] * (doubt > 0 ? unknown : w.base);
            float base = bases[i] + (own < -gate[i] ? w.fall : rise) * own;
            bases[i] = base + (load < bound ? absorbed : 0);
            if (doubtful)
                doubts[i] = doubt - quiet[i] * w.doubtful * doubt;
        }
    }
}

LANES static void update(struct rows p, struct part part)
{
    for (size_t row = part.first; row < part.end; row++) {
        if (p.weights.looks) {
            row_differ(p, row);
            p.row_before[row] = p.row_common[row];
        }
        if (p.doubtful[row])
            row_update(p, row, true, true);
        else if (p.weights.looks)
            row_update(p, row, true, false);
        else
            row_update(p, row, false, false);
    }
}

void cells_update(struct conditioner *conditioner, const uint16_t *counts,
                  const struct weights *weights)
{
    struct rows rows = rows_of(conditioner, counts);
    const bool leaks = leaks_found(conditioner);
    rows.weights = *weights;
    if (leaks)
        leaks_sum(conditioner, counts);
    for (uint32_t first = 0; first < rows.rows + rows.stretch; first += rows.stretch) {
        struct part ahead = part_from(rows, first);
        struct part part = part_from(rows, first < rows.stretch ? rows.rows : first - rows.stretch);
        if (rows.weights.looks) {
            weigh(rows, ahead);
            if (leaks)
                stop_leaks(rows, ahead);
            mark_loaded(rows, ahead);
            spread_along(rows, ahead);
            spread_across(rows, part);
        } else {
            weigh_quickly(rows, part);
        }
        take_commons(rows, part);
        update(rows, part);
    }
    if (rows.weights.looks)
        memcpy(conditioner->before, counts, conditioner->count * sizeof *counts);
}
