/**
 * @file grid.h
 * From the order of cells on the wire to the mat's own. Inside acquire/ only.
 */
#ifndef ROLLSCOPE_ACQUIRE_GRID_H
#define ROLLSCOPE_ACQUIRE_GRID_H

#include "acquire.h"

/** A reordering of a grid: which cell of the wire each cell of the mat is. */
struct grid {
    uint16_t rows, cols; /**< of the mat, after the change */
    uint16_t *from;      /**< [rows*cols] index on the wire; NULL: nothing changes */
    uint16_t *cells;     /**< [rows*cols] result of grid_apply() */
};

/**
 * Makes a reordering.
 * @param grid emptied first; grid_free() gives it back
 * @param rows, cols on the wire
 * @param failure names an order that is no permutation of the lines
 * @return STATUS_OK, STATUS_ARGUMENT or STATUS_MEMORY
 */
int grid_make(struct grid *grid, const struct grid_change *change, uint16_t rows, uint16_t cols,
              struct failure *failure);

/** The cells [rows*cols] in the mat's order; valid until the next call. */
const uint16_t *grid_apply(const struct grid *grid, const uint16_t *cells);

void grid_free(struct grid *grid);

#endif
