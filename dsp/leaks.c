#include "conditioner_parts.h"
#include "lanes.h"

#include <math.h>

/* A cell is loaded, not leaked into, from this share of the mat's highest load on. */
#define LOADED_SHARE 0.15F
/* It is looked at under loads of so many sigmas. */
#define PEAK_SIGMAS 60.0F
/* Lines so near to one that has carried a load may have its rim on them. */
#define RIM 4
/* A line shorter than this tells nothing. */
#define LENGTH_MIN 12
/* What was learnt fades with this, s. */
#define MEMORY_S 60.0
/* Leaks are believed from this on, when they are so many of their own standard errors; and so far.
 */
#define LEAST  0.02
#define ERRORS 6.0
#define MOST   0.3

/* A line of cells that has never carried a load, and what the lines across it carry. */
struct strip {
    uint32_t first, step, length;
    const float *across; /* [length] mean load */
};

static float highest_load(const struct conditioner *conditioner, const uint16_t *counts)
{
    float high = 0;
    for (uint32_t i = 0; i < conditioner->count; i++)
        if (!conditioner->cells.faults[i])
            high = greater(high, cells_load(conditioner, counts, i));
    return high;
}

void leaks_sum(struct conditioner *conditioner, const uint16_t *counts)
{
    struct leaks *leaks = &conditioner->leaks;
    const uint32_t rows = conditioner->rows, cols = conditioner->cols;
    const float least = leaks->loaded_kpa;
    for (uint32_t col = 0; col < cols; col++)
        leaks->col_mean[col] = 0;
    for (uint32_t row = 0; row < rows; row++) {
        float sum = 0;
        for (uint32_t col = 0; col < cols; col++) {
            uint32_t i = row * cols + col;
            float load = cells_load(conditioner, counts, i);
            load = load > least && !conditioner->cells.faults[i] ? load : 0;
            sum += load;
            leaks->col_mean[col] += load;
        }
        leaks->row_mean[row] = sum / (float)cols;
    }
    for (uint32_t col = 0; col < cols; col++)
        leaks->col_mean[col] /= (float)rows;
}

/* The rows and columns that have carried a load, or may not have been seen without. */
static void mark_touched(struct conditioner *conditioner)
{
    const struct cells *all = &conditioner->cells;
    struct leaks *leaks = &conditioner->leaks;
    for (uint32_t row = 0, i = 0; row < conditioner->rows; row++)
        for (uint32_t col = 0; col < conditioner->cols; col++, i++)
            if (!all->faults[i] && (!all->known[i] || all->peak[i] > leaks->loaded_kpa))
                leaks->rows_touched[row] = leaks->cols_touched[col] = 1;
}

static bool is_free(const uint8_t *touched, uint32_t line, uint32_t count)
{
    for (uint32_t k = line < RIM ? 0 : line - RIM; k < count && k <= line + RIM; k++)
        if (touched[k])
            return false;
    return true;
}

/* Least squares of the line's cells against what lies across them, the line's own mean left out:
   it is the common mode, or the leak along the line. */
static void learn_line(const struct conditioner *conditioner, const uint16_t *counts,
                       const struct strip *strip, struct leak *leak)
{
    const struct cells *all = &conditioner->cells;
    double n = 0, x = 0, y = 0, xx = 0, xy = 0, yy = 0;
    for (uint32_t k = 0; k < strip->length; k++) {
        uint32_t cell = strip->first + k * strip->step;
        if (all->faults[cell] || !all->known[cell])
            continue;
        double across = strip->across[k], load = cells_load(conditioner, counts, cell);
        n++;
        x += across;
        y += load;
        xx += across * across;
        xy += across * load;
        yy += load * load;
    }
    if (n < 2)
        return;
    leak->cells += n - 1;
    leak->xx += xx - x * x / n;
    leak->xy += xy - x * y / n;
    leak->yy += yy - y * y / n;
}

static float believe(struct leak *leak, double keep)
{
    double share = leak->xx > 0 ? leak->xy / leak->xx : 0;
    double rest = fmax(0, leak->yy - share * leak->xy) / fmax(1, leak->cells);
    double error = leak->xx > 0 ? sqrt(rest / leak->xx) : INFINITY;
    leak->cells *= keep;
    leak->xx *= keep;
    leak->xy *= keep;
    leak->yy *= keep;
    return share > LEAST && share > ERRORS * error ? (float)fmin(share, MOST) : 0;
}

void leaks_learn(struct conditioner *conditioner, const uint16_t *counts)
{
    struct leaks *leaks = &conditioner->leaks;
    const uint32_t rows = conditioner->rows, cols = conditioner->cols;
    float high = highest_load(conditioner, counts);
    bool starting = conditioner->time_s < conditioner->parameters.empty_s;
    if (starting || high <= PEAK_SIGMAS * sqrtf(conditioner->typical))
        return;
    leaks->loaded_kpa = LOADED_SHARE * high;
    leaks_sum(conditioner, counts);
    mark_touched(conditioner);
    for (uint32_t row = 0; cols >= LENGTH_MIN && row < rows; row++) {
        struct strip strip = {row * cols, 1, cols, leaks->col_mean};
        if (is_free(leaks->rows_touched, row, rows))
            learn_line(conditioner, counts, &strip, &leaks->down);
    }
    for (uint32_t col = 0; rows >= LENGTH_MIN && col < cols; col++) {
        struct strip strip = {col, cols, rows, leaks->row_mean};
        if (is_free(leaks->cols_touched, col, cols))
            learn_line(conditioner, counts, &strip, &leaks->along);
    }
    leaks->col_share = believe(&leaks->down, 1 - TYPICAL_S / MEMORY_S);
    leaks->row_share = believe(&leaks->along, 1 - TYPICAL_S / MEMORY_S);
}
