#include "bump.h"

#include <math.h>

static const double sizes_mm[] = {3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 18, 21, 24};
static const double weights[RELIEF_WIDTHS] = {2, 1, 0.5}; /* the wider, the more else is in it */
static const double kept = 0.54; /* of the rise, by the way to the relief */
static const double least_mm = 3;
static const double least_spread = 0.8, most_spread = 2;

/* The rises at a place; those of ways that most passes do not show have no weight. */
struct rises {
    double up[RELIEF_WIDTHS][RELIEF_WAYS], weight[RELIEF_WIDTHS][RELIEF_WAYS];
};

struct bump {
    double height, along_mm, axis_mm, error;
};

static struct rises rises_at(const struct relief *relief, size_t place, bool ball)
{
    struct rises rises = {0};
    for (int k = 0; k < RELIEF_WIDTHS; k++)
        for (int w = 0; w < (ball ? 1 : RELIEF_WAYS); w++) {
            const struct relief_sums *sums = &relief->sums[k][w];
            if (sums->passes[place] <= 0 || 2 * sums->passes[place] < relief->passes[place])
                continue;
            rises.up[k][w] = (double)(sums->rise[place] / sums->passes[place]);
            rises.weight[k][w] = weights[k];
        }
    return rises;
}

/* What a bump of height 1 shows at a width in a way: smoothed, over the chord between its flanks.
 */
static double shown(const struct relief *relief, const struct bump *bump, bool ball, int k, int way)
{
    double smooth = relief->smooth_mm[k] * relief->smooth_mm[k];
    double apart = relief->apart_mm[k] * relief->apart_mm[k];
    double along = bump->along_mm * bump->along_mm, axis = bump->axis_mm * bump->axis_mm;
    double by_along = apart / (along + smooth), by_axis = apart / (axis + smooth);
    double left = along / (along + smooth) * (ball ? 1 : axis / (axis + smooth));
    double fall = way == 0 ? by_along : way == 1 ? by_axis : (by_along + by_axis) / 2;
    return sqrt(left) * (1 - exp(-fall / 2));
}

/* The height of a bump of these sizes that fits best, by least squares. */
static void fit(const struct relief *relief, const struct rises *rises, bool ball,
                struct bump *bump)
{
    double both = 0, square = 1e-12, total = 0;
    for (int k = 0; k < RELIEF_WIDTHS; k++)
        for (int w = 0; w < RELIEF_WAYS; w++) {
            double part = shown(relief, bump, ball, k, w), up = rises->up[k][w];
            both += rises->weight[k][w] * part * up;
            square += rises->weight[k][w] * part * part;
            total += rises->weight[k][w] * up * up;
        }
    bump->height = both / square;
    bump->error = total - both * both / square;
}

double bump_rise(const struct relief *relief, size_t place, bool ball)
{
    const int count = sizeof sizes_mm / sizeof sizes_mm[0];
    struct rises rises = rises_at(relief, place, ball);
    struct bump best = {.error = INFINITY};
    for (int i = 0; i < count; i++)
        for (int j = ball ? i : 0; j < (ball ? i + 1 : count); j++) {
            struct bump bump = {.along_mm = sizes_mm[i], .axis_mm = sizes_mm[j]};
            fit(relief, &rises, ball, &bump);
            if (bump.error < best.error)
                best = bump;
        }
    double pitch = relief->grid.parts * fmax(relief->grid.step_x_mm, relief->grid.step_y_mm);
    double round = fmax(best.axis_mm * best.axis_mm - pitch * pitch / 4, least_mm * least_mm);
    double spread = fmin(fmax(best.along_mm * best.axis_mm / round, least_spread), most_spread);
    return fmax(best.height, 0) * (ball ? 1 : spread) / kept;
}
