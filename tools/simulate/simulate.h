/**
 * @file simulate.h
 * A simulated session: body, tool, motion and sensor, drawn from a scenario and a seed. Written to
 * break the detector, with which it shares nothing but mat/. The same scenario, seed and options
 * give the same frames and the same truth, to the bit. Ranges are those of
 * docs/rationale/simulator.md.
 */
#ifndef ROLLSCOPE_SIMULATE_H
#define ROLLSCOPE_SIMULATE_H

#include "mat/mat.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The name that stands for a mixture drawn anew for each seed. */
#define SIMULATION_RANDOM "random"

/** A scenario as the list shows it. */
struct simulation_scenario {
    const char *name;
    const char *text; /**< one line */
};

/** @param count set to the number of scenarios, `random` included as the last. Any thread. */
const struct simulation_scenario *simulation_scenarios(size_t *count);

/** What is taken from the caller rather than drawn; 0 is drawn. */
struct simulation_options {
    double duration_s;   /**< 5 .. 36000 */
    uint16_t rows, cols; /**< 8 .. MAT_SIDE_MAX, both or none */
    double pitch_mm;     /**< 2 .. 50, both ways */
    double rate_hz;      /**< 10 .. 1000 */
    bool uniform;        /**< no tool and no body, but uniform_kpa on every cell */
    double uniform_kpa;  /**< 0 .. 10000 */
    double exponent;     /**< 0.5 .. 2, of the cells' power law */
    double gain_spread;  /**< 0.001 .. 0.3, one standard deviation */
};

struct simulation;

/**
 * Draws a session. Its whole truth is known at once; its frames are made one by one.
 * @param scenario a name in simulation_scenarios()
 * @param options NULL: all is drawn
 * @param failure an unknown scenario (STATUS_NOT_FOUND), options out of range or a mat too small
 *        for any tool (STATUS_ARGUMENT), STATUS_MEMORY
 * @return NULL on failure. One thread at a time per object.
 */
struct simulation *simulation_create(const char *scenario, uint64_t seed,
                                     const struct simulation_options *options,
                                     struct failure *failure);

/** The mat. Valid until simulation_destroy(). */
const struct mat_info *simulation_info(const struct simulation *simulation);

/**
 * The next frame, numbered, stamped and flagged as a source would: lost frames leave a step in
 * `sequence` and FRAME_GAP_BEFORE. Allocates nothing. Cells are valid until the next call.
 * @return 1 or STATUS_END
 */
int simulation_next(struct simulation *simulation, struct frame *frame);

/** What really happens, by docs/definitions.md; times count from the first frame. Valid until
 *  simulation_destroy(). */
const struct truth *simulation_truth(const struct simulation *simulation);

/** Length of the session, s. */
double simulation_duration_s(const struct simulation *simulation);

/** Size of the text of simulation_words(), enough for all. */
#define SIMULATION_WORDS_SIZE 512

/** What the session shows, such as "ball knots yawed loss", to text [SIMULATION_WORDS_SIZE]. */
void simulation_words(const struct simulation *simulation, char *text);

/** NULL is allowed. */
void simulation_destroy(struct simulation *simulation);

#endif
