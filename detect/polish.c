#include "polish.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double usual_quantile = 0.4;
static const uint32_t least_places = 5; /* on a line: fewer do not tell what is usual */
static const int rounds = 2;

/* The lines along one direction. */
struct lines {
    uint32_t *of;     /* [places that were met] the line that each lies on */
    uint32_t *starts; /* [lines + 1] of each line's values */
};

struct polish {
    struct scan_grid grid;
    double step_mm;
    size_t count;     /* lines */
    uint32_t met;     /* places */
    uint32_t *places; /* [met] */
    struct lines along, across;
    uint32_t *ends; /* [count] of each line's values so far */
    float *values;  /* [met] line by line */
    float *usual;   /* [count] */
};

struct polish *polish_create(const struct scan_grid *grid)
{
    size_t places = (size_t)grid->rows * (size_t)grid->cols;
    struct polish *polish = calloc(1, sizeof *polish);
    if (!polish)
        return NULL;
    polish->grid = *grid;
    polish->step_mm = fmax(grid->step_x_mm, grid->step_y_mm);
    size_t count = polish->count = 2 * (size_t)(grid->rows + grid->cols) + 2;
    polish->places = calloc(3 * places + 3 * (count + 1), sizeof *polish->places);
    polish->values = calloc(places + count, sizeof *polish->values);
    if (!polish->places || !polish->values) {
        polish_destroy(polish);
        return NULL;
    }
    polish->along.of = polish->places + places;
    polish->across.of = polish->along.of + places;
    polish->along.starts = polish->across.of + places;
    polish->across.starts = polish->along.starts + count + 1;
    polish->ends = polish->across.starts + count + 1;
    polish->usual = polish->values + places;
    return polish;
}

void polish_destroy(struct polish *polish)
{
    if (!polish)
        return;
    free(polish->places);
    free(polish->values);
    free(polish);
}

static void find_places(struct polish *polish, const float *weight, double met)
{
    uint32_t places = (uint32_t)(polish->grid.rows * polish->grid.cols);
    polish->met = 0;
    for (uint32_t i = 0; i < places; i++)
        if ((double)weight[i] > met)
            polish->places[polish->met++] = i;
}

/* Which line each place lies on, those across `unit` counted along it; where its values begin. */
static void find_lines(const struct polish *polish, const double unit[2], struct lines *lines)
{
    const struct scan_grid *grid = &polish->grid;
    double middle = (double)polish->count / 2;
    memset(lines->starts, 0, (polish->count + 1) * sizeof *lines->starts);
    for (uint32_t i = 0; i < polish->met; i++) {
        int r = (int)polish->places[i] / grid->cols, c = (int)polish->places[i] % grid->cols;
        double off = (c * grid->step_x_mm * unit[0] + r * grid->step_y_mm * unit[1]);
        lines->of[i] = (uint32_t)(off / polish->step_mm + middle);
        lines->starts[lines->of[i] + 1]++;
    }
    for (size_t line = 0; line < polish->count; line++)
        lines->starts[line + 1] += lines->starts[line];
}

/* Sorts the values by line. */
static void gather(struct polish *polish, const struct lines *lines, const float *value)
{
    memcpy(polish->ends, lines->starts, polish->count * sizeof *polish->ends);
    for (uint32_t i = 0; i < polish->met; i++)
        polish->values[polish->ends[lines->of[i]]++] = value[polish->places[i]];
}

/* What is usual for each line; 0: not known. */
static void find_usual(struct polish *polish, const struct lines *lines)
{
    for (size_t line = 0; line < polish->count; line++) {
        float *values = polish->values + lines->starts[line];
        uint32_t count = lines->starts[line + 1] - lines->starts[line];
        polish->usual[line] = 0;
        if (count < least_places)
            continue;
        polish->usual[line] = value_at_rank(values, count, (size_t)(usual_quantile * (count - 1)));
    }
}

static void divide(struct polish *polish, const struct lines *lines, float *value)
{
    gather(polish, lines, value);
    find_usual(polish, lines);
    for (uint32_t i = 0; i < polish->met; i++)
        if (polish->usual[lines->of[i]] > 0)
            value[polish->places[i]] /= polish->usual[lines->of[i]];
}

void polish_pass(struct polish *polish, float *value, const float *weight, double met,
                 const double along[2])
{
    const double across[2] = {-along[1], along[0]};
    find_places(polish, weight, met);
    find_lines(polish, along, &polish->along);
    find_lines(polish, across, &polish->across);
    for (int i = 0; i < rounds; i++) {
        divide(polish, &polish->along, value);
        divide(polish, &polish->across, value);
    }
}
