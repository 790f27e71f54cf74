#include "support_mat.h"

#include <math.h>
#include <string.h>

static double uniform(struct test_mat *mat)
{
    mat->random = mat->random * 6364136223846793005U + 1442695040888963407U;
    return (double)(mat->random >> 11) / 9007199254740992.0;
}

double test_mat_normal(struct test_mat *mat)
{
    double sum = -6;
    for (int i = 0; i < 12; i++)
        sum += uniform(mat);
    return sum;
}

void test_mat_make(struct test_mat *mat, uint16_t rows, uint16_t cols)
{
    *mat = (struct test_mat){.geometry = {.rows = rows,
                                          .cols = cols,
                                          .pitch_x_mm = 10,
                                          .pitch_y_mm = 10,
                                          .rate_hz = 100,
                                          .scale_kpa = 200.0 / 4095,
                                          .full_scale = 4095},
                             .rate_hz = 100,
                             .noise_counts = 12,
                             .random = 7};
    for (uint32_t i = 0; i < geometry_cells(&mat->geometry); i++)
        mat->offset[i] = 100 + 10 * test_mat_normal(mat);
}

void test_mat_clear(struct test_mat *mat)
{
    memset(mat->load, 0, sizeof mat->load);
}

void test_mat_ball(struct test_mat *mat, double peak, double row, double col, double width)
{
    for (int r = 0; r < mat->geometry.rows; r++)
        for (int c = 0; c < mat->geometry.cols; c++) {
            double square = (r - row) * (r - row) + (c - col) * (c - col);
            mat->load[r * mat->geometry.cols + c] += peak * exp(-0.5 * square / (width * width));
        }
}

const struct frame *test_mat_frame(struct test_mat *mat)
{
    uint64_t number = mat->frame.cells ? mat->frame.number + 1 : 0;
    int64_t step_us = (int64_t)(1e6 / mat->rate_hz + 0.5);
    int64_t time_us = number ? mat->frame.time_us + step_us : 1700000000000000;
    for (uint32_t i = 0; i < geometry_cells(&mat->geometry); i++) {
        double value = mat->offset[i] + mat->load[i] + mat->noise_counts * test_mat_normal(mat);
        mat->cells[i] = (uint16_t)fmin(fmax(value + 0.5, 0), mat->geometry.full_scale);
    }
    mat->frame = (struct frame){.number = number,
                                .sequence = number,
                                .time_us = time_us,
                                .rows = mat->geometry.rows,
                                .cols = mat->geometry.cols,
                                .cells = mat->cells};
    return &mat->frame;
}
