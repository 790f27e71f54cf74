/**
 * @file geometry.h
 * What a mat is: its grid, its scale, its rate and its names.
 */
#ifndef ROLLSCOPE_MAT_GEOMETRY_H
#define ROLLSCOPE_MAT_GEOMETRY_H

#include <stdint.h>

/** The longest side of a mat, in cells. */
#define MAT_SIDE_MAX 256

/** The longest device name, serial number or calibration id, in bytes with the closing zero. */
#define MAT_NAME_SIZE 96

/**
 * The grid. x runs along the columns, y along the rows, in mm, origin at the outer corner of cell
 * (0, 0); the centre of cell (r, c) is at ((c + 0.5) * pitch_x_mm, (r + 0.5) * pitch_y_mm).
 */
struct geometry {
    uint16_t rows;     /**< 1 .. MAT_SIDE_MAX */
    uint16_t cols;     /**< 1 .. MAT_SIDE_MAX */
    double pitch_x_mm; /**< distance of neighbouring columns, > 0 */
    double pitch_y_mm; /**< distance of neighbouring rows, > 0 */
    double rate_hz;   /**< nominal frame rate; 0 where it is not known. Times, not this, are used */
    double scale_kpa; /**< kPa per count, > 0 */
    double offset_kpa;   /**< kPa at count 0 */
    uint16_t full_scale; /**< the count at which a cell saturates, 1 .. 65535 */
};

/** A mat as it presents itself. */
struct mat_info {
    struct geometry geometry;
    char device[MAT_NAME_SIZE];      /**< model, such as "rollscope-32" */
    char serial[MAT_NAME_SIZE];      /**< serial number; empty where there is none */
    char protocol[MAT_NAME_SIZE];    /**< the name of the protocol that it speaks */
    char calibration[MAT_NAME_SIZE]; /**< calibration id; empty: counts times a nominal scale */
};

/** Number of cells, rows * cols. */
static inline uint32_t geometry_cells(const struct geometry *geometry)
{
    return (uint32_t)geometry->rows * geometry->cols;
}

/** Area of a cell in square metres, so that kPa * 1000 * area = N. */
static inline double geometry_cell_m2(const struct geometry *geometry)
{
    return geometry->pitch_x_mm * geometry->pitch_y_mm * 1e-6;
}

struct failure;

/**
 * Checks that a geometry can be worked with: sides, pitches, scale finite and in range.
 * @param geometry what to check
 * @param failure names the first field that is out of range
 * @return STATUS_OK or STATUS_ARGUMENT. Any thread.
 */
int geometry_check(const struct geometry *geometry, struct failure *failure);

#endif
