#include "position.h"

#include <math.h>

/* Sums over the window, in mm from its first cell's centre. */
struct moments {
    double weight, force, x, y, xx, yy, xy;
};

static int within(int value, int most)
{
    return value < 0 ? 0 : value > most ? most : value;
}

static struct moments sum_up(const struct picture *picture, const struct window *window,
                             float threshold_kpa)
{
    struct moments sums = {0};
    int bottom = within(window->row + window->height, picture->rows);
    int right = within(window->col + window->width, picture->cols);
    for (int r = within(window->row, picture->rows); r < bottom; r++)
        for (int c = within(window->col, picture->cols); c < right; c++) {
            float kpa = picture->kpa[r * picture->cols + c];
            double weight = fmax(0, (double)kpa - threshold_kpa);
            double x = (c - window->col) * picture->pitch_x_mm;
            double y = (r - window->row) * picture->pitch_y_mm;
            sums.force += weight > 0 ? kpa : 0;
            sums.weight += weight;
            sums.x += weight * x;
            sums.y += weight * y;
            sums.xx += weight * x * x;
            sums.yy += weight * y * y;
            sums.xy += weight * x * y;
        }
    return sums;
}

/* Variance with the extent of a cell taken off (Sheppard's correction). */
static double spread(double variance, double pitch_mm)
{
    return fmax(0, variance - pitch_mm * pitch_mm / 12);
}

/* The grid can widen a strip by up to this many variances of a cell. */
#define WIDENING 2.25

static double ripple(double variance, double pitch_mm)
{
    double width = sqrt(fmax(0, 12 * variance - WIDENING * pitch_mm * pitch_mm));
    return fmin(0.5 * pitch_mm, width > 0 ? pitch_mm * pitch_mm / (8 * width) : pitch_mm);
}

bool position_measure(const struct picture *picture, const struct window *window,
                      float threshold_kpa, struct position *position)
{
    struct moments sums = sum_up(picture, window, threshold_kpa);
    if (!(sums.weight > 0))
        return false;
    double px = picture->pitch_x_mm, py = picture->pitch_y_mm;
    double x = sums.x / sums.weight, y = sums.y / sums.weight;
    double raw_xx = sums.xx / sums.weight - x * x, raw_yy = sums.yy / sums.weight - y * y;
    double xx = spread(raw_xx, px), yy = spread(raw_yy, py);
    double xy = sums.xy / sums.weight - x * y;
    double middle = 0.5 * (xx + yy), reach = hypot(0.5 * (xx - yy), xy);
    *position = (struct position){
        .x_mm = x + (window->col + 0.5) * px,
        .y_mm = y + (window->row + 0.5) * py,
        .force_n = sums.force * px * py * 1e-3,
        .angle_rad = 0.5 * atan2(2 * xy, xx - yy),
        .length_mm = 4 * sqrt(middle + reach),
        .width_mm = 4 * sqrt(fmax(0, middle - reach)),
        .ripple_x_mm = ripple(raw_xx, px),
        .ripple_y_mm = ripple(raw_yy, py),
    };
    return true;
}
