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

/* The arrays of one row. */
struct row {
    float *restrict base, *restrict gate, *restrict doubt, *restrict variance, *restrict last;
    float *restrict jump, *restrict peak, *restrict residue, *restrict smooth, *restrict kpa;
    float *restrict quiet;
    uint8_t *restrict loaded, *restrict around, *restrict faults;
    size_t cols;
};

static struct row row_of(const struct conditioner *conditioner, uint16_t row)
{
    const struct cells *all = &conditioner->cells;
    size_t first = (size_t)row * conditioner->cols;
    return (struct row){
        .base = all->base + first,
        .gate = all->gate + first,
        .doubt = all->doubt + first,
        .variance = all->variance + first,
        .last = all->last + first,
        .jump = all->jump + first,
        .peak = all->peak + first,
        .residue = all->residue + first,
        .smooth = all->smooth + first,
        .kpa = all->kpa + first,
        .quiet = conditioner->quiet,
        .loaded = all->loaded + first,
        .around = all->around + first,
        .faults = all->faults + first,
        .cols = conditioner->cols,
    };
}

LANES static void row_load(struct row row, const uint16_t *restrict counts, float scale)
{
    for (size_t i = 0; i < row.cols; i++)
        row.kpa[i] = (float)counts[i] * scale - row.base[i];
    for (size_t i = 0; i < row.cols; i++)
        row.loaded[i] = (uint8_t)((row.kpa[i] > row.gate[i] + row.doubt[i]) & (row.faults[i] == 0));
}

LANES static void or_five(uint8_t *restrict out, const uint8_t *restrict centre, uint32_t step,
                          uint32_t count)
{
    const uint8_t *a = centre - 2 * (ptrdiff_t)step, *b = centre - (ptrdiff_t)step;
    const uint8_t *c = centre + step, *d = centre + 2 * (size_t)step;
    for (uint32_t i = 0; i < count; i++)
        out[i] = (uint8_t)(centre[i] | a[i] | b[i] | c[i] | d[i]);
}

/* Rows are spread into `marks`, which has two empty rows before and behind, then columns. */
void cells_spread(struct conditioner *conditioner)
{
    struct cells *all = &conditioner->cells;
    const uint32_t cols = conditioner->cols;
    uint8_t *padded = conditioner->padded, *wide = conditioner->marks + 2 * (size_t)cols;
    for (uint16_t row = 0; row < conditioner->rows; row++) {
        memcpy(padded + 2, all->loaded + row * cols, cols);
        or_five(wide + row * cols, padded + 2, 1, cols);
    }
    or_five(all->around, wide, cols, conditioner->count);
}

LANES static float row_common(struct row row)
{
    const float *restrict kpa = row.kpa;
    float *restrict quiet = row.quiet;
    const size_t cols = row.cols, whole = cols / LANE_COUNT * LANE_COUNT;
    float sums[LANE_COUNT] = {0}, counts[LANE_COUNT] = {0};
    for (size_t i = 0; i < cols; i++)
        quiet[i] = (float)((row.around[i] | row.faults[i]) == 0);
    for (size_t i = 0; i < whole; i += LANE_COUNT)
        lanes_add(sums, counts, quiet + i, kpa + i);
    for (size_t i = whole; i < cols; i++) {
        sums[0] += quiet[i] * kpa[i];
        counts[0] += quiet[i];
    }
    float sum = lanes_sum(sums), count = lanes_sum(counts);
    return count >= COMMON_MIN && 2 * count >= (float)cols ? sum / count : 0;
}

/* Baseline and noise of the unloaded, memory of the loaded. */
LANES static void row_learn(struct row row, float step, struct weights w)
{
    const float unknown = greater(w.doubtful, w.base);
    for (size_t i = 0; i < row.cols; i++) {
        float load = row.kpa[i], quiet = row.quiet[i], doubt = row.doubt[i];
        float change = load - row.last[i];
        float noise = change - step;
        float rise = quiet * (doubt > 0 ? unknown : w.base);
        float weight = load < -row.gate[i] ? w.fall : rise;
        row.base[i] += weight * load;
        row.doubt[i] = doubt - quiet * w.doubtful * doubt;
        float excess = 0.5F * noise * noise - row.variance[i];
        row.variance[i] = greater(row.variance[i] + quiet * w.variance * excess, TINY);
        row.jump[i] = greater(row.jump[i] + w.jump * (fabsf(change) - row.jump[i]), TINY);
        row.last[i] = load;
    }
}

/* What a load leaves behind: never more than `share` of its fading peak, never more than what the
   cell has shown since the load left. */
LANES static void row_result(struct row row, float common, struct weights w)
{
    for (size_t i = 0; i < row.cols; i++) {
        float load = row.kpa[i] - common;
        float seen = row.smooth[i] + w.smooth * (load - row.smooth[i]);
        float high = greater(greater(load, row.peak[i] * w.fade), TINY);
        seen = seen * seen > TINY ? seen : 0;
        float bound = w.share * high;
        float left = greater(lesser(lesser(row.residue[i], bound), seen), 0);
        left = load > 2 * bound ? bound : left;
        float room = lesser(2 * bound - load, load + SLACK_GATES * row.gate[i]);
        float absorbed = w.base * left;
        row.base[i] += load < bound ? absorbed : 0;
        row.smooth[i] = seen;
        row.peak[i] = high;
        row.residue[i] = left;
        row.kpa[i] = load - lesser(left, greater(room, 0));
    }
}

void cells_update(struct conditioner *conditioner, const uint16_t *counts,
                  const struct weights *weights)
{
    for (uint16_t row = 0; row < conditioner->rows; row++)
        row_load(row_of(conditioner, row), counts + (size_t)row * conditioner->cols,
                 conditioner->scale_kpa);
    cells_spread(conditioner);
    for (uint16_t row = 0; row < conditioner->rows; row++) {
        struct row here = row_of(conditioner, row);
        float common = row_common(here);
        row_learn(here, common - conditioner->row_common[row], *weights);
        row_result(here, common, *weights);
        conditioner->row_common[row] = common;
    }
}
