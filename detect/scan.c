#include "scan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A ball this wide shows its pressure, else its force. */
static const double resolved_pitches = 2.5;
static const double faulty_share = 0.1; /* of the cells under a ball: more cannot be filled in */
static const double finest_mm = 4;
static const double cut_share = 0.55; /* of its width beyond the border: a tool is cut there */
static const double joined_s = 0.15;  /* frames farther apart are not joined */
static const int parts_most = 10;

struct scan_grid scan_grid_for(const struct geometry *geometry)
{
    int parts = (int)ceil(fmax(geometry->pitch_x_mm, geometry->pitch_y_mm) / finest_mm);
    while (parts > 1 && (double)geometry_cells(geometry) * parts * parts > 1 << 16)
        parts--;
    return (struct scan_grid){geometry->rows * parts, geometry->cols * parts, parts,
                              geometry->pitch_x_mm / parts, geometry->pitch_y_mm / parts};
}

static size_t floats(const struct scan *scan)
{
    return 2 * (size_t)(scan->grid.rows * scan->grid.cols) + 5 * (size_t)scan->cells;
}

bool scan_open(struct scan *scan, const struct geometry *geometry)
{
    memset(scan, 0, sizeof *scan);
    scan->geometry = *geometry;
    scan->cells = geometry_cells(geometry);
    scan->grid = scan_grid_for(geometry);
    size_t places = (size_t)(scan->grid.rows * scan->grid.cols);
    float *maps = calloc(floats(scan), sizeof *maps);
    if (!maps)
        return false;
    scan->load = maps;
    scan->weight = maps + places;
    scan->stay = maps + 2 * places;
    scan->pressed = scan->stay + scan->cells;
    scan->peak = scan->pressed + scan->cells;
    scan->tread.load = scan->peak + scan->cells;
    scan->tread.weight = scan->tread.load + scan->cells;
    return true;
}

void scan_close(struct scan *scan)
{
    free(scan->load);
    scan->load = NULL;
}

void scan_clear(struct scan *scan)
{
    memset(scan->load, 0, floats(scan) * sizeof *scan->load);
    scan->sides[0].begun = scan->sides[1].begun = false;
    scan->line.least = PROFILE_SIDES;
    scan->line.most = -1;
    scan->balls[0].known = scan->balls[1].known = false;
    scan->begun = false;
    scan->low_mm = INFINITY;
    scan->high_mm = -INFINITY;
}

void scan_begin(struct scan *scan)
{
    scan_clear(scan);
    scan->sides_known = false;
    memset(scan->kinds_s, 0, sizeof scan->kinds_s);
    profile_clear(&scan->profile, &scan->geometry);
    tread_forget(&scan->tread);
}

static void add_stay(struct scan *scan, const double at_mm[2], double dt_s)
{
    int c = (int)floor(at_mm[0] / scan->geometry.pitch_x_mm);
    int r = (int)floor(at_mm[1] / scan->geometry.pitch_y_mm);
    if (r >= 0 && c >= 0 && r < scan->geometry.rows && c < scan->geometry.cols)
        scan->stay[r * scan->geometry.cols + c] += (float)dt_s;
}

/* Shares a value among the four places around, as much as the tool has moved: rest counts nothing,
   so neither landing nor leaning in looks like a rise. */
static void place_value(struct scan *scan, const double at_mm[2], double value, double way_mm)
{
    const struct scan_grid *grid = &scan->grid;
    double x = at_mm[0] / grid->step_x_mm - 0.5;
    double y = at_mm[1] / grid->step_y_mm - 0.5;
    double steps = way_mm / grid->step_x_mm;
    int c = (int)x - (x < (int)x), r = (int)y - (y < (int)y);
    for (int i = 0; i < 4; i++) {
        int row = r + i / 2, col = c + i % 2;
        double share = (i % 2 ? x - c : 1 - (x - c)) * (i / 2 ? y - r : 1 - (y - r));
        if (row < 0 || col < 0 || row >= grid->rows || col >= grid->cols)
            continue;
        size_t place = (size_t)row * (size_t)grid->cols + (size_t)col;
        share *= steps;
        scan->load[place] += (float)(value * share);
        scan->weight[place] += (float)share;
    }
}

/* Whether the tool lies on the mat as far as this to both sides of a place. */
static bool is_whole(const struct scan *scan, const double at_mm[2], const double way[2],
                     double half_mm)
{
    const struct geometry *geometry = &scan->geometry;
    double x = half_mm * fabs(way[0]), y = half_mm * fabs(way[1]);
    return at_mm[0] >= x && at_mm[0] <= geometry->cols * geometry->pitch_x_mm - x &&
           at_mm[1] >= y && at_mm[1] <= geometry->rows * geometry->pitch_y_mm - y;
}

/* What a strip has in each bin; NaN where nothing is known. */
static void fill_ratios(const struct scan *scan, double half_mm, struct scan_line *line)
{
    const struct profile *profile = &scan->profile;
    line->least = profile->least;
    line->most = profile->most;
    for (int bin = profile->least; bin <= profile->most; bin++) {
        profile_place(profile, bin, line->at_mm[bin]);
        bool whole = is_whole(scan, line->at_mm[bin], profile->across, half_mm);
        line->ratio[bin] = whole ? profile_ratio(profile, bin) : NAN;
    }
}

/* One line across the way, at a share of the way from the line before to this one. */
static void lay_line(struct scan *scan, const struct scan_line *before, double share, double way_mm)
{
    const struct scan_line *now = &scan->line;
    double parts = scan->grid.parts, last[3] = {0, 0, NAN};
    for (int bin = now->least; bin <= now->most; bin++) {
        bool joined = share < 1 && bin >= before->least && bin <= before->most;
        double value = now->ratio[bin], at_mm[2] = {now->at_mm[bin][0], now->at_mm[bin][1]};
        if (share < 1)
            value = joined ? share * value + (1 - share) * before->ratio[bin] : NAN;
        for (int i = 0; joined && i < 2; i++)
            at_mm[i] = share * at_mm[i] + (1 - share) * before->at_mm[bin][i];
        for (int k = 0; k < scan->grid.parts && isfinite(value); k++) {
            double t = k / parts;
            if (k && !isfinite(last[2]))
                break;
            double place[2] = {at_mm[0] + t * (last[0] - at_mm[0]),
                               at_mm[1] + t * (last[1] - at_mm[1])};
            place_value(scan, place, k ? value + t * (last[2] - value) : value, way_mm);
        }
        last[0] = at_mm[0];
        last[1] = at_mm[1];
        last[2] = value;
    }
}

static void take_strip(struct scan *scan, const struct track *track, double dt_s)
{
    struct profile *profile = &scan->profile;
    const double *step = track->step_mm, *across = profile->across;
    double origin = PROFILE_SIDES / 2.0;
    double way_mm = fabs(step[0] * across[0] + step[1] * across[1]);
    profile_learn(profile, way_mm);
    profile_level(profile);
    struct scan_line *before = &scan->before;
    *before = scan->line;
    fill_ratios(scan, cut_share * track->width_mm, &scan->line);
    int parts =
        (int)fmin(ceil(way_mm / fmin(scan->grid.step_x_mm, scan->grid.step_y_mm)), parts_most);
    if (dt_s > joined_s || parts < 1)
        parts = 1;
    for (int k = 1; k < parts; k++)
        lay_line(scan, before, (double)k / parts, way_mm / parts);
    lay_line(scan, before, 1, way_mm / parts);
    for (int bin = profile->least; bin <= profile->most; bin++)
        if (isfinite(scan->line.ratio[bin]))
            add_stay(scan, scan->line.at_mm[bin], dt_s);
    double from =
        (profile->pivot_mm[0] * profile->along[0]) + profile->pivot_mm[1] * profile->along[1];
    scan->low_mm = fmin(scan->low_mm, from + (profile->least - origin) * profile->bin_mm);
    scan->high_mm = fmax(scan->high_mm, from + (profile->most - origin) * profile->bin_mm);
}

/* Sums over the cells of one ball: of a pair, those on its side of the middle. */
struct part {
    double kpa, square, x, y; /* x, y: times kpa */
};

static void add_to_part(struct scan *scan, struct part parts[2], const double at_mm[2], double kpa)
{
    const struct profile *profile = &scan->profile;
    bool other = scan->kind == CONTACT_PAIR &&
                 (at_mm[0] - profile->centre_mm[0]) * profile->along[0] +
                         (at_mm[1] - profile->centre_mm[1]) * profile->along[1] >
                     0;
    struct part *part = &parts[other];
    part->kpa += kpa;
    part->square += kpa * kpa;
    part->x += kpa * at_mm[0];
    part->y += kpa * at_mm[1];
}

/* Mean pressure of a ball, weighted by itself; its force where it covers too few cells. */
static double ball_value(const struct scan *scan, const struct part *part)
{
    return scan->resolved ? part->square / part->kpa : part->kpa;
}

/* Whether what lies under a ball was measured, and not filled in from what lies beside it. */
static bool is_measured(const struct scan *scan, const double at_mm[2])
{
    const struct geometry *geometry = &scan->geometry;
    double reach_mm = scan->width_mm / 2;
    int c0 = (int)fmax(floor((at_mm[0] - reach_mm) / geometry->pitch_x_mm), 0);
    int r0 = (int)fmax(floor((at_mm[1] - reach_mm) / geometry->pitch_y_mm), 0);
    int c1 = (int)fmin(floor((at_mm[0] + reach_mm) / geometry->pitch_x_mm), geometry->cols - 1);
    int r1 = (int)fmin(floor((at_mm[1] + reach_mm) / geometry->pitch_y_mm), geometry->rows - 1);
    int cells = 0, faulty = 0;
    for (int r = r0; r <= r1; r++)
        for (int c = c0; c <= c1; c++, cells++)
            faulty += scan->faults[r * geometry->cols + c] != 0;
    return faulty <= faulty_share * cells;
}

/* A ball's value, along its way from where it was; none where it is cut by the mat's border or lies
   on faulty cells. */
static void lay_ball(struct scan *scan, int side, const double at_mm[2], double value, double dt_s)
{
    static const double every[2] = {1, 1};
    struct scan_ball *last = &scan->balls[side];
    double way_mm = hypot(at_mm[0] - last->at_mm[0], at_mm[1] - last->at_mm[1]);
    int parts = (int)ceil(way_mm / fmin(scan->grid.step_x_mm, scan->grid.step_y_mm));
    bool joined = last->known && dt_s <= joined_s && parts <= parts_most;
    last->known =
        is_whole(scan, at_mm, every, cut_share * scan->width_mm) && is_measured(scan, at_mm);
    if (!last->known)
        return;
    for (int k = 1; joined && k < parts; k++) {
        double t = (double)k / parts;
        double place[2] = {last->at_mm[0] + t * (at_mm[0] - last->at_mm[0]),
                           last->at_mm[1] + t * (at_mm[1] - last->at_mm[1])};
        place_value(scan, place, last->value + t * (value - last->value), way_mm / parts);
    }
    if (joined && parts > 0)
        place_value(scan, at_mm, value, way_mm / parts);
    add_stay(scan, at_mm, dt_s);
    *last = (struct scan_ball){true, {at_mm[0], at_mm[1]}, value};
}

static double apart_mm(const double a[2], const double b[2])
{
    return hypot(a[0] - b[0], a[1] - b[1]);
}

static void follow_side(struct scan_side *side, const double at_mm[2], const double centre_mm[2])
{
    if (!side->begun)
        *side = (struct scan_side){
            .begun = true, .first_mm = {at_mm[0], at_mm[1]}, .far_mm = {at_mm[0], at_mm[1]}};
    bool farther = apart_mm(at_mm, side->first_mm) > apart_mm(side->far_mm, side->first_mm);
    for (int i = 0; i < 2; i++) {
        if (farther)
            side->far_mm[i] = at_mm[i];
        side->last_mm[i] = at_mm[i];
        side->off_mm[i] = at_mm[i] - centre_mm[i];
    }
}

/* Whether what lies on the sides of the middle are the other balls than before: the axis of a pair
   has turned past the angle at which it is said the other way round. */
static bool are_swapped(const struct scan *scan, double at_mm[2][2])
{
    const struct scan_side *sides = scan->sides;
    return scan->sides_known &&
           apart_mm(at_mm[0], sides[1].last_mm) + apart_mm(at_mm[1], sides[0].last_mm) <
               apart_mm(at_mm[0], sides[0].last_mm) + apart_mm(at_mm[1], sides[1].last_mm);
}

/* Each of two balls counts against what is usual for it. */
static void take_pair(struct scan *scan, const struct track *track, const struct part parts[2],
                      double dt_s)
{
    const double centre_mm[2] = {track->shape.x_mm, track->shape.y_mm};
    double way_mm = hypot(track->step_mm[0], track->step_mm[1]);
    double at_mm[2][2];
    for (int i = 0; i < 2; i++) {
        at_mm[i][0] = parts[i].x / parts[i].kpa;
        at_mm[i][1] = parts[i].y / parts[i].kpa;
    }
    bool swapped = are_swapped(scan, at_mm);
    for (int i = 0; i < 2; i++) {
        int ball = swapped ? 1 - i : i;
        double value = profile_pair(&scan->profile, ball, ball_value(scan, &parts[i]), way_mm);
        lay_ball(scan, ball, at_mm[i], value, dt_s);
        follow_side(&scan->sides[ball], at_mm[i], centre_mm);
    }
    scan->sides_known = true;
}

static void take_balls(struct scan *scan, const struct track *track, const struct part parts[2],
                       double dt_s)
{
    if (scan->kind == CONTACT_PAIR && parts[0].kpa > 0 && parts[1].kpa > 0) {
        take_pair(scan, track, parts, dt_s);
        return;
    }
    const struct part *part = &parts[parts[0].kpa <= 0];
    if (scan->kind == CONTACT_PAIR || part->kpa <= 0)
        return;
    double at_mm[2] = {part->x / part->kpa, part->y / part->kpa};
    lay_ball(scan, 0, at_mm, ball_value(scan, part), dt_s);
}

/* What the tool has been for longest: a pair whose balls touch for a moment is still one. */
static enum contact_kind usual_kind(struct scan *scan, enum contact_kind kind, double dt_s)
{
    enum contact_kind usual = scan->kind;
    scan->kinds_s[kind] += dt_s;
    for (int i = 0; i < SCAN_KINDS; i++)
        if (scan->kinds_s[i] > scan->kinds_s[usual])
            usual = (enum contact_kind)i;
    return usual;
}

/* What the tool is taken for; it is the same all the way of a pass. */
static void know_tool(struct scan *scan, const struct track *track, double dt_s)
{
    double pitch = fmax(scan->geometry.pitch_x_mm, scan->geometry.pitch_y_mm);
    enum contact_kind kind = usual_kind(scan, track->kind, dt_s);
    if (kind != scan->kind) {
        scan_clear(scan);
        tread_forget(&scan->tread);
    }
    scan->kind = kind;
    if (scan->begun)
        return;
    scan->width_mm = sqrt(track->width_mm * track->width_mm + pitch * pitch * 4 / 3);
    bool resolved = scan->width_mm > resolved_pitches * pitch;
    if (resolved != scan->resolved)
        profile_forget_pair(&scan->profile);
    scan->resolved = resolved;
    scan->begun = true;
}

static void take_tread(struct scan *scan, const struct part parts[2], struct tread_frame *frame)
{
    const struct track *track = &contacts_tracks(frame->contacts)[frame->slot];
    frame->profile = &scan->profile;
    frame->pair = scan->kind == CONTACT_PAIR;
    for (int i = 0; i < 2; i++) {
        frame->kpa[i] = scan->profile.strip ? track->moments.kpa : parts[i].kpa;
        frame->at_mm[i][0] = parts[i].x / fmax(parts[i].kpa, 1e-9);
        frame->at_mm[i][1] = parts[i].y / fmax(parts[i].kpa, 1e-9);
    }
    tread_take(&scan->tread, frame, &scan->geometry);
}

void scan_take(struct scan *scan, int slot, const struct contacts *contacts,
               const struct pressure *pressure, double dt_s)
{
    const struct track *track = &contacts_tracks(contacts)[slot];
    const struct moments *box = &track->moments;
    struct part parts[2] = {{0}};
    know_tool(scan, track, dt_s);
    scan->faults = pressure->faults;
    profile_aim(&scan->profile, track, scan->kind == CONTACT_ROLLER);
    for (uint16_t r = box->r0; r <= box->r1; r++)
        for (uint16_t c = box->c0; c <= box->c1; c++) {
            uint32_t cell = (uint32_t)r * scan->geometry.cols + c;
            const struct blob *blob = contacts_part(contacts, cell);
            if (!blob || blob->group != slot)
                continue;
            double at_mm[2] = {(c + 0.5) * scan->geometry.pitch_x_mm,
                               (r + 0.5) * scan->geometry.pitch_y_mm};
            float pressed_kpa = pressure->kpa[cell];
            double kpa = (double)pressed_kpa;
            if (scan->profile.strip)
                profile_line(&scan->profile, at_mm, kpa / box->kpa, pressure->faults[cell] != 0);
            else
                add_to_part(scan, parts, at_mm, kpa);
            scan->pressed[cell] += (float)(kpa * dt_s);
            scan->peak[cell] = pressed_kpa > scan->peak[cell] ? pressed_kpa : scan->peak[cell];
        }
    if (scan->profile.strip)
        take_strip(scan, track, dt_s);
    else
        take_balls(scan, track, parts, dt_s);
    take_tread(scan, parts,
               &(struct tread_frame){.contacts = contacts, .slot = slot, .pressure = pressure});
}
