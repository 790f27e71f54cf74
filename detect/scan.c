#include "scan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double covered = 0.45;      /* a cell counts when it was covered at least so well */
static const double base_quantile = 0.4; /* of the force over a pass: most of it is off the spot */
static const double least_cover = 0.1;   /* beyond it the fall-off is mostly noise */

bool scan_open(struct scan *scan, const struct geometry *geometry)
{
    memset(scan, 0, sizeof *scan);
    scan->geometry = *geometry;
    scan->cells = geometry_cells(geometry);
    float *maps = calloc((size_t)scan->cells * 6, sizeof *maps);
    if (!maps)
        return false;
    scan->load = maps;
    scan->expected = maps + scan->cells;
    scan->cover = maps + 2 * (size_t)scan->cells;
    scan->pressed = maps + 3 * (size_t)scan->cells;
    scan->dwell = maps + 4 * (size_t)scan->cells;
    scan->peak = maps + 5 * (size_t)scan->cells;
    return true;
}

void scan_close(struct scan *scan)
{
    free(scan->load);
    scan->load = NULL;
}

void scan_clear(struct scan *scan)
{
    memset(scan->load, 0, (size_t)scan->cells * 6 * sizeof *scan->load);
    scan->force_count = scan->force_seen = 0;
    scan->force_skip = 1;
    scan->low_mm = INFINITY;
    scan->high_mm = -INFINITY;
    scan->seconds = 0;
}

void scan_begin(struct scan *scan)
{
    scan_clear(scan);
    profile_clear(&scan->profile, &scan->geometry);
    scan->force_n = 0;
}

/* Keeps the forces of a pass evenly spaced however long it takes. */
static void keep_force(struct scan *scan, double force_n)
{
    if (scan->force_seen++ % scan->force_skip)
        return;
    if (scan->force_count == SCAN_FORCES) {
        for (uint32_t i = 0; i < SCAN_FORCES / 2; i++)
            scan->forces[i] = scan->forces[2 * i];
        scan->force_count = SCAN_FORCES / 2;
        scan->force_skip *= 2;
    }
    scan->forces[scan->force_count++] = (float)force_n;
}

struct visit {
    struct scan *scan;
    const struct contacts *contacts;
    const struct pressure *pressure;
    const struct track *track;
    int slot;
    double dt_s;
};

static void each_cell(const struct visit *visit,
                      void (*see)(const struct visit *, uint32_t, const struct profile_place *))
{
    const struct moments *box = &visit->track->moments;
    const struct geometry *geometry = &visit->scan->geometry;
    for (uint16_t r = box->r0; r <= box->r1; r++)
        for (uint16_t c = box->c0; c <= box->c1; c++) {
            uint32_t cell = (uint32_t)r * geometry->cols + c;
            const struct blob *part = contacts_part(visit->contacts, cell);
            if (!part || part->group != visit->slot)
                continue;
            double at[2] = {(c + 0.5) * geometry->pitch_x_mm, (r + 0.5) * geometry->pitch_y_mm};
            struct profile_place place = profile_place(&visit->scan->profile, part, at);
            see(visit, cell, &place);
        }
}

static double relative(const struct visit *visit, uint32_t cell)
{
    return (double)visit->pressure->kpa[cell] / visit->track->force_n;
}

static void see_line(const struct visit *visit, uint32_t cell, const struct profile_place *place)
{
    profile_line(&visit->scan->profile, place, relative(visit, cell));
}

static void see_pressure(const struct visit *visit, uint32_t cell,
                         const struct profile_place *place)
{
    struct scan *scan = visit->scan;
    double kpa = visit->pressure->kpa[cell];
    profile_learn(&scan->profile, place, relative(visit, cell), visit->dt_s);
    double cover = profile_cover(&scan->profile, place);
    scan->pressed[cell] += (float)(kpa * visit->dt_s);
    scan->peak[cell] = fmaxf(scan->peak[cell], (float)kpa);
    if (cover < least_cover)
        return;
    double load = scan->profile.strip ? relative(visit, cell) : kpa;
    scan->load[cell] += (float)(load * visit->dt_s);
    scan->expected[cell] += (float)(profile_expect(&scan->profile, place) * visit->dt_s);
    scan->cover[cell] = fmaxf(scan->cover[cell], (float)cover);
    if (cover > 0.5)
        scan->dwell[cell] += (float)visit->dt_s;
}

void scan_take(struct scan *scan, int slot, const struct contacts *contacts,
               const struct pressure *pressure, double dt_s)
{
    const struct track *track = &contacts_tracks(contacts)[slot];
    struct visit visit = {scan, contacts, pressure, track, slot, dt_s};
    struct profile *profile = &scan->profile;
    profile_aim(profile, track);
    if (profile->strip) {
        each_cell(&visit, see_line);
        const double *step = track->step_mm, *across = profile->across;
        profile_learn_line(profile, fabs(step[0] * across[0] + step[1] * across[1]));
        double origin = PROFILE_SIDES / 2.0;
        scan->low_mm = fmin(scan->low_mm, (profile->least_side - origin) * profile->side_bin_mm);
        scan->high_mm = fmax(scan->high_mm, (profile->most_side - origin) * profile->side_bin_mm);
    }
    each_cell(&visit, see_pressure);
    keep_force(scan, track->force_n);
    scan->force_n = track->force_n;
    scan->seconds += dt_s;
}

static int by_size(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

double scan_base(struct scan *scan)
{
    if (scan->profile.strip || !scan->force_count)
        return 1;
    qsort(scan->forces, scan->force_count, sizeof *scan->forces, by_size);
    return scan->forces[(size_t)(base_quantile * (scan->force_count - 1))];
}

double scan_ratio(const struct scan *scan, uint32_t cell, double base)
{
    if (scan->cover[cell] < covered || scan->expected[cell] <= 0)
        return NAN;
    return (double)scan->load[cell] / ((double)scan->expected[cell] * base);
}
