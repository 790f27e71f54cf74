/**
 * @file pressure.h
 * What the signal processing hands to the detector: a conditioned frame in kPa.
 */
#ifndef ROLLSCOPE_MAT_PRESSURE_H
#define ROLLSCOPE_MAT_PRESSURE_H

#include <stdint.h>

/** What is wrong with a cell; 0 is a good cell. Or-ed. */
enum cell_fault {
    CELL_DEAD = 1,      /**< never answers */
    CELL_STUCK = 2,     /**< holds one value whatever happens around it */
    CELL_ALWAYS_ON = 4, /**< loaded on an empty mat (a short) */
    CELL_FLICKERING = 8 /**< jumps far beyond the mat's noise */
};

/** A conditioned frame. All arrays are borrowed until the next push, row-major. */
struct pressure {
    double time_s;  /**< seconds since the session's first frame */
    uint32_t flags; /**< the frame's enum frame_flag */
    uint16_t rows, cols;
    const float *kpa;       /**< [rows*cols] load: offset, baseline and ghosts removed, faulty cells
                                 interpolated from their neighbours; may be slightly negative (noise) */
    const float *noise_kpa; /**< [rows*cols] noise of each cell, one standard deviation, > 0 */
    const uint8_t *faults;  /**< [rows*cols] enum cell_fault */
};

#endif
