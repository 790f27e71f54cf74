/**
 * @file calibration.h
 * From counts to pressure, cell by cell: a calibration is measured once for a mat, kept in a file
 * of its own and applied by whoever needs pressures. Counts stay as the mat sent them.
 *
 * A cell's count c becomes a response r = c - offset, an equalised response u = r (gain + bend r) /
 * full scale, which is the same for all cells under the same pressure, and a pressure by the law of
 * the mat: power a u^b, cubic a u + b u^2 + c u^3, or linear a u. Test:
 * tests/acquire/test_calibration.c, tests/tools/test_calibrate.py (against NumPy and SciPy).
 */
#ifndef ROLLSCOPE_ACQUIRE_CALIBRATION_H
#define ROLLSCOPE_ACQUIRE_CALIBRATION_H

#include "mat/mat.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** What every calibration's id begins with. */
#define CALIBRATION_PREFIX "rollscope-"

/** The most pressures that a mat is equalised at, and the most loads. */
#define CALIBRATION_STEPS_MAX 32

/** How pressure follows from the equalised response u; 1, 3 and 2 coefficients. */
enum calibration_law { LAW_LINEAR, LAW_CUBIC, LAW_POWER };

/** The law's name: "linear", "cubic", "power". */
const char *calibration_law_name(enum calibration_law law);

/** A mat under a known load, at rest. */
struct calibration_step {
    double kpa;         /**< the same pressure on every cell; 0: not so, but */
    double force_n;     /**< this force on the mat as a whole */
    const float *means; /**< [rows*cols] mean counts */
};

/** What a calibration is made from. */
struct calibration_measurement {
    const struct mat_info *mat;
    const float *tare;   /**< [rows*cols] mean counts of the empty mat */
    const float *spread; /**< [rows*cols] standard deviation of a tare's mean, counts */
    const struct calibration_step *uniform; /**< [uniform_count] to equalise the cells; all kpa */
    size_t uniform_count;
    const struct calibration_step *loads; /**< [load_count] for the law; none: the uniform ones */
    size_t load_count;
    enum calibration_law law;
    const char *created; /**< ISO 8601, UTC */
};

struct calibration;

/**
 * Makes a calibration: gains (from three pressures on bends, too) by least squares of relative
 * errors against the mat's mean response; the law by least squares of relative errors, the power's
 * by Gauss-Newton on logarithms. A cell that answers with under a fifth or over five times of the
 * middle response is bad: it is named, and left out.
 * @param failure says which step cannot be: too few for the law, no response, a law that falls
 * @return STATUS_OK, STATUS_ARGUMENT or STATUS_MEMORY. Any thread.
 */
int calibration_fit(struct calibration **calibration,
                    const struct calibration_measurement *measurement, struct failure *failure);

/** Reads the JSON text [size] of one. @return STATUS_OK, STATUS_FORMAT saying what is wrong, also
 *  for one whose id is not that of its content, STATUS_MEMORY */
int calibration_read(struct calibration **calibration, const char *text, size_t size,
                     struct failure *failure);

/** Its JSON text, the same for the same calibration; to be freed. NULL: out of memory. */
char *calibration_text(const struct calibration *calibration);

/** What a calibration says of itself. */
struct calibration_about {
    char id[MAT_NAME_SIZE]; /**< made from its content */
    char created[40];
    char device[MAT_NAME_SIZE], serial[MAT_NAME_SIZE]; /**< of the mat; may be empty */
    uint16_t rows, cols, full_scale;
    enum calibration_law law;
    double coefficients[3]; /**< kPa */
    unsigned bad_cells;
};

const struct calibration_about *calibration_about(const struct calibration *calibration);

/** Whether a cell, row * cols + col, did not answer when it was calibrated. */
bool calibration_cell_is_bad(const struct calibration *calibration, size_t cell);

/** Whether it is one of such a mat: grid and full scale. @return STATUS_OK, or STATUS_ARGUMENT
 *  naming what differs */
int calibration_check(const struct calibration *calibration, const struct geometry *geometry,
                      struct failure *failure);

/** The geometry for calibrated counts: scale_kpa, offset_kpa, full_scale. */
void calibration_geometry(const struct calibration *calibration, struct geometry *geometry);

/** The scale that is nearest to the law for the mat's own counts, for whoever shows these. */
void calibration_nominal(const struct calibration *calibration, struct geometry *geometry);

/**
 * Makes counts linear in pressure: kPa = linear * scale_kpa + offset_kpa of calibration_geometry().
 * A count at full scale stays at full scale. Allocates nothing.
 * @param counts [rows*cols] as the mat sent them
 * @param linear [rows*cols] filled in
 */
void calibration_apply(const struct calibration *calibration, const uint16_t *counts,
                       uint16_t *linear);

/** The pressure that mean counts [rows*cols] show: kPa [rows*cols], not rounded. */
void calibration_pressure(const struct calibration *calibration, const float *means, float *kpa);

/** NULL is allowed. */
void calibration_destroy(struct calibration *calibration);

#endif
