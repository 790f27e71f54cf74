/**
 * @file track.h
 * A contact as it is followed from frame to frame.
 */
#ifndef ROLLSCOPE_DETECT_TRACK_H
#define ROLLSCOPE_DETECT_TRACK_H

#include "patches.h"

#define CONTACTS_MAX 16

/** A strip is longer than this, and so many times longer than wide. */
#define TRACK_ROLLER_MM    55.0
#define TRACK_ROLLER_RATIO 2.0

/** A contact that is followed. */
struct track {
    uint32_t id;   /**< 0: the slot is free */
    bool present;  /**< loaded in this frame */
    bool landed;   /**< first frame of a landing */
    bool anew;     /**< a heavier load came down on it in this frame */
    bool parted;   /**< was a part of another contact and went its own way */
    bool absorbed; /**< id 0: it turned out to be a part of another contact */
    enum contact_kind kind;
    double born_s, landed_s, seen_s;
    uint32_t parts;          /**< blobs in this frame */
    struct moments moments;  /**< of this frame */
    struct shape shape;      /**< of this frame */
    double force_n, usual_n; /**< now; usually of late */
    bool saturated;
    double blind_mm;    /**< how far it may go without being seen; 0: not at all */
    double step_mm[2];  /**< displacement since the last frame, free of jumps of the outline */
    double drift_mm[2]; /**< sum of the steps since it was born */
    double length_mm, width_mm; /**< smoothed, the grid's blur taken off */
    double axis[2];             /**< smoothed (cos, sin) of twice the angle */
};

/** The angle of a contact's long axis against x, -pi/2 .. pi/2. */
double track_angle_rad(const struct track *track);

/** Takes the shape of this frame into the smoothed one. */
void track_smooth(struct track *track, double pitch_mm, double dt_s);

/** Takes the force of this frame in: a tool that comes down where a trace of it, or next to
 * nothing, has lain lands anew. */
void track_weigh(struct track *track, double now_s, double dt_s);

#endif
