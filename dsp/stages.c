#include "stages.h"

#include "lanes.h"

#include <math.h>

#define PI    3.14159265358979323846
#define WIDTH STAGE_LANES

void stages_roots(struct root *roots, size_t length)
{
    for (size_t k = 0; k < length; k++) {
        double angle = 2 * PI * (double)k / (double)length;
        roots[k] = (struct root){(float)cos(angle), (float)-sin(angle), (float)sin(angle)};
    }
}

/* Four rows: butterfly, then turned. */
LANES static void turn_out(float *restrict rows, size_t quarter, const struct root *roots,
                           size_t step)
{
    const size_t next = quarter * WIDTH;
    for (size_t j = 0; j < quarter; j++) {
        float *restrict a = rows + j * WIDTH, *restrict b = a + next;
        float *restrict c = b + next, *restrict d = c + next;
        const struct root u = roots[j * step], v = roots[2 * j * step], w = roots[3 * j * step];
        for (size_t i = 0; i < WIDTH; i += 2) {
            float sum_r = a[i] + c[i], sum_i = a[i + 1] + c[i + 1];
            float dif_r = a[i] - c[i], dif_i = a[i + 1] - c[i + 1];
            float odd_r = b[i] + d[i], odd_i = b[i + 1] + d[i + 1];
            float far_r = b[i] - d[i], far_i = b[i + 1] - d[i + 1];
            float one_r = dif_r + far_i, one_i = dif_i - far_r;
            float two_r = sum_r - odd_r, two_i = sum_i - odd_i;
            float three_r = dif_r - far_i, three_i = dif_i + far_r;
            a[i] = sum_r + odd_r;
            a[i + 1] = sum_i + odd_i;
            b[i] = one_r * u.c + one_i * u.n;
            b[i + 1] = one_r * u.s + one_i * u.c;
            c[i] = two_r * v.c + two_i * v.n;
            c[i + 1] = two_r * v.s + two_i * v.c;
            d[i] = three_r * w.c + three_i * w.n;
            d[i + 1] = three_r * w.s + three_i * w.c;
        }
    }
}

/* Four rows: turned back, then butterfly. */
LANES static void turn_in(float *restrict rows, size_t quarter, const struct root *roots,
                          size_t step)
{
    const size_t next = quarter * WIDTH;
    for (size_t j = 0; j < quarter; j++) {
        float *restrict a = rows + j * WIDTH, *restrict b = a + next;
        float *restrict c = b + next, *restrict d = c + next;
        const struct root u = roots[j * step], v = roots[2 * j * step], w = roots[3 * j * step];
        for (size_t i = 0; i < WIDTH; i += 2) {
            float one_r = b[i] * u.c + b[i + 1] * u.s, one_i = b[i + 1] * u.c + b[i] * u.n;
            float two_r = c[i] * v.c + c[i + 1] * v.s, two_i = c[i + 1] * v.c + c[i] * v.n;
            float three_r = d[i] * w.c + d[i + 1] * w.s, three_i = d[i + 1] * w.c + d[i] * w.n;
            float sum_r = a[i] + two_r, sum_i = a[i + 1] + two_i;
            float dif_r = a[i] - two_r, dif_i = a[i + 1] - two_i;
            float odd_r = one_r + three_r, odd_i = one_i + three_i;
            float far_r = one_r - three_r, far_i = one_i - three_i;
            a[i] = sum_r + odd_r;
            a[i + 1] = sum_i + odd_i;
            b[i] = dif_r - far_i;
            b[i + 1] = dif_i + far_r;
            c[i] = sum_r - odd_r;
            c[i + 1] = sum_i - odd_i;
            d[i] = dif_r + far_i;
            d[i + 1] = dif_i - far_r;
        }
    }
}

void stages_forward(const struct stages *stages, float *rows)
{
    for (size_t size = stages->length; size > stages->inner; size /= 4)
        for (size_t first = 0; first < stages->length; first += size)
            turn_out(rows + first * WIDTH, size / 4, stages->roots, stages->length / size);
}

void stages_backward(const struct stages *stages, float *rows)
{
    for (size_t size = 4 * stages->inner; size <= stages->length; size *= 4)
        for (size_t first = 0; first < stages->length; first += size)
            turn_in(rows + first * WIDTH, size / 4, stages->roots, stages->length / size);
}
