/**
 * @file parting.h
 * When a part of a contact proves to be no part of it: it has moved away from the others, or has
 * grown into something else than a piece of a strip.
 */
#ifndef ROLLSCOPE_DETECT_PARTING_H
#define ROLLSCOPE_DETECT_PARTING_H

#include "blobs.h"
#include "track.h"

/** A contact as it is now. */
struct parting {
    const struct track *track;
    double pitch_mm, time_s;
};

/** Whether `part` goes; `stays` is the part that the contact goes on with. */
bool parting_is_due(const struct parting *parting, const struct blob *stays,
                    const struct blob *part);

#endif
