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
#include "track.h"

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

/** Forgets all contacts; ids go on. */
void contacts_reset(struct contacts *contacts);

void contacts_destroy(struct contacts *contacts);

#endif
