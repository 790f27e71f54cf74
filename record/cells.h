/**
 * @file cells.h
 * The variables `pressure`, `y` and `x` of any session file as a geometry and u2 counts. One thread
 * at a time.
 */
#ifndef ROLLSCOPE_RECORD_CELLS_H
#define ROLLSCOPE_RECORD_CELLS_H

#include "chunk_store.h"

#include <stdbool.h>

struct cells {
    hid_t dataset;
    uint64_t length;    /**< frames */
    size_t frame_cells; /**< rows * cols */
    bool integers, wide, calibrated, has_most, has_fill;
    double fill;  /**< stands for a missing cell, where has_fill */
    double gain;  /**< counts per stored number; 0: stored numbers are counts */
    size_t block; /**< frames that are read at once, whole chunks where they are small enough */
    struct chunk_store chunks; /**< where they can be read past HDF5's filters */
    double *numbers;           /**< [block * rows * cols], where gain is not 0 */
};

/**
 * Opens and checks rank, sides, type, units, coordinates. cells_close() either way.
 * @param geometry rate_hz is left alone
 */
int cells_open(struct cells *cells, hid_t root, struct geometry *geometry, struct failure *failure);

/** Finds the scale of numbers that are no counts: reads all of the first `length` frames for their
 *  highest value. Quick where they are counts. */
int cells_scan(struct cells *cells, uint64_t length, struct geometry *geometry,
               struct failure *failure);

/** Reads frames [first, first + count), count <= block. @param counts [block * frame_cells] */
int cells_read(struct cells *cells, uint64_t first, size_t count, uint16_t *counts,
               struct failure *failure);

void cells_close(struct cells *cells);

#endif
