#include "conditioner_parts.h"

#include <math.h>

/* With fewer cells than this a load may cover them all. */
#define MANY_CELLS 64
/* Largest offset, as a share of full scale, where there are few cells or a cell stands alone. */
#define OFFSET_SHARE 0.1F
/* Widest spread of offsets that is believed without cells below, as a share of full scale. */
#define SPREAD_SHARE 0.015F
/* This many spreads above the low cells, a cell is loaded. */
#define LOADED_SPREADS 6.0F

/* What the first frame says about the mat, kPa. */
struct look {
    float typical, spread, limit, doubt, full;
};

float sample_quantile(float *values, uint32_t count, float quantile)
{
    if (!count)
        return 0;
    return value_at_rank(values, count, (size_t)(quantile * (float)(count - 1) + 0.5F));
}

static uint32_t take_sample(struct conditioner *conditioner, const uint16_t *counts)
{
    uint32_t stride = (conditioner->count + SAMPLE_MAX - 1) / SAMPLE_MAX, taken = 0;
    for (uint32_t i = 0; i < conditioner->count; i += stride)
        conditioner->sample[taken++] = (float)counts[i] * conditioner->scale_kpa;
    return taken;
}

static struct look look_at(struct conditioner *conditioner, const uint16_t *counts)
{
    uint32_t taken = take_sample(conditioner, counts);
    float *sample = conditioner->sample;
    float full = (float)conditioner->geometry.full_scale * conditioner->scale_kpa;
    float low = sample_quantile(sample, taken, 0.05F);
    float quarter = sample_quantile(sample, taken, 0.25F);
    float above = sample_quantile(sample, taken, 0.75F) - quarter;
    bool covered =
        conditioner->count < MANY_CELLS && quarter > conditioner->zero_kpa + OFFSET_SHARE * full;
    if (covered)
        quarter = low = conditioner->zero_kpa;
    float spread = fminf(above, SPREAD_SHARE * full);
    spread = fmaxf(fmaxf(spread, quarter - low), conditioner->scale_kpa);
    struct look look = {.typical = quarter,
                        .spread = spread,
                        .limit = quarter + LOADED_SPREADS * spread,
                        .doubt = covered ? OFFSET_SHARE * full : LOADED_SPREADS * spread,
                        .full = full};
    float sum = 0;
    uint32_t used = 0;
    for (uint32_t i = 0; i < taken; i++)
        if (sample[i] <= look.limit) {
            sum += sample[i];
            used++;
        }
    if (used)
        look.typical = sum / (float)used;
    return look;
}

static bool stands_alone(const struct conditioner *conditioner, uint32_t cell)
{
    uint16_t row = (uint16_t)(cell / conditioner->cols), col = (uint16_t)(cell % conditioner->cols);
    uint32_t neighbours = 0;
    for (int r = row - 1; r <= row + 1; r++)
        for (int c = col - 1; c <= col + 1; c++)
            if (r >= 0 && c >= 0 && r < conditioner->rows && c < conditioner->cols)
                neighbours += conditioner->cells.loaded[r * conditioner->cols + c];
    return neighbours == 1;
}

static void set_cell(struct conditioner *conditioner, uint32_t i, float value,
                     const struct look *look)
{
    struct cells *all = &conditioner->cells;
    bool small = value < conditioner->zero_kpa + OFFSET_SHARE * look->full;
    bool offset = !all->around[i] || (all->loaded[i] && small && conditioner->count > 1 &&
                                      stands_alone(conditioner, i));
    all->base[i] = offset ? value : fminf(value, look->typical);
    all->doubt[i] = offset ? 0 : look->doubt;
    all->noise[i] = fmaxf(look->spread, conditioner->floor_kpa);
    all->gate[i] = GATE_SIGMAS * all->noise[i];
    conditioner->row_doubtful[i / conditioner->cols] |= !offset;
}

void offsets_guess(struct conditioner *conditioner, const uint16_t *counts)
{
    struct look look = look_at(conditioner, counts);
    for (uint32_t i = 0; i < conditioner->count; i++)
        conditioner->cells.loaded[i] = (float)counts[i] * conditioner->scale_kpa > look.limit;
    cells_spread(conditioner);
    for (uint32_t i = 0; i < conditioner->count; i++)
        set_cell(conditioner, i, (float)counts[i] * conditioner->scale_kpa, &look);
}
