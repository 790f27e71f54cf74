#include "blobs.h"

#include "steps.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A blob claims a patch when it covers this share of the smaller of the two. */
static const double claim_share = 0.15;
/* A blob that overlaps nothing may have jumped this many pitches beyond its prediction. */
static const double jump_pitches = 1.6;
/* After a gap in the frames it may be this much farther for each second beyond gap_s. */
static const double gap_speed_mm_s = 300, gap_s = 0.1;
static const double fast_mm_s = 900, fast_most_mm = 40;
static const double jump_ratio = 2.5;   /* of the loads before and after a jump, at most */
static const double trace_share = 0.08; /* of the heaviest owner's load: less is a trace */
static const double round_ratio = 1.6, ball_share = 0.2;
static const double explained_share = 0.5; /* of a patch's load: that much was its owners' before */

struct blobs {
    struct geometry geometry;
    struct patches *patches;
    uint32_t cells, next_id;
    double last_s, dt_s;
    uint8_t *labels;  /* [cells] slot + 1 */
    uint8_t *nearest; /* [cells] owner, while a patch is shared */
    double votes[PATCHES_MAX][BLOBS_MAX];
    int kept[BLOBS_MAX]; /* patch that continues the slot, -1 none */
    struct blob slots[BLOBS_MAX], before[BLOBS_MAX];
};

/* The slots that claim a patch: as they were, and as they go on. */
struct owners {
    int count;
    int before[BLOBS_MAX], slots[BLOBS_MAX];
};

struct blobs *blobs_create(const struct geometry *geometry, const struct parameters *parameters)
{
    struct blobs *blobs = calloc(1, sizeof *blobs);
    if (!blobs)
        return NULL;
    blobs->geometry = *geometry;
    blobs->cells = geometry_cells(geometry);
    blobs->patches = patches_create(geometry, parameters);
    blobs->labels = calloc(blobs->cells, sizeof *blobs->labels);
    blobs->nearest = calloc(blobs->cells, sizeof *blobs->nearest);
    if (blobs->patches && blobs->labels && blobs->nearest)
        return blobs;
    blobs_destroy(blobs);
    return NULL;
}

void blobs_destroy(struct blobs *blobs)
{
    if (!blobs)
        return;
    patches_destroy(blobs->patches);
    free(blobs->labels);
    free(blobs->nearest);
    free(blobs);
}

void blobs_reset(struct blobs *blobs)
{
    memset(blobs->slots, 0, sizeof blobs->slots);
    memset(blobs->labels, 0, blobs->cells);
    blobs->next_id = 0;
    blobs->last_s = 0;
}

struct blob *blobs_slots(struct blobs *blobs)
{
    return blobs->slots;
}

const uint8_t *blobs_labels(const struct blobs *blobs)
{
    return blobs->labels;
}

static void count_votes(struct blobs *blobs, const float *kpa, size_t patches)
{
    memset(blobs->votes, 0, sizeof blobs->votes);
    for (size_t i = 0; i < patches; i++) {
        size_t count;
        const uint32_t *cells = patches_cells(blobs->patches, i, &count);
        for (size_t k = 0; k < count; k++)
            if (blobs->labels[cells[k]])
                blobs->votes[i][blobs->labels[cells[k]] - 1] += kpa[cells[k]];
    }
}

static bool claims(const struct blobs *blobs, size_t patch, int slot)
{
    double whole = patches_moments(blobs->patches, patch)->kpa;
    double least = fmin(whole, blobs->before[slot].moments.kpa);
    return blobs->before[slot].id && blobs->votes[patch][slot] > claim_share * least;
}

/* Every slot goes on in the patch where it has most votes. */
static void choose_continuations(struct blobs *blobs, size_t patches)
{
    for (int slot = 0; slot < BLOBS_MAX; slot++) {
        blobs->kept[slot] = -1;
        double best = 0;
        for (size_t i = 0; i < patches; i++)
            if (claims(blobs, i, slot) && blobs->votes[i][slot] > best) {
                best = blobs->votes[i][slot];
                blobs->kept[slot] = (int)i;
            }
    }
}

static int free_slot(const struct blobs *blobs)
{
    for (int slot = 0; slot < BLOBS_MAX; slot++)
        if (!blobs->slots[slot].id && !blobs->before[slot].id)
            return slot;
    return -1;
}

static int blob_new(struct blobs *blobs, int group, double time_s)
{
    int slot = free_slot(blobs);
    if (slot < 0)
        return -1;
    blobs->slots[slot] = (struct blob){.id = ++blobs->next_id,
                                       .group = group,
                                       .born_s = time_s,
                                       .fresh = true,
                                       .moments = moments_none()};
    return slot;
}

static void blob_continue(struct blobs *blobs, int slot)
{
    if (blobs->slots[slot].id)
        return;
    blobs->slots[slot] = blobs->before[slot];
    blobs->slots[slot].fresh = false;
    blobs->slots[slot].touching = false;
    blobs->slots[slot].stepped = true;
    blobs->slots[slot].moments = moments_none();
}

/* How far from a shape a place is that lies (dx, dy) from its centre. */
static double outside(const struct shape *shape, double dx, double dy)
{
    double c = cos(shape->angle_rad), s = sin(shape->angle_rad);
    return hypot(fmax(0, fabs(c * dx + s * dy) - shape->length_mm / 4),
                 fmax(0, fabs(c * dy - s * dx) - shape->width_mm / 4));
}

/* A patch that nobody claims may be a blob that moved faster than its own width a frame. */
static int find_jumper(const struct blobs *blobs, size_t patch)
{
    struct shape shape = moments_shape(patches_moments(blobs->patches, patch));
    double pitch = fmax(blobs->geometry.pitch_x_mm, blobs->geometry.pitch_y_mm);
    int best = -1;
    double nearest = jump_pitches * pitch + fmin(fast_mm_s * blobs->dt_s, fast_most_mm) +
                     gap_speed_mm_s * fmax(0, blobs->dt_s - gap_s);
    for (int slot = 0; slot < BLOBS_MAX; slot++) {
        const struct blob *blob = &blobs->before[slot];
        if (!blob->id || blobs->kept[slot] >= 0 || blobs->slots[slot].id)
            continue;
        double ratio = patches_moments(blobs->patches, patch)->kpa / blob->moments.kpa;
        if (ratio > jump_ratio || ratio < 1 / jump_ratio)
            continue;
        double ahead_s = fmin(blobs->dt_s, gap_s);
        double distance =
            outside(&blob->shape, shape.x_mm - blob->shape.x_mm - blob->speed_mm_s[0] * ahead_s,
                    shape.y_mm - blob->shape.y_mm - blob->speed_mm_s[1] * ahead_s);
        if (distance < nearest) {
            nearest = distance;
            best = slot;
        }
    }
    return best;
}

/* Two round parts of a contact, as the balls of a pair are; the pieces of a strip are longer or lie
   closer. */
static bool are_balls(const struct blobs *blobs, const struct blob *a, const struct blob *b)
{
    double pitch = fmax(blobs->geometry.pitch_x_mm, blobs->geometry.pitch_y_mm);
    const struct shape *one = &a->shape, *other = &b->shape;
    double apart = hypot(one->x_mm - other->x_mm, one->y_mm - other->y_mm);
    return one->length_mm < round_ratio * one->width_mm + pitch &&
           other->length_mm < round_ratio * other->width_mm + pitch &&
           apart > (one->length_mm + other->length_mm) / 2 &&
           fmin(a->moments.kpa, b->moments.kpa) > ball_share * fmax(a->moments.kpa, b->moments.kpa);
}

/* Who owns a patch: one slot a group, the strongest claim of each; but both balls of a pair. */
static void list_owners(const struct blobs *blobs, size_t patch, struct owners *owners)
{
    owners->count = 0;
    for (int slot = 0; slot < BLOBS_MAX; slot++) {
        if (!claims(blobs, patch, slot))
            continue;
        int known = -1;
        for (int i = 0; i < owners->count; i++)
            if (blobs->before[owners->before[i]].group == blobs->before[slot].group &&
                !are_balls(blobs, &blobs->before[owners->before[i]], &blobs->before[slot]))
                known = i;
        if (known < 0)
            owners->before[owners->count++] = slot;
        else if (blobs->votes[patch][slot] > blobs->votes[patch][owners->before[known]])
            owners->before[known] = slot;
    }
}

/* A trace under a tool that comes over it is no longer seen: it takes none of its cells. */
static void drop_traces(const struct blobs *blobs, struct owners *owners)
{
    double most = 0;
    int kept = 0;
    for (int i = 0; i < owners->count; i++)
        most = fmax(most, blobs->before[owners->before[i]].moments.kpa);
    for (int i = 0; i < owners->count; i++)
        if (blobs->before[owners->before[i]].moments.kpa >= trace_share * most)
            owners->before[kept++] = owners->before[i];
    owners->count = kept;
}

/* What claims the patch is too little to be all of it: a blob that has nowhere else to go may have
   come over it, as a narrow strip does over a cell that is always on. */
static void add_jumper(struct blobs *blobs, size_t patch, struct owners *owners)
{
    double load = 0;
    for (int i = 0; i < owners->count; i++)
        load += blobs->before[owners->before[i]].moments.kpa;
    if (owners->count && load > explained_share * patches_moments(blobs->patches, patch)->kpa)
        return;
    int slot = find_jumper(blobs, patch);
    if (slot < 0)
        return;
    blobs->kept[slot] = (int)patch;
    owners->before[owners->count++] = slot;
}

/* A blob becomes something else: its centres before and after do not tell a step. */
static void change(struct blob *blob, bool merged)
{
    blob->stepped = false;
    blob->merged = merged;
}

/* The slot that stands for an owner in this patch: itself, or a new part of its group. */
static int owner_slot(struct blobs *blobs, size_t patch, int owner, double time_s)
{
    if (blobs->kept[owner] != (int)patch)
        return blob_new(blobs, blobs->before[owner].group, time_s);
    blob_continue(blobs, owner);
    for (int slot = 0; slot < BLOBS_MAX; slot++)
        if (slot != owner && claims(blobs, patch, slot) &&
            blobs->before[slot].group == blobs->before[owner].group &&
            !are_balls(blobs, &blobs->before[slot], &blobs->before[owner]))
            change(&blobs->slots[owner], true);
    for (size_t other = 0; other < PATCHES_MAX; other++)
        if (other != patch && blobs->votes[other][owner] > 0 && claims(blobs, other, owner))
            change(&blobs->slots[owner], false);
    return owner;
}

/* How far a place is from a blob as it was, in its own standard deviations. */
static double distance(const struct blobs *blobs, const struct blob *before, const double at_mm[2])
{
    const struct shape *shape = before->touching ? &before->alone : &before->shape;
    double dx = at_mm[0] - before->shape.x_mm - before->speed_mm_s[0] * blobs->dt_s;
    double dy = at_mm[1] - before->shape.y_mm - before->speed_mm_s[1] * blobs->dt_s;
    double c = cos(shape->angle_rad), s = sin(shape->angle_rad);
    double pitch = fmax(blobs->geometry.pitch_x_mm, blobs->geometry.pitch_y_mm);
    double along = (c * dx + s * dy) / fmax(shape->length_mm, pitch);
    double across = (c * dy - s * dx) / fmax(shape->width_mm, pitch);
    return along * along + across * across;
}

static void give_cell(struct blobs *blobs, int slot, uint32_t cell, const double kpa[2])
{
    uint16_t cols = blobs->geometry.cols;
    uint16_t r = (uint16_t)(cell / cols), c = (uint16_t)(cell % cols);
    struct loaded_cell loaded = {
        r,
        c,
        {(c + 0.5) * blobs->geometry.pitch_x_mm, (r + 0.5) * blobs->geometry.pitch_y_mm},
        kpa[0],
        fmax(0, kpa[0] - kpa[1])};
    moments_cell(&blobs->slots[slot].moments, &loaded);
    blobs->labels[cell] = (uint8_t)(slot + 1);
}

static int nearest_owner(const struct blobs *blobs, const struct owners *owners,
                         const double at_mm[2])
{
    int best = 0;
    double nearest = INFINITY;
    for (int i = 0; i < owners->count; i++) {
        double d = distance(blobs, &blobs->before[owners->before[i]], at_mm);
        if (d < nearest && owners->slots[i] >= 0) {
            nearest = d;
            best = i;
        }
    }
    return best;
}

/* Cells of a patch with several owners go to the nearest. */
static void share_patch(struct blobs *blobs, size_t patch, const float *kpa,
                        const struct owners *owners)
{
    size_t cells;
    const uint32_t *cell = patches_cells(blobs->patches, patch, &cells);
    uint16_t cols = blobs->geometry.cols;
    struct crest crests[BLOBS_MAX] = {0};
    for (size_t k = 0; k < cells; k++) {
        double at[2] = {(cell[k] % cols + 0.5) * blobs->geometry.pitch_x_mm,
                        (cell[k] / cols + 0.5) * blobs->geometry.pitch_y_mm};
        int best = nearest_owner(blobs, owners, at);
        blobs->nearest[cell[k]] = (uint8_t)best;
        crest_take(&crests[best], kpa[cell[k]]);
    }
    for (size_t k = 0; k < cells; k++) {
        int best = blobs->nearest[cell[k]];
        double foot = crest_foot_kpa(&crests[best], patches_least_kpa(blobs->patches, patch));
        if (owners->slots[best] >= 0)
            give_cell(blobs, owners->slots[best], cell[k], (double[]){kpa[cell[k]], foot});
    }
    bool strangers = false;
    for (int i = 1; i < owners->count; i++)
        strangers |=
            blobs->before[owners->before[i]].group != blobs->before[owners->before[0]].group;
    for (int i = 0; i < owners->count; i++)
        if (owners->slots[i] >= 0)
            blobs->slots[owners->slots[i]].touching = strangers;
}

static void give_patch(struct blobs *blobs, size_t patch, int slot)
{
    size_t count;
    const uint32_t *cells = patches_cells(blobs->patches, patch, &count);
    if (slot < 0)
        return;
    moments_add(&blobs->slots[slot].moments, patches_moments(blobs->patches, patch));
    for (size_t k = 0; k < count; k++)
        blobs->labels[cells[k]] = (uint8_t)(slot + 1);
}

static void assign(struct blobs *blobs, size_t patch, const struct pressure *pressure)
{
    struct owners owners;
    list_owners(blobs, patch, &owners);
    drop_traces(blobs, &owners);
    add_jumper(blobs, patch, &owners);
    if (owners.count == 0) {
        give_patch(blobs, patch, blob_new(blobs, BLOB_ALONE, pressure->time_s));
        return;
    }
    for (int i = 0; i < owners.count; i++)
        owners.slots[i] = owner_slot(blobs, patch, owners.before[i], pressure->time_s);
    if (owners.count == 1)
        give_patch(blobs, patch, owners.slots[0]);
    else
        share_patch(blobs, patch, pressure->kpa, &owners);
}

void blobs_push(struct blobs *blobs, const struct pressure *pressure)
{
    blobs->dt_s = pressure->time_s - blobs->last_s;
    blobs->last_s = pressure->time_s;
    size_t patches = patches_push(blobs->patches, pressure, blobs->labels);
    memcpy(blobs->before, blobs->slots, sizeof blobs->before);
    count_votes(blobs, pressure->kpa, patches);
    choose_continuations(blobs, patches);
    memset(blobs->slots, 0, sizeof blobs->slots);
    memset(blobs->labels, 0, blobs->cells);
    for (size_t i = 0; i < patches; i++)
        assign(blobs, i, pressure);
    for (int slot = 0; slot < BLOBS_MAX; slot++)
        if (blobs->slots[slot].id)
            step_settle(&blobs->slots[slot], &blobs->before[slot], blobs->dt_s, blobs->last_s);
}
