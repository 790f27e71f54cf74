/**
 * @file conditioner_parts.h
 * What the parts of a conditioner do to it: the start (offsets.c), the cells' own signals (cells.c,
 * noise.c), the bad cells (faults.c) and what loads leak (leaks.c).
 */
#ifndef ROLLSCOPE_DSP_CONDITIONER_PARTS_H
#define ROLLSCOPE_DSP_CONDITIONER_PARTS_H

#include "conditioner_state.h"

/** Middle of values[count], which it reorders; 0 for none. */
float sample_quantile(float *values, uint32_t count, float quantile);

/** First frame: tells offsets from loads and sets every cell. */
void offsets_guess(struct conditioner *conditioner, const uint16_t *counts);

/** One frame: load, baseline, noise, residue and result of every cell. */
void cells_update(struct conditioner *conditioner, const uint16_t *counts,
                  const struct weights *weights);

/** Sets `around` to 1 within two cells of a loaded one. */
void cells_spread(struct conditioner *conditioner);

/** Looks at one row: noise and gates. @param counts of the frame */
void noise_sweep(struct conditioner *conditioner, const uint16_t *counts, uint16_t row);

/** Looks at one row: noise, gates and faults. @param counts of the frame */
void faults_sweep(struct conditioner *conditioner, const uint16_t *counts, uint16_t row);

/** After a whole sweep: lines of dead cells, list of bad cells, the mat's typical noise. */
void faults_conclude(struct conditioner *conditioner);

/** Replaces bad cells in the result by the mean of their good neighbours. */
void faults_interpolate(struct conditioner *conditioner);

/** Sets the mean loads of rows and columns. */
void leaks_sum(struct conditioner *conditioner, const uint16_t *counts);

/** Learns the leaks from lines of cells that have never carried a load. Source
 *  of the model: reading = load + share * mean load of the row + share * that of the column. */
void leaks_learn(struct conditioner *conditioner, const uint16_t *counts);

#endif
