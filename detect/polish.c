#include "polish.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double usual_quantile = 0.4;
static const uint32_t least_places = 5; /* on a line: fewer do not tell what is usual */
static const int rounds = 2;

struct polish {
    struct scan_grid grid;
    double step_mm;
    size_t lines;
    uint32_t *line;          /* [places] that each lies on */
    uint32_t *starts, *ends; /* [lines] of each line's values */
    float *usual;            /* [lines] */
    float *values;           /* [places] line by line */
};

struct polish *polish_create(const struct scan_grid *grid)
{
    size_t places = (size_t)grid->rows * (size_t)grid->cols;
    struct polish *polish = calloc(1, sizeof *polish);
    if (!polish)
        return NULL;
    polish->grid = *grid;
    polish->step_mm = fmax(grid->step_x_mm, grid->step_y_mm);
    polish->lines = 2 * (size_t)(grid->rows + grid->cols) + 2;
    polish->line = calloc(places, sizeof *polish->line);
    polish->starts = calloc(polish->lines * 2, sizeof *polish->starts);
    polish->values = calloc(places + polish->lines, sizeof *polish->values);
    if (!polish->line || !polish->starts || !polish->values) {
        polish_destroy(polish);
        return NULL;
    }
    polish->ends = polish->starts + polish->lines;
    polish->usual = polish->values + places;
    return polish;
}

void polish_destroy(struct polish *polish)
{
    if (!polish)
        return;
    free(polish->line);
    free(polish->starts);
    free(polish->values);
    free(polish);
}

/* Which line each place lies on, those across `unit` counted along it. */
static void find_lines(struct polish *polish, const double unit[2])
{
    const struct scan_grid *grid = &polish->grid;
    double middle = (double)polish->lines / 2;
    for (int r = 0; r < grid->rows; r++)
        for (int c = 0; c < grid->cols; c++) {
            double off = (c * grid->step_x_mm * unit[0] + r * grid->step_y_mm * unit[1]);
            polish->line[r * grid->cols + c] = (uint32_t)(off / polish->step_mm + middle);
        }
}

/* Sorts the values by line. */
static void gather(struct polish *polish, const float *value, const float *weight, double met)
{
    size_t places = (size_t)polish->grid.rows * (size_t)polish->grid.cols;
    memset(polish->ends, 0, polish->lines * sizeof *polish->ends);
    for (size_t i = 0; i < places; i++)
        polish->ends[polish->line[i]] += (double)weight[i] > met;
    uint32_t sum = 0;
    for (size_t line = 0; line < polish->lines; line++) {
        polish->starts[line] = sum;
        sum += polish->ends[line];
        polish->ends[line] = polish->starts[line];
    }
    for (size_t i = 0; i < places; i++)
        if ((double)weight[i] > met)
            polish->values[polish->ends[polish->line[i]]++] = value[i];
}

/* What is usual for each line; 0: not known. */
static void find_usual(struct polish *polish)
{
    for (size_t line = 0; line < polish->lines; line++) {
        float *values = polish->values + polish->starts[line];
        uint32_t count = polish->ends[line] - polish->starts[line];
        polish->usual[line] = 0;
        if (count < least_places)
            continue;
        polish->usual[line] = value_at_rank(values, count, (size_t)(usual_quantile * (count - 1)));
    }
}

static void divide(struct polish *polish, float *value, const float *weight, double met)
{
    size_t places = (size_t)polish->grid.rows * (size_t)polish->grid.cols;
    gather(polish, value, weight, met);
    find_usual(polish);
    for (size_t i = 0; i < places; i++)
        if ((double)weight[i] > met && polish->usual[polish->line[i]] > 0)
            value[i] /= polish->usual[polish->line[i]];
}

void polish_pass(struct polish *polish, float *value, const float *weight, double met,
                 const double along[2])
{
    const double across[2] = {-along[1], along[0]};
    for (int i = 0; i < rounds; i++) {
        find_lines(polish, along);
        divide(polish, value, weight, met);
        find_lines(polish, across);
        divide(polish, value, weight, met);
    }
}
