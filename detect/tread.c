#include "tread.h"

#include <math.h>
#include <string.h>

static const double bin_mm = 2;
static const double learning_mm = 300; /* way over which the footprint may change */
static const double known_mm = 25;     /* way after which it is known */
static const double least_mm = 1;      /* way between two frames that are taken in */
static const double rim_share = 0.1;   /* of the highest share: less is the rim */

void tread_forget(struct tread *tread)
{
    memset(tread->shape, 0, sizeof tread->shape);
    memset(tread->way_mm, 0, sizeof tread->way_mm);
    tread->most = tread->owed_mm[0] = tread->owed_mm[1] = 0;
}

static void learn(struct tread *tread, int bin, double share, double way_mm)
{
    if (way_mm <= 0)
        return;
    tread->way_mm[bin] += way_mm;
    tread->shape[bin] +=
        (share - tread->shape[bin]) * way_mm / fmin(tread->way_mm[bin], learning_mm);
    tread->most = fmax(tread->most, tread->shape[bin]);
}

/* A cell that bears a share of the load, so many bins from the middle. */
static void bear(struct tread *tread, uint32_t cell, double bins, double share, const double way[2])
{
    if (!(bins >= 0 && bins < TREAD_BINS - 1))
        return;
    int bin = (int)bins;
    double part = bins - bin;
    learn(tread, bin, share, (1 - part) * way[0]);
    learn(tread, bin + 1, share, part * way[0]);
    double usual = (1 - part) * tread->shape[bin] + part * tread->shape[bin + 1];
    if (tread->way_mm[bin] + tread->way_mm[bin + 1] < known_mm || usual < rim_share * tread->most)
        return;
    tread->load[cell] += (float)(share / tread->most * way[1]);
    tread->weight[cell] += (float)(usual / tread->most * way[1]);
}

/* Which ball a cell is under. */
static int ball_of(const struct tread_frame *frame, const double at_mm[2])
{
    const struct profile *profile = frame->profile;
    if (!frame->pair)
        return frame->kpa[0] <= 0;
    return (at_mm[0] - profile->centre_mm[0]) * profile->along[0] +
               (at_mm[1] - profile->centre_mm[1]) * profile->along[1] >
           0;
}

static double across_of(const struct profile *profile, const double way_mm[2])
{
    return way_mm[0] * profile->across[0] + way_mm[1] * profile->across[1];
}

/* How far a place lies from the middle, in bins; less than 0: where nothing is known. */
static double bins_of(const struct tread *tread, const struct tread_frame *frame, int ball,
                      const double at_mm[2])
{
    const struct profile *profile = frame->profile;
    if (!tread->strip)
        return hypot(at_mm[0] - frame->at_mm[ball][0], at_mm[1] - frame->at_mm[ball][1]) / bin_mm;
    const double off_mm[2] = {at_mm[0] - profile->centre_mm[0], at_mm[1] - profile->centre_mm[1]};
    double ahead = across_of(profile, tread->owed_mm) > 0 ? 1 : -1;
    return profile_reaches(profile, at_mm)
               ? TREAD_BINS / 2.0 + ahead * across_of(profile, off_mm) / bin_mm
               : -1;
}

void tread_take(struct tread *tread, const struct tread_frame *frame,
                const struct geometry *geometry)
{
    const struct track *track = &contacts_tracks(frame->contacts)[frame->slot];
    const struct moments *box = &track->moments;
    tread->strip = frame->profile->strip;
    for (int i = 0; i < 2; i++)
        tread->owed_mm[i] += track->step_mm[i];
    double way_mm = tread->strip ? fabs(across_of(frame->profile, tread->owed_mm))
                                 : hypot(tread->owed_mm[0], tread->owed_mm[1]);
    if (way_mm < least_mm)
        return;
    double way[2] = {way_mm, way_mm / fmax(geometry->pitch_x_mm, geometry->pitch_y_mm)};
    for (uint16_t r = box->r0; r <= box->r1; r++)
        for (uint16_t c = box->c0; c <= box->c1; c++) {
            uint32_t cell = (uint32_t)r * geometry->cols + c;
            const struct blob *blob = contacts_part(frame->contacts, cell);
            if (!blob || blob->group != frame->slot || frame->pressure->faults[cell])
                continue;
            double at_mm[2] = {(c + 0.5) * geometry->pitch_x_mm, (r + 0.5) * geometry->pitch_y_mm};
            int ball = tread->strip ? 0 : ball_of(frame, at_mm);
            if (frame->kpa[ball] > 0)
                bear(tread, cell, bins_of(tread, frame, ball, at_mm),
                     (double)frame->pressure->kpa[cell] / frame->kpa[ball], way);
        }
    tread->owed_mm[0] = tread->owed_mm[1] = 0;
}
