#include "conditioner.h"
#include "lanes.h"

#include <math.h>
#include <string.h>

/* Fewest unloaded cells of a row whose mean is its common mode. */
#define COMMON_MIN 8
/* Fading signals end here, far above the numbers that slow the machine down. */
#define TINY 1e-30F
/* Taking a residue off leaves no cell further below zero than this share of its gate. */
#define SLACK_GATES 0.1F

/* All rows' arrays. */
struct rows {
    float *restrict base, *restrict doubt, *restrict variance, *restrict last, *restrict jump;
    float *restrict peak, *restrict residue, *restrict smooth, *restrict kpa, *restrict quiet;
    float *restrict row_common;
    const float *restrict gate;
    uint8_t *restrict loaded;
    const uint8_t *restrict around, *restrict faults;
    const uint16_t *restrict counts;
    size_t rows, cols;
    float scale;
};

static struct rows rows_of(const struct conditioner *conditioner, const uint16_t *counts)
{
    const struct cells *all = &conditioner->cells;
    return (struct rows){
        .base = all->base,
        .doubt = all->doubt,
        .variance = all->variance,
        .last = all->last,
        .jump = all->jump,
        .peak = all->peak,
        .residue = all->residue,
        .smooth = all->smooth,
        .kpa = all->kpa,
        .quiet = conditioner->quiet,
        .row_common = conditioner->row_common,
        .gate = all->gate,
        .loaded = all->loaded,
        .around = all->around,
        .faults = all->faults,
        .counts = counts,
        .rows = conditioner->rows,
        .cols = conditioner->cols,
        .scale = conditioner->scale_kpa,
    };
}

LANES static void mark_loaded(struct rows p)
{
    for (size_t i = 0; i < p.rows * p.cols; i++) {
        float load = (float)p.counts[i] * p.scale - p.base[i];
        p.loaded[i] = (uint8_t)((load > p.gate[i] + p.doubt[i]) & (p.faults[i] == 0));
    }
}

/* Along the rows, by way of a picture with two empty columns on either side. */
LANES static void spread_along(uint8_t *restrict wide, uint8_t *restrict padded,
                               const uint8_t *restrict loaded, size_t rows, size_t cols)
{
    for (size_t row = 0; row < rows; row++)
        memcpy(padded + row * (cols + 4) + 2, loaded + row * cols, cols);
    for (size_t row = 0; row < rows; row++) {
        const uint8_t *restrict from = padded + row * (cols + 4);
        uint8_t *restrict to = wide + row * cols;
        for (size_t i = 0; i < cols; i++)
            to[i] = (uint8_t)(from[i] | from[i + 1] | from[i + 2] | from[i + 3] | from[i + 4]);
    }
}

/* Across the rows, of which two empty ones lie before and behind. */
LANES static void spread_across(uint8_t *restrict out, const uint8_t *restrict wide, size_t cols,
                                size_t count)
{
    const uint8_t *a = wide - 2 * cols, *b = wide - cols, *c = wide + cols, *d = wide + 2 * cols;
    for (size_t i = 0; i < count; i++)
        out[i] = (uint8_t)(wide[i] | a[i] | b[i] | c[i] | d[i]);
}

void cells_spread(struct conditioner *conditioner)
{
    uint8_t *wide = conditioner->marks + 2 * (size_t)conditioner->cols;
    spread_along(wide, conditioner->padded, conditioner->cells.loaded, conditioner->rows,
                 conditioner->cols);
    spread_across(conditioner->cells.around, wide, conditioner->cols, conditioner->count);
}

/* Load of a row's cells, and the mean of the unloaded ones. */
LANES_PART float row_common(struct rows p, size_t first)
{
    const size_t cols = p.cols, whole = cols / LANE_COUNT * LANE_COUNT;
    float sums[LANE_COUNT] = {0}, counts[LANE_COUNT] = {0};
    for (size_t i = 0; i < cols; i++) {
        p.kpa[first + i] = (float)p.counts[first + i] * p.scale - p.base[first + i];
        p.quiet[i] = (float)((p.around[first + i] | p.faults[first + i]) == 0);
    }
    for (size_t i = 0; i < whole; i += LANE_COUNT)
        lanes_add(sums, counts, p.quiet + i, p.kpa + first + i);
    for (size_t i = whole; i < cols; i++) {
        sums[0] += p.quiet[i] * p.kpa[first + i];
        counts[0] += p.quiet[i];
    }
    float sum = lanes_sum(sums), count = lanes_sum(counts);
    return count >= COMMON_MIN && 2 * count >= (float)cols ? sum / count : 0;
}

/* Baseline and noise of the unloaded, memory of the loaded; then the result. What a load leaves
   behind is never more than `share` of its fading peak, never more than what the cell has shown
   since the load left. */
LANES_PART void row_update(struct rows p, size_t first, float common, float step, struct weights w)
{
    const float unknown = greater(w.doubtful, w.base);
    for (size_t i = first; i < first + p.cols; i++) {
        float own = p.kpa[i], quiet = p.quiet[i - first], doubt = p.doubt[i], gate = p.gate[i];
        float change = own - p.last[i];
        float noise = change - step;
        float rise = quiet * (doubt > 0 ? unknown : w.base);
        float base = p.base[i] + (own < -gate ? w.fall : rise) * own;
        float excess = 0.5F * noise * noise - p.variance[i];
        p.doubt[i] = doubt - quiet * w.doubtful * doubt;
        p.variance[i] = greater(p.variance[i] + quiet * w.variance * excess, TINY);
        p.jump[i] = greater(p.jump[i] + w.jump * (fabsf(change) - p.jump[i]), TINY);
        p.last[i] = own;
        float load = own - common;
        float seen = p.smooth[i] + w.smooth * (load - p.smooth[i]);
        float high = greater(greater(load, p.peak[i] * w.fade), TINY);
        seen = seen * seen > TINY ? seen : 0;
        float bound = w.share * high;
        float left = greater(lesser(lesser(p.residue[i], bound), seen), 0);
        left = load > 2 * bound ? bound : left;
        float room = lesser(2 * bound - load, load + SLACK_GATES * gate);
        float absorbed = w.base * left;
        p.base[i] = base + (load < bound ? absorbed : 0);
        p.smooth[i] = seen;
        p.peak[i] = high;
        p.residue[i] = left;
        p.kpa[i] = load - lesser(left, greater(room, 0));
    }
}

LANES static void rows_update(struct rows p, struct weights w)
{
    for (size_t row = 0; row < p.rows; row++) {
        float common = row_common(p, row * p.cols);
        row_update(p, row * p.cols, common, common - p.row_common[row], w);
        p.row_common[row] = common;
    }
}

void cells_update(struct conditioner *conditioner, const uint16_t *counts,
                  const struct weights *weights)
{
    struct rows rows = rows_of(conditioner, counts);
    mark_loaded(rows);
    cells_spread(conditioner);
    rows_update(rows, *weights);
}
