/**
 * @file calibration_parts.h
 * The inside of a calibration. Inside acquire/ only.
 */
#ifndef ROLLSCOPE_ACQUIRE_CALIBRATION_PARTS_H
#define ROLLSCOPE_ACQUIRE_CALIBRATION_PARTS_H

#include "calibration.h"

/** Intervals of the law's table. */
#define LAW_NODES 4096

/** Below this share of full scale a law is its chord: a power's slope is 0 or infinite there. */
#define LAW_CHORD 0.005

struct calibration {
    struct calibration_about about;
    float *offset, *gain, *bend; /**< [cells], counts, 1, 1 / count; rounded as in the text */
    uint8_t *bad;                /**< [cells] 1: did not answer */
    size_t cells;
    float table[LAW_NODES + 1]; /**< linear counts by equalised response */
    float nodes_per_count;      /**< of the equalised response */
    uint16_t top;               /**< full scale of linear counts */
    double scale_kpa, pedestal_kpa;
};

/** An empty one for such a grid. @return NULL when out of memory */
struct calibration *calibration_create(uint16_t rows, uint16_t cols);

/** Fills in the table and what follows. @return false: the law falls, or gives no pressure */
bool calibration_prepare(struct calibration *calibration);

/** The law at an equalised response, a share of full scale. */
double calibration_law_at(const struct calibration_about *about, double share);

/** The equalised response of a cell, counts. */
float calibration_equalised(const struct calibration *calibration, size_t cell, float count);

/** Gives it the id of its content. @return false: out of memory */
bool calibration_name(struct calibration *calibration);

#endif
