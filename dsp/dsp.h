/**
 * @file dsp.h
 * Signal processing: from counts to conditioned pressure, and from pressure to what moves, what
 * presses and what trembles. Streaming objects: created once, pushed frame by frame; a push
 * allocates nothing, takes no lock, makes no system call. One object, one thread.
 */
#ifndef ROLLSCOPE_DSP_H
#define ROLLSCOPE_DSP_H

#include "mat/mat.h"

#include <stdbool.h>

struct conditioner;

/**
 * Makes a conditioner: offset, noise, slow baseline, faulty cells, ghosts.
 * @param geometry the mat; checked by geometry_check() before
 * @param parameters empty_s, baseline_tau_s, ghost_*, bad_cells
 * @return NULL when out of memory
 */
struct conditioner *conditioner_create(const struct geometry *geometry,
                                       const struct parameters *parameters);

/**
 * Conditions one frame. Latency: none.
 * @param frame rows and cols as in the geometry; times strictly increasing
 * @param pressure filled in; its arrays are valid until the next push
 */
void conditioner_push(struct conditioner *conditioner, const struct frame *frame,
                      struct pressure *pressure);

/** Forgets everything but its size. */
void conditioner_reset(struct conditioner *conditioner);

/** NULL is allowed. */
void conditioner_destroy(struct conditioner *conditioner);

#endif
