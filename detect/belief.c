#include "belief.h"

#include <math.h>

/* Under a strip as much speaks for a spot as against one. Under a ball something would be known. */
static const double indifferent = 1.8;

static double log_of(double value, double least, double most)
{
    return log(fmin(fmax(value, least), most));
}

double belief(const struct summit *summit, double tread, uint32_t strokes)
{
    double z = log_of(summit->significance, 0.3, 200), radius = log_of(summit->radius_mm, 1, 100);
    bool unknown = tread < 0 && !summit->ball;
    double cells = log_of(unknown ? indifferent : tread, 0.5, 200);
    double passes = log_of(summit->passes, 1, 1000);
    double seen = log_of(summit->passes / fmax(strokes, 1), 0.05, 1);
    double odds = summit->ball ? -15.5 + 4.3 * z + 3.8 * radius + 1.3 * cells + 0.9 * passes
                               : -19.3 + 5 * z + 4.8 * radius + 2 * cells + seen;
    return fmax(1 / (1 + exp(-odds)), 0.01);
}
