/**
 * @file parameters.h
 * Everything that shapes a result, as named numbers with unit, default and range. The events of a
 * session are a pure function of its frames and these. One table serves `--set NAME=VALUE`, the
 * configuration file, the help text and the session file, which records every one.
 */
#ifndef ROLLSCOPE_MAT_PARAMETERS_H
#define ROLLSCOPE_MAT_PARAMETERS_H

#include <stddef.h>

struct failure;

/** The values. Names carry the unit; the table in parameters.c says what each one does. */
struct parameters {
    /* strokes */
    double min_travel_mm, pause_s, slip_back_mm, slow_mm_s, deep_share, deep_n, partial_share;
    /* holds and bouts */
    double hold_extent_mm, hold_s, bout_gap_s;
    /* hot spots */
    double spot_passes, spot_merge_mm, spot_contrast, dose_strokes;
    /* contacts */
    double contact_sigma, contact_share, contact_min_n, gap_reset_s, contact_period_s;
    /* signal processing */
    double empty_s, baseline_tau_s, ghost_share, ghost_tau_s, bad_cells;
};

/** One parameter. */
struct parameter {
    const char *name, *unit, *text;
    double value, least, most; /**< default and range */
    size_t offset;             /**< of the double in struct parameters */
};

/** The table. @param count set to its length. @return static. Any thread. */
const struct parameter *parameter_table(size_t *count);

/** Sets every parameter to its default. Any thread. */
void parameters_default(struct parameters *parameters);

/** The value of a parameter. Any thread. */
double parameter_get(const struct parameters *parameters, const struct parameter *parameter);

/**
 * Sets one parameter from text, as in `--set slow_mm_s=40`.
 * @param parameters where to
 * @param name a name in the table
 * @param value a number, in the table's unit, C locale
 * @param failure names an unknown name (STATUS_NOT_FOUND), or a value that is no number or out of
 *        range (STATUS_ARGUMENT)
 * @return STATUS_OK or negative. Any thread.
 */
int parameters_set(struct parameters *parameters, const char *name, const char *value,
                   struct failure *failure);

#endif
