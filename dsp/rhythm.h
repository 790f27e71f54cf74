/**
 * @file rhythm.h
 * The rhythms of one contact: cadence of its strokes, breathing in its holds, tremor and vibration,
 * from spectra of its position and force. These need long windows and are never used to count.
 */
#ifndef ROLLSCOPE_DSP_RHYTHM_H
#define ROLLSCOPE_DSP_RHYTHM_H

#include <stdbool.h>

/** Longest stretch of time that breathing is looked for in, s. */
#define RHYTHM_MEMORY_S 256

/** Where vibrating tools vibrate, Hz. */
#define VIBRATION_LEAST_HZ 30.0
#define VIBRATION_MOST_HZ  92.0

/** What a contact did at one time. */
struct motion {
    double time_s, x_mm, y_mm, force_n;
};

/** How fast somebody rolls. */
struct cadence {
    double one_way_per_min; /**< NaN where no rhythm shows */
    double confidence;      /**< share of the motion's power at that rhythm, 0 .. 1 */
    double drift_per_min;   /**< change of one_way_per_min over a minute; NaN where unknown */
};

enum vibration_kind {
    VIBRATION_NONE,
    VIBRATION_TREMOR,       /**< at 4 to 12 Hz: a broad rise, or a line that is no folded tool */
    VIBRATION_TOOL,         /**< a narrow line above that, which the frame rate resolves */
    VIBRATION_ALIAS_LIMITED /**< a narrow line that may be a tool's, folded down: its true frequency
                                 the frame rate cannot tell */
};

struct vibration {
    enum vibration_kind kind;
    double frequency_hz; /**< NaN for none and alias-limited */
    double amplitude_n;  /**< of the force; 0 for none */
    double rate_hz;      /**< of the frames, as measured */
};

/** One contact's memory. One thread. */
struct rhythm;

/** Makes one. @return NULL when out of memory */
struct rhythm *rhythm_create(void);

/** Takes what the contact did, placed by its time; any rate, jitter and gaps. Times that do not
 *  increase are ignored; a gap over 2 s forgets what was before. Allocates nothing. */
void rhythm_push(struct rhythm *rhythm, const struct motion *motion);

/**
 * Cadence over the last 32 s (from 8 s on). Latency: the window's half, 16 s.
 * Positions are taken along the main axis of their scatter.
 */
struct cadence rhythm_cadence(struct rhythm *rhythm);

/**
 * Breathing rate between two times: the sine that explains at least half of the motion, or three
 * quarters of the force, once tremor and a parabola are taken off. Of a longer stretch the last 64
 * s count.
 * @param start_s, end_s within the last RHYTHM_MEMORY_S; what is older is left out
 * @return Hz, 0.1 to 0.5; NaN where none shows, or the stretch is shorter than 8 s or 1.7 breaths
 */
double rhythm_breathing(struct rhythm *rhythm, double start_s, double end_s);

/**
 * Tremor or vibration over the last 2 s of force. Latency: the window's half, 1 s.
 *
 * At a rate R a line at f looks the same as one at R - f, R + f, 2 R - f and so on. A narrow line
 * is alias-limited where one of those is a frequency of vibrating tools; where none is, or where
 * the rise is broad (a tremor's; folding does not broaden a tool's line), it is given its
 * frequency. So 6 Hz is tremor at 100 frames a second, 8 Hz is alias-limited (a tool at 92 Hz looks
 * alike), and above 186 frames a second nothing is. Test: tests/dsp/test_rhythm.c.
 */
struct vibration rhythm_vibration(struct rhythm *rhythm);

/** Whether a line at `frequency_hz`, up to half the rate, may be a vibrating tool's, folded down.
 *  Pure. */
bool vibration_folds(double frequency_hz, double rate_hz);

/** Forgets everything. */
void rhythm_reset(struct rhythm *rhythm);

/** NULL is allowed. */
void rhythm_destroy(struct rhythm *rhythm);

#endif
