/**
 * @file contact.h
 * A contact: a connected loaded region (or regions that move as one), followed under one id.
 */
#ifndef ROLLSCOPE_MAT_CONTACT_H
#define ROLLSCOPE_MAT_CONTACT_H

#include <stdbool.h>
#include <stdint.h>

/** What a contact looks like. Estimates; they may change while a contact is followed. */
enum contact_kind {
    CONTACT_UNKNOWN, /**< too young to tell */
    CONTACT_ROLLER,  /**< a strip, longer than twice its width */
    CONTACT_BALL,    /**< a round patch */
    CONTACT_PAIR,    /**< two patches that move as one */
    CONTACT_BODY     /**< a hand, knee or foot: does not roll */
};

/** A contact at one frame. */
struct contact {
    double time_s;     /**< seconds since the session's first frame */
    uint32_t id;       /**< 1, 2, ... in the order of appearance */
    uint32_t kind;     /**< enum contact_kind */
    double x_mm, y_mm; /**< centre of pressure in the mat's frame */
    double force_n;    /**< sum of pressure times cell area */
    double peak_kpa;   /**< highest cell */
    double area_mm2;   /**< loaded area */
    double angle_rad;  /**< of the long axis against x, -pi/2 .. pi/2 */
    double length_mm;  /**< 4 standard deviations of the pressure along the long axis */
    double width_mm;   /**< the same across it */
    bool at_edge;      /**< cut by the mat's border: position and force are biased */
    bool saturated;    /**< force and peak are lower bounds */
};

#endif
