#include "company.h"

#include <math.h>

static const double together_s = 1.5; /* parts of one tool land within this */
static const double settled_s = 0.3;  /* a landing is over */
static const double pair_s = 0.35;    /* a pair of balls lands within this */
static const double pair_least_mm = 40, pair_most_mm = 100;
static const double pair_force_ratio = 4;
static const double moved_mm = 6.5;  /* way after which it shows whether they move as one */
static const double decided_mm = 20; /* and after which it is decided */
static const double agree_share = 0.25;
static const int agreed_ways = 2;
/* The same on a coarse grid, where a position is no better than this. */
static const double moved_pitches = 0.65, decided_pitches = 2, agree_pitches = 0.25;
static const double touch_way_mm = 25;    /* what rolls along in touch for this far is one */
static const double reach_mm = 110;       /* parts as near as this may lie anywhere */
static const double strip_reach_mm = 320; /* pieces of a strip are no farther apart */
static const double strip_gap_mm = 150;
static const double body_width_mm = 60, ball_length_mm = 60;

static void take_origin(struct company *company, const struct track *a, const struct track *b)
{
    for (int i = 0; i < 2; i++) {
        company->origin_mm[i] = a->drift_mm[i];
        company->origin_mm[2 + i] = b->drift_mm[i];
    }
}

static void begin(struct company *company, const struct track *a, const struct track *b,
                  double landed_s)
{
    *company = (struct company){.ids = {a->id, b->id}, .landed_s = landed_s};
    take_origin(company, a, b);
}

static bool is_strip(const struct track *track)
{
    return track->kind == CONTACT_ROLLER;
}

/* A piece in line with a strip, not far from its end. */
static bool in_line(const struct track *strip, const struct track *piece, double pitch_mm)
{
    double angle = track_angle_rad(strip), c = cos(angle), s = sin(angle);
    double dx = piece->shape.x_mm - strip->shape.x_mm, dy = piece->shape.y_mm - strip->shape.y_mm;
    double along = fabs(c * dx + s * dy), across = fabs(c * dy - s * dx);
    double gap = along - strip->length_mm / 2 - piece->length_mm / 2;
    bool narrow = piece->width_mm < 1.5 * strip->width_mm + pitch_mm;
    return is_strip(strip) && narrow && across < strip->width_mm / 2 + pitch_mm / 2 &&
           gap < strip_gap_mm;
}

static bool is_pair(const struct track *a, const struct track *b)
{
    double distance = hypot(a->shape.x_mm - b->shape.x_mm, a->shape.y_mm - b->shape.y_mm);
    double ratio = a->force_n / b->force_n;
    return a->kind == CONTACT_BALL && b->kind == CONTACT_BALL && a->length_mm < ball_length_mm &&
           b->length_mm < ball_length_mm && distance > pair_least_mm && distance < pair_most_mm &&
           ratio < pair_force_ratio && ratio > 1 / pair_force_ratio;
}

/* Only what a strip moves across its own axis counts: its centre wanders along it. */
static void across_strip(const struct track *strip, double way[2])
{
    if (!is_strip(strip))
        return;
    double angle = track_angle_rad(strip), n[2] = {-sin(angle), cos(angle)};
    double across = way[0] * n[0] + way[1] * n[1];
    way[0] = across * n[0];
    way[1] = across * n[1];
}

static double length_of(const double way[2])
{
    return hypot(way[0], way[1]);
}

/* The ways of both since their drifts were origin_mm. @return how far these differ */
static double ways(const double origin_mm[4], const struct track *a, const struct track *b,
                   double way_a[2], double way_b[2])
{
    for (int i = 0; i < 2; i++) {
        way_a[i] = a->drift_mm[i] - origin_mm[i];
        way_b[i] = b->drift_mm[i] - origin_mm[2 + i];
    }
    const struct track *strip = is_strip(a) && (!is_strip(b) || a->force_n > b->force_n) ? a : b;
    across_strip(strip, way_a);
    across_strip(strip, way_b);
    return hypot(way_a[0] - way_b[0], way_a[1] - way_b[1]);
}

/* Parts of one strip lie side by side across the way they go; a strip and a ball far from it are
   two tools, though they may go the same way. */
static bool placed_as_one(const struct track *a, const struct track *b, const double way[2],
                          double pitch_mm)
{
    double dx = a->shape.x_mm - b->shape.x_mm, dy = a->shape.y_mm - b->shape.y_mm;
    double distance = hypot(dx, dy), length = hypot(way[0], way[1]);
    double along = fabs(dx * way[0] + dy * way[1]) / fmax(length, 1e-9);
    if (distance < reach_mm)
        return true;
    bool alike = is_strip(a) == is_strip(b) || in_line(a, b, pitch_mm) || in_line(b, a, pitch_mm);
    return alike && distance < strip_reach_mm && along < 0.4 * distance;
}

/* Two like balls, or pieces in line, that have gone the same way again and again are one, whenever
   they landed. */
static bool keeps_on(struct company *company, const struct track *a, const struct track *b,
                     bool agree)
{
    company->agreed = agree ? company->agreed + 1 : 0;
    take_origin(company, a, b);
    return company->agreed >= agreed_ways;
}

bool company_push(struct company *company, const struct track *a, const struct track *b,
                  double pitch_mm)
{
    double landed_s = fmax(a->landed_s, b->landed_s);
    bool settling = a->seen_s - landed_s < settled_s;
    if (settling || company->ids[0] != a->id || company->ids[1] != b->id ||
        company->landed_s < landed_s)
        begin(company, a, b, landed_s);
    double lag_s = fabs(a->landed_s - b->landed_s);
    bool limb = a->width_mm > body_width_mm || b->width_mm > body_width_mm;
    if (settling || limb)
        return false;
    double way_a[2], way_b[2];
    double gap = ways(company->origin_mm, a, b, way_a, way_b);
    double most = fmax(length_of(way_a), length_of(way_b));
    if (most < fmax(moved_mm, moved_pitches * pitch_mm))
        return !company->apart && lag_s < together_s && !a->parted && !b->parted &&
               (in_line(a, b, pitch_mm) || in_line(b, a, pitch_mm) ||
                (lag_s < pair_s && is_pair(a, b)));
    bool decided = most > fmax(decided_mm, decided_pitches * pitch_mm);
    bool agree = gap < fmax(agree_share * most, agree_pitches * pitch_mm) &&
                 placed_as_one(a, b, length_of(way_a) > length_of(way_b) ? way_a : way_b, pitch_mm);
    if (!company->apart && lag_s < together_s && agree)
        return true;
    company->apart |= decided;
    bool alike = is_pair(a, b) || in_line(a, b, pitch_mm) || in_line(b, a, pitch_mm);
    return decided && keeps_on(company, a, b, agree && alike);
}

bool company_touch(struct company *company, const struct track *a, const struct track *b,
                   bool touching)
{
    double way_a[2], way_b[2];
    bool went_on = touching && company->touched;
    company->touched = touching;
    if (went_on) {
        double gap = ways(company->touch_mm, a, b, way_a, way_b);
        double most = fmax(length_of(way_a), length_of(way_b));
        if (most < touch_way_mm)
            return false;
        if (gap < agree_share * most)
            return true;
    }
    for (int i = 0; i < 2; i++) {
        company->touch_mm[i] = a->drift_mm[i];
        company->touch_mm[2 + i] = b->drift_mm[i];
    }
    return false;
}
