#include "scan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double covered = 0.25;      /* a cell counts when it had at least this share */
static const double base_quantile = 0.4; /* of a ball's pressures over a pass */
static const double resolved_pitches =
    2.5; /* a ball this wide shows its pressure, else its force */
#define MAPS 5

bool scan_open(struct scan *scan, const struct geometry *geometry)
{
    memset(scan, 0, sizeof *scan);
    scan->geometry = *geometry;
    scan->cells = geometry_cells(geometry);
    float *maps = calloc((size_t)scan->cells * MAPS, sizeof *maps);
    if (!maps)
        return false;
    scan->load = maps;
    scan->weight = maps + scan->cells;
    scan->cover = maps + 2 * (size_t)scan->cells;
    scan->pressed = maps + 3 * (size_t)scan->cells;
    scan->peak = maps + 4 * (size_t)scan->cells;
    return true;
}

void scan_close(struct scan *scan)
{
    free(scan->load);
    scan->load = NULL;
}

void scan_clear(struct scan *scan)
{
    memset(scan->load, 0, (size_t)scan->cells * MAPS * sizeof *scan->load);
    scan->value_count = scan->value_seen = 0;
    scan->value_skip = 1;
    scan->side_mm[0] = scan->side_mm[1] = 0;
    scan->low_mm = INFINITY;
    scan->high_mm = -INFINITY;
}

void scan_begin(struct scan *scan)
{
    scan_clear(scan);
    profile_clear(&scan->profile, &scan->geometry);
}

/* Keeps a pass's values evenly spaced however long it takes. */
static void keep_value(struct scan *scan, double value)
{
    if (scan->value_seen++ % scan->value_skip)
        return;
    if (scan->value_count == SCAN_VALUES) {
        for (uint32_t i = 0; i < SCAN_VALUES / 2; i++)
            scan->values[i] = scan->values[2 * i];
        scan->value_count = SCAN_VALUES / 2;
        scan->value_skip *= 2;
    }
    scan->values[scan->value_count++] = (float)value;
}

/* Shares a value among the four cells around a place. */
static void place_value(struct scan *scan, const double at_mm[2], double value, double dt_s)
{
    double x = at_mm[0] / scan->geometry.pitch_x_mm - 0.5;
    double y = at_mm[1] / scan->geometry.pitch_y_mm - 0.5;
    int c = (int)floor(x), r = (int)floor(y);
    for (int i = 0; i < 4; i++) {
        int row = r + i / 2, col = c + i % 2;
        double share = (i % 2 ? x - c : 1 - (x - c)) * (i / 2 ? y - r : 1 - (y - r));
        if (row < 0 || col < 0 || row >= scan->geometry.rows || col >= scan->geometry.cols)
            continue;
        size_t cell = (size_t)row * scan->geometry.cols + (size_t)col;
        scan->load[cell] += (float)(value * share * dt_s);
        scan->weight[cell] += (float)(share * dt_s);
        scan->cover[cell] = fmaxf(scan->cover[cell], (float)share);
    }
}

static void take_strip(struct scan *scan, const struct track *track, double dt_s)
{
    struct profile *profile = &scan->profile;
    const double *step = track->step_mm, *across = profile->across;
    double origin = PROFILE_SIDES / 2.0;
    profile_learn(profile, fabs(step[0] * across[0] + step[1] * across[1]));
    for (int bin = profile->least; bin <= profile->most; bin++) {
        double ratio = profile_ratio(profile, bin), at_mm[2];
        if (!isfinite(ratio))
            continue;
        profile_place(profile, bin, at_mm);
        place_value(scan, at_mm, ratio, dt_s);
    }
    scan->low_mm = fmin(scan->low_mm, (profile->least - origin) * profile->bin_mm);
    scan->high_mm = fmax(scan->high_mm, (profile->most - origin) * profile->bin_mm);
}

/* Sums over the cells of one part of a contact. */
struct part {
    const struct blob *blob;
    double kpa, square;
};

struct parts {
    int count;
    struct part parts[2];
};

static void add_to_part(struct parts *parts, const struct blob *blob, double kpa)
{
    int i = 0;
    while (i < parts->count && parts->parts[i].blob != blob)
        i++;
    if (i == 2)
        return;
    if (i == parts->count)
        parts->parts[parts->count++] = (struct part){.blob = blob};
    parts->parts[i].kpa += kpa;
    parts->parts[i].square += kpa * kpa;
}

/* Mean pressure of a ball, weighted by itself; its force where it covers too few cells. */
static double ball_value(const struct scan *scan, const struct shape *shape, double kpa,
                         double square)
{
    double pitch = fmax(scan->geometry.pitch_x_mm, scan->geometry.pitch_y_mm);
    return shape->width_mm > resolved_pitches * pitch ? square / kpa : kpa;
}

static void take_ball(struct scan *scan, const struct track *track, const struct parts *parts,
                      double dt_s)
{
    double kpa = 0, square = 0, at_mm[2] = {track->shape.x_mm, track->shape.y_mm};
    for (int i = 0; i < parts->count; i++) {
        kpa += parts->parts[i].kpa;
        square += parts->parts[i].square;
    }
    double value = ball_value(scan, &track->shape, kpa, square);
    place_value(scan, at_mm, value, dt_s);
    keep_value(scan, value);
}

/* Each of two balls against what is usual for it. */
static void take_pair(struct scan *scan, const struct track *track, const struct parts *parts,
                      double dt_s)
{
    struct profile *profile = &scan->profile;
    double way_mm = hypot(track->step_mm[0], track->step_mm[1]);
    for (int i = 0; i < parts->count; i++) {
        const struct part *part = &parts->parts[i];
        const struct shape *shape = &part->blob->shape;
        double at_mm[2] = {shape->x_mm, shape->y_mm};
        double side = (at_mm[0] - track->shape.x_mm) * profile->along[0] +
                      (at_mm[1] - track->shape.y_mm) * profile->along[1];
        double value = ball_value(scan, shape, part->kpa, part->square);
        double ratio = profile_pair(profile, side > 0, value, way_mm);
        place_value(scan, at_mm, ratio, dt_s);
        keep_value(scan, ratio);
        scan->side_mm[0] = at_mm[0] - track->shape.x_mm;
        scan->side_mm[1] = at_mm[1] - track->shape.y_mm;
    }
}

void scan_take(struct scan *scan, int slot, const struct contacts *contacts,
               const struct pressure *pressure, double dt_s)
{
    const struct track *track = &contacts_tracks(contacts)[slot];
    const struct moments *box = &track->moments;
    struct parts parts = {0};
    if (track->kind != scan->kind)
        scan_clear(scan);
    scan->kind = track->kind;
    profile_aim(&scan->profile, track);
    for (uint16_t r = box->r0; r <= box->r1; r++)
        for (uint16_t c = box->c0; c <= box->c1; c++) {
            uint32_t cell = (uint32_t)r * scan->geometry.cols + c;
            const struct blob *blob = contacts_part(contacts, cell);
            if (!blob || blob->group != slot)
                continue;
            double at_mm[2] = {(c + 0.5) * scan->geometry.pitch_x_mm,
                               (r + 0.5) * scan->geometry.pitch_y_mm};
            double kpa = pressure->kpa[cell];
            if (scan->profile.strip)
                profile_line(&scan->profile, at_mm, kpa / box->kpa);
            else
                add_to_part(&parts, blob, kpa);
            scan->pressed[cell] += (float)(kpa * dt_s);
            scan->peak[cell] = fmaxf(scan->peak[cell], (float)kpa);
        }
    if (scan->profile.strip)
        take_strip(scan, track, dt_s);
    else if (track->kind == CONTACT_PAIR)
        take_pair(scan, track, &parts, dt_s);
    else
        take_ball(scan, track, &parts, dt_s);
}

static int by_size(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

double scan_base(struct scan *scan)
{
    if (scan->profile.strip || !scan->value_count)
        return 1;
    qsort(scan->values, scan->value_count, sizeof *scan->values, by_size);
    return (double)scan->values[(size_t)(base_quantile * (scan->value_count - 1))];
}

double scan_ratio(const struct scan *scan, uint32_t cell, double base)
{
    if ((double)scan->cover[cell] < covered)
        return NAN;
    return (double)scan->load[cell] / ((double)scan->weight[cell] * base);
}
