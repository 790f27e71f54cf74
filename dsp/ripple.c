#include "ripple.h"

#include <math.h>

/* Of one direction. */
struct bound {
    double position_mm, force;
};

/* @param deviation_mm of the load */
static struct bound bound_of(double deviation_mm, double pitch_mm, double fill)
{
    double width = sqrt(12) * deviation_mm / pitch_mm, gap = 1 - fill;
    if (width < 1)
        return (struct bound){0.5 * pitch_mm, gap / fill};
    double position = 0.5 * gap + fill * fill / (8 * width);
    return (struct bound){fmin(position, 0.5) * pitch_mm, gap / width};
}

struct ripple ripple_bound(const struct geometry *geometry, const struct contact *contact,
                           double fill)
{
    double c = cos(contact->angle_rad), s = sin(contact->angle_rad);
    double length = contact->length_mm / 4, width = contact->width_mm / 4;
    struct bound x = bound_of(hypot(c * length, s * width), geometry->pitch_x_mm, fill);
    struct bound y = bound_of(hypot(s * length, c * width), geometry->pitch_y_mm, fill);
    return (struct ripple){x.position_mm, y.position_mm, (1 + x.force) * (1 + y.force) - 1};
}
