#include "profile.h"

#include <math.h>
#include <string.h>

static const double spread_quantile = 0.3;
static const double level_quantile = 0.3;
static const double learning_mm = 300; /* way over which the spread may change by a factor of e */
static const double first_mm = 5;      /* the same at first: it begins anywhere */
static const double most_ratio = 3;
static const double end_share = 0.42; /* of the highest spread: less is the strip's end */

void profile_clear(struct profile *profile, const struct geometry *geometry)
{
    memset(profile, 0, sizeof *profile);
    profile->bin_mm = fmax(geometry->pitch_x_mm, geometry->pitch_y_mm);
}

void profile_aim(struct profile *profile, const struct track *track, bool strip)
{
    double angle = track_angle_rad(track);
    profile->strip = strip;
    profile->centre_mm[0] = track->shape.x_mm;
    profile->centre_mm[1] = track->shape.y_mm;
    profile->along[0] = profile->across[1] = cos(angle);
    profile->along[1] = sin(angle);
    profile->across[0] = -profile->along[1];
    profile->least = PROFILE_SIDES;
    profile->most = -1;
    double way = track->step_mm[0] * profile->across[0] + track->step_mm[1] * profile->across[1];
    for (int i = 0; i < 2; i++)
        profile->pivot_mm[i] = profile->aimed ? profile->pivot_mm[i] + way * profile->across[i]
                                              : profile->centre_mm[i];
    profile->aimed = true;
}

static void empty_bin(struct profile *profile, int bin)
{
    profile->line[bin] = 0;
    profile->spoilt[bin] = false;
}

static void reach(struct profile *profile, int bin)
{
    if (profile->least > profile->most) {
        profile->least = bin;
        profile->most = bin - 1;
    }
    while (profile->least > bin)
        empty_bin(profile, --profile->least);
    while (profile->most < bin + 1)
        empty_bin(profile, ++profile->most);
}

/* Where a place is along the strip, in bins. */
static double side_of(const struct profile *profile, const double at_mm[2])
{
    double along = (at_mm[0] - profile->pivot_mm[0]) * profile->along[0] +
                   (at_mm[1] - profile->pivot_mm[1]) * profile->along[1];
    double side = along / profile->bin_mm + PROFILE_SIDES / 2.0;
    side = side > 0 ? side : 0;
    return side < PROFILE_SIDES - 2 ? side : PROFILE_SIDES - 2;
}

void profile_line(struct profile *profile, const double at_mm[2], double relative, bool faulty)
{
    double side = side_of(profile, at_mm);
    int bin = (int)side;
    reach(profile, bin);
    profile->line[bin] += (1 - (side - bin)) * relative;
    profile->line[bin + 1] += (side - bin) * relative;
    profile->spoilt[bin] |= faulty;
    profile->spoilt[bin + 1] |= faulty;
}

/* Moves towards the spread_quantile of the values met along the way. */
static void learn(double *usual, double value, double rate)
{
    if (*usual <= 0)
        *usual = value;
    else
        *usual *= exp(rate * (value < *usual ? spread_quantile - 1 : spread_quantile));
}

void profile_learn(struct profile *profile, double way_mm)
{
    for (int bin = profile->least; bin <= profile->most; bin++) {
        if (profile->spoilt[bin])
            continue;
        profile->way_mm[bin] += way_mm;
        double rate = fmin(way_mm / fmin(learning_mm, first_mm + profile->way_mm[bin] / 2), 0.5);
        learn(&profile->spread[bin], profile->line[bin], rate);
    }
}

double profile_pair(struct profile *profile, int side, double value, double way_mm)
{
    profile->pair_way_mm += way_mm / 2;
    double rate = fmin(way_mm / fmin(learning_mm, first_mm + profile->pair_way_mm / 2), 0.5);
    learn(&profile->pair[side], value, rate);
    return fmin(value / profile->pair[side], most_ratio);
}

void profile_forget_pair(struct profile *profile)
{
    profile->pair[0] = profile->pair[1] = profile->pair_way_mm = 0;
}

static double most_spread(const struct profile *profile)
{
    double most = 0;
    for (int i = profile->least; i <= profile->most; i++)
        most = profile->spread[i] > most ? profile->spread[i] : most;
    return most;
}

static bool is_known(const struct profile *profile, int bin)
{
    return profile->spread[bin] > 0 && profile->spread[bin] >= profile->end &&
           !profile->spoilt[bin];
}

void profile_level(struct profile *profile)
{
    float ratios[PROFILE_SIDES];
    size_t count = 0;
    profile->end = end_share * most_spread(profile);
    for (int i = profile->least; i <= profile->most; i++)
        if (is_known(profile, i))
            ratios[count++] = (float)(profile->line[i] / profile->spread[i]);
    size_t rank = (size_t)(level_quantile * ((double)count - 1));
    profile->level = count ? (double)value_at_rank(ratios, count, rank) : 1;
}

bool profile_reaches(const struct profile *profile, const double at_mm[2])
{
    const double *spread = &profile->spread[(int)side_of(profile, at_mm)];
    double least = fmin(spread[0], spread[1]);
    return least > 0 && least >= profile->end;
}

double profile_ratio(const struct profile *profile, int bin)
{
    if (!is_known(profile, bin) || profile->level <= 0)
        return NAN;
    return fmin(profile->line[bin] / (profile->spread[bin] * profile->level), most_ratio);
}

void profile_place(const struct profile *profile, double bin, double at_mm[2])
{
    double along = (bin - PROFILE_SIDES / 2.0) * profile->bin_mm;
    double from = (profile->centre_mm[0] - profile->pivot_mm[0]) * profile->along[0] +
                  (profile->centre_mm[1] - profile->pivot_mm[1]) * profile->along[1];
    for (int i = 0; i < 2; i++)
        at_mm[i] = profile->centre_mm[i] + (along - from) * profile->along[i];
}
