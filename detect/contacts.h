/**
 * @file contacts.h
 * Blobs that belong to one tool or one limb are one contact. The pieces of a broken roller strip
 * and two balls in a sock become one contact when they lie in line or move as one, before they have
 * moved far enough to make a stroke; a part that goes its own way becomes a contact of its own. A
 * contact that lifts off and lands at the same place within bout_gap_s is the same contact.
 */
#ifndef ROLLSCOPE_DETECT_CONTACTS_H
#define ROLLSCOPE_DETECT_CONTACTS_H

#include "blobs.h"

#define CONTACTS_MAX 16

/** A contact that is followed. */
struct track {
    uint32_t id;   /**< 0: the slot is free */
    bool present;  /**< loaded in this frame */
    bool landed;   /**< first frame of a landing */
    bool absorbed; /**< id 0: it turned out to be a part of another contact */
    enum contact_kind kind;
    double born_s, landed_s, seen_s;
    uint32_t parts;         /**< blobs in this frame */
    struct moments moments; /**< of this frame */
    struct shape shape;     /**< of this frame */
    double force_n;
    bool saturated;
    double step_mm[2];  /**< displacement since the last frame, free of jumps of the outline */
    double drift_mm[2]; /**< sum of the steps since it was born */
    double length_mm, width_mm; /**< smoothed, the grid's blur taken off */
    double axis[2];             /**< smoothed (cos, sin) of twice the angle */
};

struct contacts;

/** @return NULL when out of memory */
struct contacts *contacts_create(const struct geometry *geometry,
                                 const struct parameters *parameters);

/** Follows the contacts into a frame. */
void contacts_push(struct contacts *contacts, const struct pressure *pressure);

/** The slots. @return array [CONTACTS_MAX]; those with id 0 are free */
const struct track *contacts_tracks(const struct contacts *contacts);

/** The blob that a cell belongs to; its group is the contact's slot. @return NULL: not loaded */
const struct blob *contacts_part(const struct contacts *contacts, uint32_t cell);

/** The angle of a contact's long axis against x, -pi/2 .. pi/2. */
double track_angle_rad(const struct track *track);

/** Forgets all contacts; ids go on. */
void contacts_reset(struct contacts *contacts);

void contacts_destroy(struct contacts *contacts);

#endif
