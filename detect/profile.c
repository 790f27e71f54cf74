#include "profile.h"

#include <math.h>
#include <string.h>

static const double spread_quantile = 0.4;
static const double learning_mm = 60; /* way over which the spread may change by a factor of e */

void profile_clear(struct profile *profile, const struct geometry *geometry)
{
    memset(profile, 0, sizeof *profile);
    profile->off_bin_mm = fmin(geometry->pitch_x_mm, geometry->pitch_y_mm) / 4;
    profile->side_bin_mm = fmax(geometry->pitch_x_mm, geometry->pitch_y_mm);
}

void profile_aim(struct profile *profile, const struct track *track)
{
    double angle = track_angle_rad(track);
    profile->strip = track->kind == CONTACT_ROLLER;
    profile->centre_mm[0] = track->shape.x_mm;
    profile->centre_mm[1] = track->shape.y_mm;
    profile->along[0] = profile->across[1] = cos(angle);
    profile->along[1] = sin(angle);
    profile->across[0] = -profile->along[1];
    profile->least_side = PROFILE_SIDES;
    profile->most_side = -1;
}

struct profile_place profile_place(const struct profile *profile, const struct blob *part,
                                   const double at_mm[2])
{
    if (!profile->strip) {
        double off = hypot(at_mm[0] - part->shape.x_mm, at_mm[1] - part->shape.y_mm);
        return (struct profile_place){.off_mm = off};
    }
    double dx = at_mm[0] - profile->centre_mm[0], dy = at_mm[1] - profile->centre_mm[1];
    double side =
        (at_mm[0] * profile->along[0] + at_mm[1] * profile->along[1]) / profile->side_bin_mm +
        PROFILE_SIDES / 2.0;
    return (struct profile_place){
        .off_mm = fabs(dx * profile->across[0] + dy * profile->across[1]),
        .side = fmin(fmax(side, 0), PROFILE_SIDES - 2),
    };
}

void profile_line(struct profile *profile, const struct profile_place *place, double relative)
{
    int side = (int)place->side;
    double share = place->side - side;
    if (profile->least_side == PROFILE_SIDES) {
        profile->least_side = side;
        profile->most_side = side + 1;
        profile->line[side] = profile->line[side + 1] = 0;
    }
    while (profile->least_side > side)
        profile->line[--profile->least_side] = 0;
    while (profile->most_side < side + 1)
        profile->line[++profile->most_side] = 0;
    profile->line[side] += (1 - share) * relative;
    profile->line[side + 1] += share * relative;
}

void profile_learn_line(struct profile *profile, double way_mm)
{
    double rate = fmin(way_mm / learning_mm, 0.5);
    for (int side = profile->least_side; side <= profile->most_side; side++) {
        double line = profile->line[side], *spread = &profile->spread[side];
        if (*spread <= 0)
            *spread = line;
        else
            *spread *= exp(rate * (spread_quantile - (line < *spread)));
    }
}

static double line_at(const double *line, double side)
{
    int low = (int)side;
    return line[low] + (side - low) * (line[low + 1] - line[low]);
}

void profile_learn(struct profile *profile, const struct profile_place *place, double relative,
                   double weight)
{
    int bin = (int)(place->off_mm / profile->off_bin_mm);
    double scale = profile->strip ? line_at(profile->line, place->side) : 1;
    if (bin >= PROFILE_BINS || scale <= 0)
        return;
    profile->sums[bin] += weight * relative / scale;
    profile->counts[bin] += weight;
}

/* The fall-off at a distance, linear between the middles of the bins. */
static double fall_off(const struct profile *profile, double off_mm)
{
    double bin = fmax(off_mm / profile->off_bin_mm - 0.5, 0);
    int low = (int)bin;
    if (low + 1 >= PROFILE_BINS)
        return 0;
    double a = profile->counts[low] > 0 ? profile->sums[low] / profile->counts[low] : 0;
    double b = profile->counts[low + 1] > 0 ? profile->sums[low + 1] / profile->counts[low + 1] : a;
    return (a > 0 ? a : b) + (bin - low) * (b - (a > 0 ? a : b));
}

double profile_expect(const struct profile *profile, const struct profile_place *place)
{
    double scale = profile->strip ? line_at(profile->spread, place->side) : 1;
    return scale * fall_off(profile, place->off_mm);
}

double profile_cover(const struct profile *profile, const struct profile_place *place)
{
    double middle = 0;
    for (int bin = 0; bin < 8; bin++)
        if (profile->counts[bin] > 0)
            middle = fmax(middle, profile->sums[bin] / profile->counts[bin]);
    return middle > 0 ? fall_off(profile, place->off_mm) / middle : 0;
}
