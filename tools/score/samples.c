#include "samples.h"

#include "mat/mat.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int samples_add(struct samples *samples, double value)
{
    if (samples->count == samples->room) {
        size_t room = samples->room ? 2 * samples->room : 64;
        double *values = realloc(samples->values, room * sizeof *values);
        if (!values)
            return STATUS_MEMORY;
        samples->values = values;
        samples->room = room;
    }
    samples->values[samples->count++] = value;
    return STATUS_OK;
}

int samples_merge(struct samples *samples, const struct samples *more)
{
    int status = STATUS_OK;
    for (size_t i = 0; i < more->count && status == STATUS_OK; i++)
        status = samples_add(samples, more->values[i]);
    return status;
}

static int ascending(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

double samples_quantile(struct samples *samples, double share)
{
    if (!samples->count)
        return NAN;
    qsort(samples->values, samples->count, sizeof *samples->values, ascending);
    double place = share * (double)(samples->count - 1);
    size_t below = (size_t)place;
    if (below + 1 >= samples->count)
        return samples->values[samples->count - 1];
    double low = samples->values[below], high = samples->values[below + 1];
    return low + (high - low) * (place - (double)below);
}

void samples_clear(struct samples *samples)
{
    free(samples->values);
    memset(samples, 0, sizeof *samples);
}
