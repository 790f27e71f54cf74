#include "geometry.h"

#include "status.h"

#include <math.h>

static int side_check(const char *name, unsigned side, struct failure *failure)
{
    if (side >= 1 && side <= MAT_SIDE_MAX)
        return STATUS_OK;
    return failure_set(failure, STATUS_ARGUMENT, "%s is %u, must be 1 to %d", name, side,
                       MAT_SIDE_MAX);
}

static int positive_check(const char *name, double value, double most, struct failure *failure)
{
    if (isfinite(value) && value > 0 && value <= most)
        return STATUS_OK;
    return failure_set(failure, STATUS_ARGUMENT, "%s is %g, must be above 0 and at most %g", name,
                       value, most);
}

int geometry_check(const struct geometry *geometry, struct failure *failure)
{
    int status = side_check("rows", geometry->rows, failure);
    if (!status)
        status = side_check("cols", geometry->cols, failure);
    if (!status)
        status = positive_check("pitch_x_mm", geometry->pitch_x_mm, 1000, failure);
    if (!status)
        status = positive_check("pitch_y_mm", geometry->pitch_y_mm, 1000, failure);
    if (!status)
        status = positive_check("scale_kpa", geometry->scale_kpa, 1e6, failure);
    if (!status && geometry->full_scale == 0)
        status = failure_set(failure, STATUS_ARGUMENT, "full_scale is 0, must be 1 to 65535");
    if (!status && !isfinite(geometry->offset_kpa))
        status = failure_set(failure, STATUS_ARGUMENT, "offset_kpa is not a number");
    if (!status && !(isfinite(geometry->rate_hz) && geometry->rate_hz >= 0))
        status = failure_set(failure, STATUS_ARGUMENT, "rate_hz is %g, must be 0 or more",
                             geometry->rate_hz);
    return status;
}
