/**
 * @file blobs.h
 * Patches followed from frame to frame. A blob keeps its id while its cells overlap those of the
 * frame before; blobs of different groups that run into one patch share its cells by distance, so
 * that touching contacts keep their identities.
 */
#ifndef ROLLSCOPE_DETECT_BLOBS_H
#define ROLLSCOPE_DETECT_BLOBS_H

#include "patches.h"

#define BLOBS_MAX 32

/** Blob without a group. */
#define BLOB_ALONE -1

/** Where a blob was when it last looked like this, and its way until then. */
struct anchor {
    double at_mm[2], way_mm[2], kpa, time_s;
};

struct blob {
    uint32_t id; /**< 0: the slot is free */
    int group;   /**< set by the owner; BLOB_ALONE when new and unrelated */
    double born_s;
    bool fresh;             /**< new in this frame */
    bool stepped;           /**< step_mm is this frame's true displacement of the centre */
    bool touching;          /**< shares its patch with a blob of another group */
    struct moments moments; /**< of its cells in this frame */
    struct shape shape;
    struct shape alone; /**< shape when it last had its patch to itself */
    double step_mm[2];
    double speed_mm_s[2];     /**< smoothed over about 0.1 s */
    double drift_mm[2];       /**< sum of the steps; the owner may reset it */
    double way_mm[2];         /**< the same since it was born */
    bool merged;              /**< its patch is that of several parts of its group */
    struct anchor anchors[2]; /**< when it was not merged, and when it was */
};

struct blobs;

/** @return NULL when out of memory */
struct blobs *blobs_create(const struct geometry *geometry, const struct parameters *parameters);

/** Follows the blobs into a frame. Slots keep their index while the blob lives. */
void blobs_push(struct blobs *blobs, const struct pressure *pressure);

/** The slots. @return array [BLOBS_MAX]; those with id 0 are free */
struct blob *blobs_slots(struct blobs *blobs);

/** Whose each cell is. @return array [rows*cols]: slot + 1, 0 where nothing is loaded */
const uint8_t *blobs_labels(const struct blobs *blobs);

/** Forgets all blobs. */
void blobs_reset(struct blobs *blobs);

void blobs_destroy(struct blobs *blobs);

#endif
