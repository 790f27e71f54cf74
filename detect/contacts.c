#include "contacts.h"

#include "blind.h"
#include "company.h"
#include "parting.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double part_gap_mm = 130; /* pieces of a strip are at most this far apart */
static const double adopt_share = 0.5; /* a later part beside a contact is at most this strong */
static const double senior_share = 0.15, senior_s = 0.5;
static const double return_mm = 30; /* a contact that lifted off lands within this */
static const double of_age_s = 1.5;
static const double body_width_mm = 60; /* no tool is wider */
static const double body_size_mm = 52;  /* nor as large when it is round */

struct contacts {
    struct geometry geometry;
    struct blobs *blobs;
    double pitch_mm, full_kpa, gap_s, last_s;
    uint32_t next_id;
    struct track tracks[CONTACTS_MAX];
    struct company company[CONTACTS_MAX][CONTACTS_MAX];
};

struct contacts *contacts_create(const struct geometry *geometry,
                                 const struct parameters *parameters)
{
    struct contacts *contacts = calloc(1, sizeof *contacts);
    if (!contacts)
        return NULL;
    contacts->geometry = *geometry;
    contacts->pitch_mm = fmax(geometry->pitch_x_mm, geometry->pitch_y_mm);
    contacts->full_kpa = 0.97 * geometry->full_scale * geometry->scale_kpa;
    contacts->gap_s = parameters->bout_gap_s;
    contacts->blobs = blobs_create(geometry, parameters);
    if (contacts->blobs)
        return contacts;
    contacts_destroy(contacts);
    return NULL;
}

void contacts_destroy(struct contacts *contacts)
{
    if (!contacts)
        return;
    blobs_destroy(contacts->blobs);
    free(contacts);
}

void contacts_reset(struct contacts *contacts)
{
    blobs_reset(contacts->blobs);
    memset(contacts->tracks, 0, sizeof contacts->tracks);
}

const struct track *contacts_tracks(const struct contacts *contacts)
{
    return contacts->tracks;
}

const struct blob *contacts_part(const struct contacts *contacts, uint32_t cell)
{
    uint8_t label = blobs_labels(contacts->blobs)[cell];
    return label ? &blobs_slots(contacts->blobs)[label - 1] : NULL;
}

/* Distance between the bounding boxes of two blobs, mm; 0 where they touch. */
static double box_gap(const struct contacts *contacts, const struct moments *a,
                      const struct moments *b)
{
    int rows = (int)fmax(0, fmax(a->r0 - b->r1, b->r0 - a->r1) - 1);
    int cols = (int)fmax(0, fmax(a->c0 - b->c1, b->c0 - a->c1) - 1);
    return hypot(rows * contacts->geometry.pitch_y_mm, cols * contacts->geometry.pitch_x_mm);
}

static double nearest_part(const struct contacts *contacts, int group, const struct blob *blob)
{
    const struct blob *slots = blobs_slots(contacts->blobs);
    double nearest = INFINITY;
    for (int i = 0; i < BLOBS_MAX; i++)
        if (slots[i].id && slots[i].group == group && &slots[i] != blob)
            nearest = fmin(nearest, box_gap(contacts, &slots[i].moments, &blob->moments));
    return nearest;
}

static struct blob *main_part(const struct contacts *contacts, int group, const struct blob *but)
{
    struct blob *slots = blobs_slots(contacts->blobs), *best = NULL;
    for (int i = 0; i < BLOBS_MAX; i++)
        if (slots[i].id && slots[i].group == group && &slots[i] != but &&
            (!best || slots[i].moments.kpa > best->moments.kpa))
            best = &slots[i];
    return best;
}

/* A piece of the strip that a roller leaves: in line with it as it was, or with another piece as it
   is now; no wider than it. */
static bool in_line(const struct contacts *contacts, int group, const struct blob *blob)
{
    const struct track *track = &contacts->tracks[group];
    const struct blob *other = main_part(contacts, group, blob);
    double angle = track_angle_rad(track), c = cos(angle), s = sin(angle);
    double off = c * blob->shape.y_mm - s * blob->shape.x_mm;
    double across = fabs(off - c * track->shape.y_mm + s * track->shape.x_mm);
    if (other)
        across = fmin(across, fabs(off - c * other->shape.y_mm + s * other->shape.x_mm));
    return across < track->width_mm / 2 + contacts->pitch_mm &&
           blob->shape.width_mm < 1.5 * track->width_mm + 2 * contacts->pitch_mm;
}

static bool belongs(const struct contacts *contacts, int group, const struct blob *blob)
{
    const struct track *track = &contacts->tracks[group];
    if (!track->present)
        return false;
    double gap = nearest_part(contacts, group, blob);
    bool weaker = blob->moments.kpa < adopt_share * track->moments.kpa;
    if (track->kind == CONTACT_ROLLER)
        return gap < part_gap_mm && in_line(contacts, group, blob);
    return gap < 1.5 * contacts->pitch_mm && weaker;
}

static bool returns(const struct contacts *contacts, const struct track *track,
                    const struct blob *blob)
{
    if (!track->id || track->present || blob->born_s - track->seen_s > contacts->gap_s)
        return false;
    double dx = blob->shape.x_mm - track->shape.x_mm, dy = blob->shape.y_mm - track->shape.y_mm;
    double reach = fmax(return_mm, 2 * contacts->pitch_mm) + track->blind_mm / 2;
    if (track->kind != CONTACT_ROLLER)
        return hypot(dx, dy) < reach;
    double angle = track_angle_rad(track);
    return fabs(cos(angle) * dy - sin(angle) * dx) < reach &&
           fabs(cos(angle) * dx + sin(angle) * dy) <
               reach + track->length_mm / (track->blind_mm > 0 ? 1 : 2);
}

static int free_track(const struct contacts *contacts)
{
    int oldest = -1;
    for (int i = 0; i < CONTACTS_MAX; i++) {
        const struct track *track = &contacts->tracks[i];
        if (!track->id)
            return i;
        if (!track->present && (oldest < 0 || track->seen_s < contacts->tracks[oldest].seen_s))
            oldest = i;
    }
    return oldest;
}

static int track_new(struct contacts *contacts, double time_s)
{
    int slot = free_track(contacts);
    if (slot >= 0)
        contacts->tracks[slot] = (struct track){.id = ++contacts->next_id,
                                                .present = true,
                                                .landed = true,
                                                .born_s = time_s,
                                                .landed_s = time_s,
                                                .seen_s = time_s};
    return slot;
}

static void join(struct contacts *contacts, struct blob *blob, int group)
{
    const struct blob *part = main_part(contacts, group, blob);
    blob->group = group;
    for (int i = 0; i < 2; i++)
        blob->drift_mm[i] = part ? part->drift_mm[i] : 0;
}

static void find_home(struct contacts *contacts, struct blob *blob, double time_s)
{
    for (int group = 0; group < CONTACTS_MAX; group++)
        if (contacts->tracks[group].id && belongs(contacts, group, blob)) {
            join(contacts, blob, group);
            return;
        }
    for (int group = 0; group < CONTACTS_MAX; group++)
        if (returns(contacts, &contacts->tracks[group], blob)) {
            contacts->tracks[group].present = true;
            contacts->tracks[group].landed = true;
            contacts->tracks[group].landed_s = time_s;
            join(contacts, blob, group);
            return;
        }
    join(contacts, blob, track_new(contacts, time_s));
}

static void place_new_blobs(struct contacts *contacts, double time_s)
{
    struct blob *slots = blobs_slots(contacts->blobs);
    for (int i = 0; i < BLOBS_MAX; i++) {
        if (slots[i].id && slots[i].group < 0)
            find_home(contacts, &slots[i], time_s);
        else if (slots[i].id && slots[i].fresh)
            join(contacts, &slots[i], slots[i].group);
    }
}

/* Where parts go different ways the contact stays with the one that it has been made of longest;
   the pieces of a strip come and go. */
static struct blob *senior_part(const struct contacts *contacts, int group)
{
    struct blob *slots = blobs_slots(contacts->blobs), *best = main_part(contacts, group, NULL);
    if (!best)
        return NULL;
    if (contacts->tracks[group].kind == CONTACT_ROLLER)
        return best;
    double least_kpa = senior_share * best->moments.kpa;
    for (int i = 0; i < BLOBS_MAX; i++)
        if (slots[i].id && slots[i].group == group && slots[i].moments.kpa > least_kpa &&
            slots[i].born_s < best->born_s - senior_s)
            best = &slots[i];
    return best;
}

/* A part goes its own way; it may turn out to belong to the others all the same. */
static void part(struct contacts *contacts, struct blob *blob, double time_s)
{
    double landed_s = contacts->tracks[blob->group].landed_s;
    blob->group = track_new(contacts, time_s);
    if (blob->group < 0)
        return;
    contacts->tracks[blob->group].landed_s = landed_s;
    contacts->tracks[blob->group].parted = true;
}

static void part_company(struct contacts *contacts, int group, double time_s)
{
    struct blob *slots = blobs_slots(contacts->blobs);
    struct blob *stays = senior_part(contacts, group);
    for (int i = 0; i < BLOBS_MAX && stays; i++) {
        struct blob *blob = &slots[i];
        if (!blob->id || blob->group != group || blob == stays)
            continue;
        struct parting parting = {&contacts->tracks[group], contacts->pitch_mm, time_s};
        if (parting_is_due(&parting, stays, blob))
            part(contacts, blob, time_s);
    }
}

static void gather(struct contacts *contacts, int group)
{
    const struct blob *slots = blobs_slots(contacts->blobs);
    struct track *track = &contacts->tracks[group];
    double stepped = 0, step[2] = {0, 0}, guess[2] = {0, 0};
    track->moments = moments_none();
    track->parts = 0;
    for (int i = 0; i < BLOBS_MAX; i++) {
        const struct blob *blob = &slots[i];
        if (!blob->id || blob->group != group)
            continue;
        moments_add(&track->moments, &blob->moments);
        track->parts++;
        if (blob->fresh)
            continue;
        double *sum = blob->stepped ? step : guess;
        stepped += blob->stepped ? blob->moments.kpa : 0;
        for (int k = 0; k < 2; k++)
            sum[k] += blob->moments.kpa * blob->step_mm[k];
    }
    for (int k = 0; k < 2; k++)
        track->step_mm[k] = stepped > 0              ? step[k] / stepped
                            : track->moments.kpa > 0 ? guess[k] / track->moments.kpa
                                                     : 0;
}

/* Two round parts are a pair of balls; many or long ones are a strip. */
static bool is_pair(const struct contacts *contacts, int group)
{
    const struct blob *slots = blobs_slots(contacts->blobs);
    int round = 0;
    for (int i = 0; i < BLOBS_MAX; i++)
        if (slots[i].id && slots[i].group == group)
            round += slots[i].shape.length_mm < 1.6 * slots[i].shape.width_mm + contacts->pitch_mm;
    return round == 2 && contacts->tracks[group].parts == 2;
}

static enum contact_kind kind_of(const struct contacts *contacts, int group)
{
    const struct track *track = &contacts->tracks[group];
    if (is_pair(contacts, group))
        return CONTACT_PAIR;
    bool round = track->length_mm < TRACK_ROLLER_RATIO * track->width_mm;
    if (track->width_mm > body_width_mm ||
        (round && sqrt(track->length_mm * track->width_mm) > body_size_mm))
        return CONTACT_BODY;
    if (track->length_mm > TRACK_ROLLER_MM &&
        track->length_mm > TRACK_ROLLER_RATIO * track->width_mm)
        return CONTACT_ROLLER;
    return CONTACT_BALL;
}

static void track_update(struct contacts *contacts, int group, const struct pressure *pressure,
                         double dt_s)
{
    struct track *track = &contacts->tracks[group];
    gather(contacts, group);
    track->present = track->parts > 0;
    if (!track->present) {
        track->force_n = 0;
        if (pressure->time_s - track->seen_s > contacts->gap_s)
            track->id = 0;
        return;
    }
    track->seen_s = pressure->time_s;
    for (int i = 0; i < 2; i++)
        track->drift_mm[i] += track->step_mm[i];
    track->shape = moments_shape(&track->moments);
    track->force_n = track->moments.kpa * 1000 * geometry_cell_m2(&contacts->geometry);
    track_weigh(track, pressure->time_s, dt_s);
    track->saturated =
        (pressure->flags & FRAME_SATURATED) && track->moments.peak_kpa >= contacts->full_kpa;
    track_smooth(track, contacts->pitch_mm, dt_s);
    track->blind_mm = blind_way_mm(&contacts->geometry, pressure, &track->moments);
    if (!(track->blind_mm > 0) || track->kind != CONTACT_ROLLER)
        track->kind = kind_of(contacts, group);
}

static void absorb(struct contacts *contacts, int group, int part)
{
    struct blob *slots = blobs_slots(contacts->blobs);
    for (int i = 0; i < BLOBS_MAX; i++)
        if (slots[i].id && slots[i].group == part)
            join(contacts, &slots[i], group);
    contacts->tracks[part].id = 0;
    contacts->tracks[part].present = false;
    contacts->tracks[part].absorbed = true;
}

/* Whether two contacts share a patch of cells. */
static bool touch(const struct contacts *contacts, int a, int b)
{
    const struct blob *slots = blobs_slots(contacts->blobs);
    for (int i = 0; i < BLOBS_MAX; i++)
        for (int k = 0; k < BLOBS_MAX && slots[i].id && slots[i].touching; k++)
            if (slots[i].group == a && slots[k].id && slots[k].group == b && slots[k].touching &&
                box_gap(contacts, &slots[i].moments, &slots[k].moments) <= 0)
                return true;
    return false;
}

/* Which of two that are one keeps its name: the older, or the stronger of an age. */
static bool outranks(const struct track *first, const struct track *second)
{
    if (fabs(first->born_s - second->born_s) > of_age_s)
        return first->born_s < second->born_s;
    return first->force_n > second->force_n;
}

/* Contacts that turn out to be parts of one tool become one. */
static void keep_company(struct contacts *contacts)
{
    for (int a = 0; a < CONTACTS_MAX; a++)
        for (int b = 0; b < a; b++) {
            const struct track *first = &contacts->tracks[a], *second = &contacts->tracks[b];
            if (!first->id || !second->id || !first->present || !second->present)
                continue;
            struct company *company = &contacts->company[a][b];
            if (!company_push(company, first, second, contacts->pitch_mm) &&
                !company_touch(company, first, second, touch(contacts, a, b)))
                continue;
            if (outranks(first, second))
                absorb(contacts, a, b);
            else
                absorb(contacts, b, a);
        }
}

void contacts_push(struct contacts *contacts, const struct pressure *pressure)
{
    double dt_s = pressure->time_s - contacts->last_s;
    contacts->last_s = pressure->time_s;
    for (int group = 0; group < CONTACTS_MAX; group++)
        contacts->tracks[group].landed = contacts->tracks[group].anew =
            contacts->tracks[group].absorbed = false;
    blobs_push(contacts->blobs, pressure);
    place_new_blobs(contacts, pressure->time_s);
    for (int group = 0; group < CONTACTS_MAX; group++)
        if (contacts->tracks[group].id)
            part_company(contacts, group, pressure->time_s);
    for (int group = 0; group < CONTACTS_MAX; group++)
        if (contacts->tracks[group].id)
            track_update(contacts, group, pressure, dt_s);
    keep_company(contacts);
}
