#include "support_conditioner.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

int bench_set_up(void **state)
{
    struct bench *bench = calloc(1, sizeof *bench);
    assert_non_null(bench);
    test_mat_make(&bench->mat, 32, 32);
    *state = bench;
    return 0;
}

int bench_tear_down(void **state)
{
    struct bench *bench = *state;
    conditioner_destroy(bench->conditioner);
    free(bench);
    return 0;
}

void bench_run(struct bench *bench, double seconds)
{
    if (!bench->conditioner) {
        struct parameters parameters;
        parameters_default(&parameters);
        bench->conditioner = conditioner_create(&bench->mat.geometry, &parameters);
        assert_non_null(bench->conditioner);
    }
    for (int i = 0; i < (int)(seconds * bench->mat.rate_hz + 0.5); i++)
        conditioner_push(bench->conditioner, test_mat_frame(&bench->mat), &bench->out);
}

double bench_force(const struct bench *bench, int row, int col, int reach)
{
    double sum = 0;
    for (int r = row - reach; r <= row + reach; r++)
        for (int c = col - reach; c <= col + reach; c++)
            sum += bench->out.kpa[CELL(r, c)];
    return sum;
}

int bench_faults(const struct bench *bench)
{
    int count = 0;
    for (int i = 0; i < bench->out.rows * bench->out.cols; i++)
        count += bench->out.faults[i] != 0;
    return count;
}
