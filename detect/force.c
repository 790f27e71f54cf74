#include "force.h"

#include <math.h>

static const double least_n = 0.5, step = 1.05;

void force_add(struct force *force, double force_n, double duration_s)
{
    double bin = force_n > least_n ? log(force_n / least_n) / log(step) : 0;
    int index = (int)fmin(bin, FORCE_BINS - 1);
    force->bins[index] += duration_s;
    force->total_s += duration_s;
    force->most_n = fmax(force->most_n, force_n);
}

double force_quantile(const struct force *force, double share)
{
    double wanted = share * force->total_s, seen = 0;
    for (int i = 0; i < FORCE_BINS; i++) {
        double bin = force->bins[i];
        if (bin > 0 && seen + bin >= wanted)
            return fmin(least_n * pow(step, i + (wanted - seen) / bin), force->most_n);
        seen += bin;
    }
    return force->most_n;
}
