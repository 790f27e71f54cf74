/**
 * @file dsp.h
 * Signal processing: from counts to conditioned pressure, and from pressure to what moves, what
 * presses and what trembles. Streaming objects: created once, pushed frame by frame; a push
 * allocates nothing, takes no lock, makes no system call. One object, one thread.
 */
#ifndef ROLLSCOPE_DSP_H
#define ROLLSCOPE_DSP_H

#include "filters.h"
#include "mat/mat.h"
#include "rhythm.h"
#include "ripple.h"
#include "spectrum.h"
#include "split.h"

#include <stdbool.h>

struct conditioner;

/**
 * Makes a conditioner. Per cell, from the time stamps alone (5 to 1000 Hz, jitter and gaps
 * allowed):
 * - offset: the first frame tells unloaded from loaded cells (a load may lie on the mat already); a
 *   loaded one takes the mat's typical offset until it has been seen without load;
 * - baseline: follows the unloaded cells with baseline_tau_s, stands still within two cells of a
 * load;
 * - noise: from differences of frames, never below the quantisation, nor below a mat's threshold
 *   where it sends only cells above one;
 * - row common mode: the mean of a row's unloaded cells, when they are most of it;
 * - crosstalk: what loads leak into their row and column, as shares of the mean load of each, is
 *   learnt from lines that never carry a load and taken off once it is sure (from 2 % on; where the
 *   tool goes everywhere it cannot be told);
 * - residue behind a load: up to ghost_share of the load's peak, fading with ghost_tau_s, is taken
 *   off as far as the cell has shown it ever since the load left. A light load that stays after a
 *   heavy one is reduced by at most that much;
 * - faults: a cell that stays at zero between loaded neighbours is dead (a line of them: the whole
 *   line), one that is loaded alone and constant is always on, one that jumps far beyond its
 *   neighbours for seconds flickers, one that never changes on a noisy mat is stuck or dead. All
 * can be taken back but a dead line. A static load over several cells is never a fault. Saturated
 * cells are left as they are. Tests: tests/dsp/test_conditioner.c, test_ghosts.c.
 * @param geometry the mat; checked by geometry_check() before
 * @param parameters empty_s, baseline_tau_s, ghost_share, ghost_tau_s, bad_cells
 * @return NULL when out of memory
 */
struct conditioner *conditioner_create(const struct geometry *geometry,
                                       const struct parameters *parameters);

/**
 * Conditions one frame. Latency: none. Faults and noise are looked at four times a second.
 * @param frame rows and cols as in the geometry; times strictly increasing
 * @param pressure filled in; its arrays are valid until the next push; FRAME_INTERPOLATED is set
 *        while cells are replaced
 */
void conditioner_push(struct conditioner *conditioner, const struct frame *frame,
                      struct pressure *pressure);

/** Forgets everything but its size and parameters. */
void conditioner_reset(struct conditioner *conditioner);

/** NULL is allowed. */
void conditioner_destroy(struct conditioner *conditioner);

#endif
