#include "conditioner.h"

#include <math.h>
#include <string.h>

/* Fewest unloaded cells of a row whose mean is its common mode. */
#define COMMON_MIN 8
/* Taking a residue off leaves no cell further below zero than this share of its gate. */
#define SLACK_GATES 0.1F

static void row_load(struct conditioner *conditioner, const uint16_t *counts, uint16_t row)
{
    const struct cells *all = &conditioner->cells;
    uint32_t first = (uint32_t)row * conditioner->cols;
    const float *base = all->base + first, *gate = all->gate + first, *doubt = all->doubt + first;
    const uint8_t *faults = all->faults + first;
    float *load = all->kpa + first;
    uint8_t *loaded = all->loaded + first;
    const float scale = conditioner->scale_kpa;
    for (uint16_t i = 0; i < conditioner->cols; i++)
        load[i] = (float)counts[first + i] * scale - base[i];
    for (uint16_t i = 0; i < conditioner->cols; i++)
        loaded[i] = (uint8_t)((load[i] > gate[i] + doubt[i]) & (faults[i] == 0));
}

static void near_or(uint8_t *out, const uint8_t *in, uint32_t count, uint32_t step)
{
    for (uint32_t i = step; i < count; i++)
        out[i] |= in[i - step];
    for (uint32_t i = 0; i + step < count; i++)
        out[i] |= in[i + step];
}

void cells_spread(struct conditioner *conditioner)
{
    struct cells *all = &conditioner->cells;
    uint8_t *wide = conditioner->marks;
    const uint32_t cols = conditioner->cols;
    memcpy(wide, all->loaded, conditioner->count);
    for (uint16_t row = 0; row < conditioner->rows; row++)
        for (uint32_t step = 1; step <= 2; step++)
            near_or(wide + row * cols, all->loaded + row * cols, cols, step);
    memcpy(all->around, wide, conditioner->count);
    for (uint32_t step = 1; step <= 2; step++)
        near_or(all->around, wide, conditioner->count, step * cols);
}

static float row_common(const struct conditioner *conditioner, uint32_t first)
{
    const float *load = conditioner->cells.kpa + first;
    const uint8_t *around = conditioner->cells.around + first;
    const uint8_t *faults = conditioner->cells.faults + first;
    float sum = 0;
    uint32_t quiet = 0;
    for (uint16_t i = 0; i < conditioner->cols; i++) {
        uint8_t use = (uint8_t)((around[i] | faults[i]) == 0);
        sum += use ? load[i] : 0;
        quiet += use;
    }
    bool enough = quiet >= COMMON_MIN && 2 * quiet >= conditioner->cols;
    return enough ? sum / (float)quiet : 0;
}

/* Baseline and noise of the unloaded, memory of the loaded. */
static void row_learn(const struct conditioner *conditioner, uint32_t first, float step,
                      const struct weights *w)
{
    const struct cells *all = &conditioner->cells;
    const float *restrict load = all->kpa + first, *restrict gate = all->gate + first;
    const uint8_t *restrict around = all->around + first;
    float *restrict base = all->base + first, *restrict doubt = all->doubt + first;
    float *restrict variance = all->variance + first, *restrict jump = all->jump + first;
    float *restrict last = all->last + first;
    for (uint16_t i = 0; i < conditioner->cols; i++) {
        float quiet = around[i] ? 0.0F : 1.0F;
        float change = load[i] - last[i];
        float noise = change - step;
        float rise = quiet * (doubt[i] > 0 && w->doubtful > w->base ? w->doubtful : w->base);
        float weight = load[i] < -gate[i] ? w->fall : rise;
        base[i] += weight * load[i];
        doubt[i] -= quiet * w->doubtful * doubt[i];
        variance[i] += quiet * w->variance * (0.5F * noise * noise - variance[i]);
        jump[i] += w->jump * (fabsf(change) - jump[i]);
        last[i] = load[i];
    }
}

/* What a load leaves behind: never more than `share` of its fading peak, never more than what the
   cell has shown since the load left. */
static void row_result(const struct conditioner *conditioner, uint32_t first, float common,
                       const struct weights *w)
{
    const struct cells *all = &conditioner->cells;
    const float *restrict gate = all->gate + first;
    float *restrict base = all->base + first, *restrict peak = all->peak + first;
    float *restrict residue = all->residue + first, *restrict kpa = all->kpa + first;
    float *restrict smooth = all->smooth + first;
    for (uint16_t i = 0; i < conditioner->cols; i++) {
        float load = kpa[i] - common;
        float seen = smooth[i] + w->smooth * (load - smooth[i]);
        float faded = peak[i] * w->fade;
        float high = load > faded ? load : faded;
        float bound = w->share * high;
        float held = residue[i] < bound ? residue[i] : bound;
        float left = held < seen ? held : seen;
        left = left > 0 ? left : 0;
        left = load > 2 * bound ? bound : left;
        float room = 2 * bound - load, depth = load + SLACK_GATES * gate[i];
        room = room < depth ? room : depth;
        room = room > 0 ? room : 0;
        base[i] += load < bound ? w->base * left : 0;
        smooth[i] = seen;
        peak[i] = high;
        residue[i] = left;
        kpa[i] = load - (left < room ? left : room);
    }
}

void cells_update(struct conditioner *conditioner, const uint16_t *counts,
                  const struct weights *weights)
{
    for (uint16_t row = 0; row < conditioner->rows; row++)
        row_load(conditioner, counts, row);
    cells_spread(conditioner);
    for (uint16_t row = 0; row < conditioner->rows; row++) {
        uint32_t first = (uint32_t)row * conditioner->cols;
        float common = row_common(conditioner, first);
        row_learn(conditioner, first, common - conditioner->row_common[row], weights);
        row_result(conditioner, first, common, weights);
        conditioner->row_common[row] = common;
    }
}
