#include "held.h"

#include <math.h>

static struct held_place *find(struct held *held, const struct held_place *place, double merge_mm)
{
    for (size_t i = 0; i < held->count; i++) {
        struct held_place *other = &held->places[i];
        if (hypot(other->rise.at_mm[0] - place->rise.at_mm[0],
                  other->rise.at_mm[1] - place->rise.at_mm[1]) < merge_mm)
            return other;
    }
    return NULL;
}

void held_take(struct held *held, const struct held_place *place, double merge_mm)
{
    struct held_place *known = find(held, place, merge_mm);
    if (!known && held->count < HELD_MAX)
        held->places[held->count++] = *place;
    if (!known)
        return;
    known->dwell_s += place->dwell_s;
    known->impulse_ns += place->impulse_ns;
    known->peak_kpa = fmax(known->peak_kpa, place->peak_kpa);
    known->last_s = place->last_s;
    if (place->rise.significance > known->rise.significance)
        known->rise = place->rise;
}

double held_confidence(const struct held_place *place)
{
    double z = log(fmin(fmax(place->rise.significance, 0.3), 50));
    double odds = -5.0 + 4.0 * z;
    return fmax(1 / (1 + exp(-odds)), 0.01);
}
