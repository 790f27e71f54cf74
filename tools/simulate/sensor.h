/**
 * @file sensor.h
 * A matrix of piezoresistive cells and its readout: from pressure to counts. In order: crosstalk,
 * hysteresis, creep and residue, power law and gain, pedestal and noise, quantisation, faults.
 */
#ifndef ROLLSCOPE_SIMULATE_SENSOR_H
#define ROLLSCOPE_SIMULATE_SENSOR_H

#include "plan.h"

#define CREEP_PARTS 3

/** What the cells remember and how they differ. */
struct sensor {
    const struct plan *plan;
    struct random random;
    int cells;
    double last_s;
    float *arrays;              /**< one block for all arrays below, each [rows*cols] */
    float *gain, *pedestal;     /**< of full scale */
    float *peak, *residue;      /**< kPa */
    float *creep[CREEP_PARTS];  /**< kPa */
    float *leaked;              /**< pressure with crosstalk, kPa */
    float *row_sums, *col_sums; /**< inside `leaked`'s block: [rows], [cols] */
    float *law;                 /**< counts share over pressure share, [LAW_NODES + 2] */
    uint8_t *faults;            /**< [rows*cols] enum cell_fault */
    uint16_t *held;             /**< what a stuck or flickering cell says, [rows*cols] */
};

/** @param plan must live as long. @return STATUS_OK or STATUS_MEMORY; sensor_stop() in any case */
int sensor_start(struct sensor *sensor, const struct plan *plan);

/**
 * Reads the mat. Allocates nothing.
 * @param time_s of the scan; never goes back
 * @param kpa true pressures, [rows*cols]
 * @param counts set, [rows*cols]
 * @return 1 when a good cell is at full scale, else 0
 */
int sensor_read(struct sensor *sensor, double time_s, const float *kpa, uint16_t *counts);

/** Frees what sensor_start() took. */
void sensor_stop(struct sensor *sensor);

#endif
