#include "parting.h"

#include <math.h>

static const double pair_turn = 0.15; /* of their distance: a pair of balls turns by no more */
static const double diverge_mm = 9;   /* parts that drift apart by this are two contacts */
static const double grown_s = 0.4;    /* a part has its final shape */
static const double diverge_pitches = 0.8;

/* How far the balls of a pair have come apart: they may turn a little about each other. */
static double stretch(const struct blob *a, const struct blob *b, double dx, double dy)
{
    double x = a->shape.x_mm - b->shape.x_mm, y = a->shape.y_mm - b->shape.y_mm;
    double distance = fmax(hypot(x, y), 1e-9);
    double radial = (dx * x + dy * y) / distance, turned = fabs(dx * y - dy * x) / distance;
    return hypot(radial, fmax(0, turned - pair_turn * distance));
}

/* How far two parts have moved apart since they were joined. Along a strip its pieces grow and
   shrink, so only what they move across its axis counts, and only as far as they now are out of
   line. */
static double divergence(const struct track *track, const struct blob *a, const struct blob *b)
{
    double dx = a->drift_mm[0] - b->drift_mm[0], dy = a->drift_mm[1] - b->drift_mm[1];
    if (track->kind == CONTACT_PAIR)
        return stretch(a, b, dx, dy);
    if (track->kind != CONTACT_ROLLER)
        return hypot(dx, dy);
    double angle = track_angle_rad(track), c = cos(angle), s = sin(angle);
    double off = c * (a->shape.y_mm - b->shape.y_mm) - s * (a->shape.x_mm - b->shape.x_mm);
    return fmin(fabs(c * dy - s * dx), fabs(off));
}

/* A hand that landed beside a strip and has grown out of its line. */
static bool outgrows(const struct parting *parting, const struct blob *strip,
                     const struct blob *part)
{
    const struct shape *shape = &strip->shape;
    bool is_strip = shape->length_mm > TRACK_ROLLER_MM &&
                    shape->length_mm > TRACK_ROLLER_RATIO * shape->width_mm;
    if (!is_strip || parting->time_s - part->born_s < grown_s)
        return false;
    double dx = part->shape.x_mm - shape->x_mm, dy = part->shape.y_mm - shape->y_mm;
    double across = fabs(cos(shape->angle_rad) * dy - sin(shape->angle_rad) * dx);
    return across > shape->width_mm / 2 + parting->pitch_mm ||
           part->shape.width_mm > 1.5 * shape->width_mm + 1.5 * parting->pitch_mm;
}

bool parting_is_due(const struct parting *parting, const struct blob *stays,
                    const struct blob *part)
{
    double limit = fmax(diverge_mm, diverge_pitches * parting->pitch_mm);
    return divergence(parting->track, stays, part) >= limit || outgrows(parting, stays, part);
}
