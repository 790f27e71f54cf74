/**
 * @file scenario.h
 * Scenarios: what a session must show. A scenario is a set of features; all else is drawn.
 */
#ifndef ROLLSCOPE_SIMULATE_SCENARIO_H
#define ROLLSCOPE_SIMULATE_SCENARIO_H

#include "random.h"
#include "simulate.h"

#include <stdbool.h>
#include <stdint.h>

/** What can be asked of a session. */
enum feature {
    /* tools; a roller where none is named */
    FEATURE_BALL,
    FEATURE_PAIR,      /**< two balls in a sock */
    FEATURE_NARROW,    /**< a rigid roller: a strip narrower than a cell or two */
    FEATURE_VIBRATING, /**< 30 to 92 Hz, aliased by most mats */
    FEATURE_TEXTURED,  /**< knobs that print a pattern on the mat */
    FEATURE_TWO_LEGS,  /**< a load in two parts along the roller */
    FEATURE_TILTED,    /**< one end of the roller presses harder */
    FEATURE_YAWED,     /**< the roller lies at any angle */
    FEATURE_CUT,       /**< an end of the roller lies off the mat */
    FEATURE_OVER_EDGE, /**< strokes run off the mat and come back */
    FEATURE_SECOND,    /**< a second tool moves on its own */
    FEATURE_EMPTY,     /**< no tool */
    /* motion */
    FEATURE_STATIC, /**< presses, no strokes */
    FEATURE_HOLDS,  /**< presses between strokes */
    FEATURE_PAUSES, /**< stops inside a pass */
    FEATURE_SPLITS, /**< longer stops, that split it */
    FEATURE_SLIPS,  /**< slips back inside a pass */
    FEATURE_PARTIAL,
    FEATURE_TEMPO, /**< the tempo drifts to half or double */
    FEATURE_FAST,
    FEATURE_SLOW,
    FEATURE_ROUGH,      /**< jerky, skewed speed profiles */
    FEATURE_IRREGULAR,  /**< lengths and times vary by a third */
    FEATURE_ONE_WAY,    /**< deep one way, light return */
    FEATURE_REPOSITION, /**< lifted and put down elsewhere */
    FEATURE_RETURN,     /**< lifted and put back in place */
    FEATURE_SLIDE,      /**< moved fast and almost unloaded, without lifting */
    FEATURE_LOADED_START,
    /* in a hold */
    FEATURE_BREATHING,
    FEATURE_TALKING,
    FEATURE_TREMOR,
    FEATURE_FIDGET,
    FEATURE_LEAN, /**< pressing harder in a hold */
    /* body */
    FEATURE_KNOTS,
    FEATURE_FAINT, /**< knots of 20 to 40 % */
    FEATURE_BELLIES,
    FEATURE_HAND,
    FEATURE_HAND_CLOSE, /**< beside the tool, touching it at times */
    FEATURE_STEPS,
    FEATURE_PERSON, /**< somebody sits or stands on the mat */
    /* sensor */
    FEATURE_NOISY,
    FEATURE_PEDESTAL, /**< counts at no load, differing from cell to cell */
    FEATURE_RAW_GAIN,
    FEATURE_CURVED, /**< a power law that calibration left */
    FEATURE_HYSTERESIS,
    FEATURE_CREEP,
    FEATURE_RESIDUE,
    FEATURE_CROSSTALK,
    FEATURE_DEAD_CELLS,
    FEATURE_ODD_CELLS, /**< stuck, always on, flickering */
    FEATURE_DEAD_LINE, /**< a dead row or column */
    FEATURE_SATURATED,
    FEATURE_COARSE_COUNTS, /**< 8 bit */
    FEATURE_JITTER,
    FEATURE_LOSS,
    FEATURE_BURSTS,
    FEATURE_LONG_GAP, /**< seconds lost while nothing is on the mat */
    FEATURE_DRIFT,
    FEATURE_WANDERING_RATE,
    FEATURE_COARSE_MAT, /**< 20 mm, 25 to 50 Hz */
    FEATURE_FINE_MAT,   /**< 5 mm, 200 Hz */
    FEATURE_COUNT       /**< at most 64 */
};

struct scenario {
    struct simulation_scenario listed;
    uint64_t features; /**< bits 1 << enum feature */
};

/** @return the scenario of that name or NULL. Any thread. */
const struct scenario *scenario_find(const char *name);

/** Draws a mixture: tool, motions, body, mat and faults. */
uint64_t scenario_mix(struct random *random);

/** The features in words, blank separated. @param text [size], cut short where it does not fit */
void scenario_words(uint64_t features, char *text, size_t size);

static inline bool feature_in(uint64_t features, enum feature feature)
{
    return features >> feature & 1;
}

#endif
