#include "relief.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One standard deviation of the smoothing, and the distance of the places beside. */
static const struct width {
    double smooth_mm, apart_mm, apart_pitches;
} widths[RELIEF_WIDTHS] = {{3.5, 13, 1.0}, {6, 22, 1.2}, {10, 36, 1.8}};

static const double met = 0.05;    /* by less the tool has hardly been there */
static const double covered = 0.3; /* of the cover of the place between */

#define KERNEL_MOST 64
#define PHASES_MOST 16
#define STEPS_MOST  192

static float **arrays(struct relief *relief, size_t i)
{
    float **const list[] = {&relief->passes,  &relief->balls,   &relief->value, &relief->cover,
                            &relief->work[0], &relief->work[1], &relief->best,  &relief->met};
    const size_t own = sizeof list / sizeof list[0];
    if (i < own)
        return list[i];
    i -= own;
    struct relief_sums *sums = &relief->sums[i / 3 / RELIEF_WAYS][i / 3 % RELIEF_WAYS];
    return i % 3 == 0 ? &sums->rise : i % 3 == 1 ? &sums->square : &sums->passes;
}

#define ARRAYS (8 + 3 * RELIEF_WIDTHS * RELIEF_WAYS)

bool relief_open(struct relief *relief, const struct scan_grid *grid)
{
    memset(relief, 0, sizeof *relief);
    relief->grid = *grid;
    relief->places = (size_t)relief->grid.rows * (size_t)relief->grid.cols;
    double pitch = grid->parts * fmax(grid->step_x_mm, grid->step_y_mm);
    for (int k = 0; k < RELIEF_WIDTHS; k++) {
        relief->smooth_mm[k] = widths[k].smooth_mm;
        relief->apart_mm[k] = fmax(widths[k].apart_mm, widths[k].apart_pitches * pitch);
    }
    float *next = calloc(relief->places * ARRAYS, sizeof *next);
    relief->passes = next;
    relief->width = calloc(relief->places * 2, sizeof *relief->width);
    relief->known = relief->width + relief->places;
    relief->polish = polish_create(&relief->grid);
    if (!next || !relief->width || !relief->polish)
        return false;
    for (size_t i = 0; i < ARRAYS; i++, next += relief->places)
        *arrays(relief, i) = next;
    return true;
}

void relief_close(struct relief *relief)
{
    free(relief->passes);
    free(relief->width);
    polish_destroy(relief->polish);
    relief->polish = NULL;
    relief->passes = NULL;
    relief->width = NULL;
}

void relief_clear(struct relief *relief)
{
    memset(relief->passes, 0, relief->places * ARRAYS * sizeof *relief->passes);
}

struct box {
    int r0, r1, c0, c1;
};

static struct box box_of(const struct scan_grid *grid, const float *weight)
{
    struct box box = {grid->rows, -1, grid->cols, -1};
    for (int r = 0; r < grid->rows; r++)
        for (int c = 0; c < grid->cols; c++) {
            if (weight[r * grid->cols + c] <= 0)
                continue;
            box.r0 = r < box.r0 ? r : box.r0;
            box.r1 = r > box.r1 ? r : box.r1;
            box.c0 = c < box.c0 ? c : box.c0;
            box.c1 = c > box.c1 ? c : box.c1;
        }
    return box;
}

struct kernel {
    int half;
    float shares[KERNEL_MOST];
};

static struct kernel kernel_of(double smooth_mm, double step_mm)
{
    struct kernel kernel = {.half = (int)fmin(ceil(2.5 * smooth_mm / step_mm), KERNEL_MOST - 1)};
    for (int i = 0; i <= kernel.half; i++)
        kernel.shares[i] = (float)exp(-0.5 * i * i * step_mm * step_mm / (smooth_mm * smooth_mm));
    return kernel;
}

/* `count` values, each with the share of what lies `offset` values before and after it. */
static void add_pair(float *restrict to, const float *restrict before, const float *restrict after,
                     int count, float share)
{
    for (int i = 0; i < count; i++)
        to[i] = to[i] + share * before[i] + share * after[i];
}

static void add_one(float *restrict to, const float *restrict from, int count, float share)
{
    for (int i = 0; i < count; i++)
        to[i] += share * from[i];
}

static void smooth_row(float *to, const float *from, int count, const struct kernel *kernel)
{
    for (int i = 0; i < count; i++)
        to[i] = kernel->shares[0] * from[i];
    for (int k = 1; k <= kernel->half && k < count; k++) {
        int alone = k < count - k ? k : count - k; /* at an end: only one side is there */
        add_one(to, from + k, alone, kernel->shares[k]);
        if (count > 2 * k)
            add_pair(to + k, from, from + 2 * k, count - 2 * k, kernel->shares[k]);
        add_one(to + count - alone, from + count - alone - k, alone, kernel->shares[k]);
    }
}

static void smooth_map(struct relief *relief, float *map, const struct box *box, double smooth_mm)
{
    size_t cols = (size_t)relief->grid.cols;
    int wide = box->c1 - box->c0 + 1, high = box->r1 - box->r0 + 1;
    float *corner = map + (size_t)box->r0 * cols + (size_t)box->c0;
    float *work = relief->best + (size_t)box->r0 * cols + (size_t)box->c0;
    struct kernel kernel = kernel_of(smooth_mm, relief->grid.step_x_mm);
    for (int r = 0; r < high; r++)
        smooth_row(work + (size_t)r * cols, corner + (size_t)r * cols, wide, &kernel);
    kernel = kernel_of(smooth_mm, relief->grid.step_y_mm);
    for (int r = 0; r < high; r++) {
        float *to = corner + (size_t)r * cols;
        const float *from = work + (size_t)r * cols;
        for (int c = 0; c < wide; c++)
            to[c] = kernel.shares[0] * from[c];
        for (int k = 1; k <= kernel.half; k++) {
            if (r >= k)
                add_one(to, from - (size_t)k * cols, wide, kernel.shares[k]);
            if (r + k < high)
                add_one(to, from + (size_t)k * cols, wide, kernel.shares[k]);
        }
    }
}

/* Sums over the places of one phase of the grid, from cell to cell. */
struct phases {
    int parts;
    double load[PHASES_MOST], weight[PHASES_MOST], loads, weights;
};

static int next_phase(int phase, int parts)
{
    return phase + 1 < parts ? phase + 1 : 0;
}

static struct phases phases_of(const struct relief *relief, const float *load, const float *weight,
                               const struct box *box, bool rows)
{
    struct phases phases = {.parts = relief->grid.parts};
    for (int r = box->r0; r <= box->r1; r++) {
        int phase = (rows ? r : box->c0) % phases.parts;
        for (int c = box->c0; c <= box->c1; c++) {
            size_t i = (size_t)(r * relief->grid.cols + c);
            phases.load[phase] += (double)load[i];
            phases.weight[phase] += (double)weight[i];
            phases.loads += (double)load[i];
            phases.weights += (double)weight[i];
            phase = rows ? phase : next_phase(phase, phases.parts);
        }
    }
    return phases;
}

/* Divides what repeats from cell to cell out of a pass: gaps between cells, and the steps of the
   grid along a strip. */
static void flatten(const struct relief *relief, float *load, const float *weight,
                    const struct box *box, bool rows)
{
    struct phases phases = phases_of(relief, load, weight, box, rows);
    float shares[PHASES_MOST];
    for (int phase = 0; phase < phases.parts; phase++) {
        double usual = phases.load[phase] * phases.weights;
        shares[phase] = usual > 0 ? (float)(phases.loads * phases.weight[phase] / usual) : 1;
    }
    for (int r = box->r0; r <= box->r1; r++) {
        int phase = (rows ? r : box->c0) % phases.parts;
        for (int c = box->c0; c <= box->c1; c++) {
            load[r * relief->grid.cols + c] *= shares[phase];
            phase = rows ? phase : next_phase(phase, phases.parts);
        }
    }
}

/* The pass smoothed to a width: value and cover; cover is 0 where the tool's middle was not. */
static void lay(struct relief *relief, const struct relief_pass *pass, const struct box *box,
                double smooth_mm)
{
    float *load = relief->work[0], *weight = relief->work[1];
    for (int r = box->r0; r <= box->r1; r++)
        for (int c = box->c0; c <= box->c1; c++) {
            size_t i = (size_t)(r * relief->grid.cols + c);
            weight[i] = fminf(pass->weight[i], 1);
            load[i] = weight[i] * relief->met[i];
        }
    for (int rows = 0; rows < 2 && relief->grid.parts <= PHASES_MOST; rows++)
        flatten(relief, load, weight, box, rows);
    smooth_map(relief, load, box, smooth_mm);
    smooth_map(relief, weight, box, smooth_mm);
    for (int r = box->r0; r <= box->r1; r++)
        for (int c = box->c0; c <= box->c1; c++) {
            size_t i = (size_t)(r * relief->grid.cols + c);
            relief->cover[i] = weight[i];
            relief->value[i] = weight[i] > 0 ? load[i] / weight[i] : 0;
        }
}

/* A step of a way out from a place. */
struct step {
    int rows, cols;
    double mm;
};

/* The ways out from a place, from the full distance inwards. */
struct way {
    int count;
    struct step steps[2][STEPS_MOST];
};

struct view {
    struct relief *relief;
    const struct relief_pass *pass;
    const struct box *box;
    const struct way *way;
};

/* The value beside a place: at the full distance, or where the pass ends before that.
   Returns its distance, 0: none. */
static double beside(const struct view *view, int r, int c, int side, double *value)
{
    const struct relief *relief = view->relief;
    const struct box *box = view->box;
    double least = covered * (double)relief->cover[r * relief->grid.cols + c];
    for (int k = 0; k < view->way->count; k++) {
        const struct step *step = &view->way->steps[side][k];
        int row = r + step->rows, col = c + step->cols;
        if (row < box->r0 || row > box->r1 || col < box->c0 || col > box->c1)
            continue;
        size_t i = (size_t)(row * relief->grid.cols + col);
        if ((double)relief->cover[i] < least)
            continue;
        *value = (double)relief->value[i];
        return step->mm;
    }
    return 0;
}

/* Relative rise of a place over what lies beside it; NaN where nothing does. */
static double rise(const struct view *view, int r, int c)
{
    double a, b;
    double to_a = beside(view, r, c, 0, &a);
    double to_b = to_a > 0 ? beside(view, r, c, 1, &b) : 0;
    if (to_b <= 0)
        return NAN;
    double base = (to_b * a + to_a * b) / (to_a + to_b);
    double value = (double)view->relief->value[r * view->relief->grid.cols + c];
    return base > 0 ? value / base - 1 : NAN;
}

static void add_way(const struct view *view, struct relief_sums *sums)
{
    const struct box *box = view->box;
    for (int r = box->r0; r <= box->r1; r++)
        for (int c = box->c0; c <= box->c1; c++) {
            size_t i = (size_t)(r * view->relief->grid.cols + c);
            double up = (double)view->pass->weight[i] > met ? rise(view, r, c) : NAN;
            if (!isfinite(up))
                continue;
            sums->rise[i] += (float)up;
            sums->square[i] += (float)(up * up);
            sums->passes[i] += 1;
        }
}

static void find_way(const struct scan_grid *grid, const double unit[2], double apart_mm,
                     struct way *way)
{
    int rows = (int)lround(unit[1] * apart_mm / grid->step_y_mm);
    int cols = (int)lround(unit[0] * apart_mm / grid->step_x_mm);
    double full_mm = hypot(rows * grid->step_y_mm, cols * grid->step_x_mm);
    int steps = abs(rows) > abs(cols) ? abs(rows) : abs(cols);
    way->count = 0;
    for (int k = steps; k > 0 && 2 * k >= steps && way->count < STEPS_MOST; k--) {
        for (int side = 0; side < 2; side++) {
            double share = (side ? -1 : 1) * (double)k / steps;
            way->steps[side][way->count] = (struct step){
                (int)lround(share * rows), (int)lround(share * cols), full_mm * k / steps};
        }
        way->count++;
    }
}

void relief_add(struct relief *relief, const struct relief_pass *pass)
{
    static const double turns[RELIEF_WAYS][2] = {
        {1, 0}, {0, 1}, {M_SQRT1_2, M_SQRT1_2}, {M_SQRT1_2, -M_SQRT1_2}};
    const struct scan_grid *grid = &relief->grid;
    struct box box = box_of(grid, pass->weight);
    if (box.r1 < 0)
        return;
    for (size_t i = 0; i < relief->places; i++)
        relief->met[i] = pass->weight[i] > 0 ? pass->load[i] / pass->weight[i] : 0;
    if (pass->strip)
        polish_pass(relief->polish, relief->met, pass->weight, met, pass->along);
    const double *way = pass->way;
    for (int k = 0; k < RELIEF_WIDTHS; k++) {
        lay(relief, pass, &box, relief->smooth_mm[k]);
        for (int w = 0; w < pass->ways; w++) {
            double unit[2] = {way[0] * turns[w][0] - way[1] * turns[w][1],
                              way[0] * turns[w][1] + way[1] * turns[w][0]};
            struct way out;
            find_way(grid, unit, relief->apart_mm[k], &out);
            struct view view = {relief, pass, &box, &out};
            add_way(&view, &relief->sums[k][w]);
        }
    }
    for (size_t i = 0; i < relief->places; i++) {
        float passed = fminf(2 * pass->weight[i], 1);
        relief->passes[i] += passed;
        relief->balls[i] += pass->strip ? 0 : passed;
    }
}

double relief_passes(const struct relief *relief, const double at_mm[2])
{
    const struct scan_grid *grid = &relief->grid;
    int r = (int)fmin(fmax(at_mm[1] / grid->step_y_mm, 0), grid->rows - 1);
    int c = (int)fmin(fmax(at_mm[0] / grid->step_x_mm, 0), grid->cols - 1);
    return (double)relief->passes[r * grid->cols + c];
}
