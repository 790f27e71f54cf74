#include "calibration_parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BAD_LOW     0.2 /* of the middle response */
#define BAD_HIGH    5.0
#define BEND_STEPS  3    /* pressures from which on a bend is found */
#define FLAT        0.25 /* a bent cell's slope at full scale, of its gain, at least */
#define SIGMAS      6.0F
#define UNLOADED    0.0025F /* of full scale: a cell that answers less is not loaded */
#define ROUNDS      60
#define CELL_DIGITS 6 /* as in the text */
#define LAW_DIGITS  9

struct fit {
    struct calibration *calibration;
    const struct calibration_measurement *measurement;
    float *scratch; /* [cells] */
};

static double rounded(double number, int digits)
{
    char text[32];
    snprintf(text, sizeof text, "%.*g", digits, number);
    return strtod(text, NULL);
}

static int by_size(const void *a, const void *b)
{
    float one = *(const float *)a, other = *(const float *)b;
    return (one > other) - (one < other);
}

static double response_of(const struct fit *fit, const struct calibration_step *step, size_t cell)
{
    return (double)step->means[cell] - (double)fit->calibration->offset[cell];
}

static double middle_response(const struct fit *fit, const struct calibration_step *step)
{
    size_t cells = fit->calibration->cells;
    for (size_t i = 0; i < cells; i++)
        fit->scratch[i] = (float)response_of(fit, step, i);
    qsort(fit->scratch, cells, sizeof *fit->scratch, by_size);
    return fit->scratch[cells / 2];
}

/* Finds the cells that do not answer as the others do. */
static int bad_find(struct fit *fit, struct failure *failure)
{
    const struct calibration_measurement *measurement = fit->measurement;
    struct calibration *calibration = fit->calibration;
    for (size_t k = 0; k < measurement->uniform_count; k++) {
        const struct calibration_step *step = &measurement->uniform[k];
        double middle = middle_response(fit, step);
        if (!(middle > UNLOADED * calibration->about.full_scale))
            return failure_set(failure, STATUS_ARGUMENT,
                               "%g kPa: the mat does not answer (%.1f counts above the tare)",
                               step->kpa, middle);
        for (size_t i = 0; i < calibration->cells; i++) {
            double response = response_of(fit, step, i);
            if (!(response > BAD_LOW * middle && response < BAD_HIGH * middle))
                calibration->bad[i] = 1;
        }
    }
    for (size_t i = 0; i < calibration->cells; i++)
        calibration->about.bad_cells += calibration->bad[i];
    return STATUS_OK;
}

static double mean_response(const struct fit *fit, const struct calibration_step *step)
{
    double sum = 0, count = 0;
    for (size_t i = 0; i < fit->calibration->cells; i++)
        if (!fit->calibration->bad[i]) {
            sum += response_of(fit, step, i);
            count++;
        }
    return sum / count;
}

/* Gain and bend of a cell: the least squares of (gain r + bend r^2) / mean - 1. */
static void cell_equalise(struct fit *fit, size_t cell, const double *means)
{
    double rr = 0, rs = 0, ss = 0, r1 = 0, s1 = 0;
    size_t count = fit->measurement->uniform_count;
    for (size_t k = 0; k < count; k++) {
        double response = response_of(fit, &fit->measurement->uniform[k], cell);
        double r = response / means[k], s = response * r;
        rr += r * r;
        rs += r * s;
        ss += s * s;
        r1 += r;
        s1 += s;
    }
    double determinant = rr * ss - rs * rs, gain = r1 / rr, bend = 0;
    if (count >= BEND_STEPS && determinant > 1e-9 * rr * ss) {
        double bent = (r1 * ss - s1 * rs) / determinant, by = (s1 * rr - r1 * rs) / determinant;
        double full = fit->calibration->about.full_scale;
        if (bent > 0 && bent + 2 * by * full > FLAT * bent) {
            gain = bent;
            bend = by;
        }
    }
    fit->calibration->gain[cell] = (float)rounded(gain, CELL_DIGITS);
    fit->calibration->bend[cell] = (float)rounded(bend, CELL_DIGITS);
}

static int cells_equalise(struct fit *fit, struct failure *failure)
{
    double means[CALIBRATION_STEPS_MAX];
    struct calibration *calibration = fit->calibration;
    for (size_t i = 0; i < calibration->cells; i++) {
        calibration->offset[i] = (float)rounded(fit->measurement->tare[i], CELL_DIGITS);
        calibration->gain[i] = 1;
    }
    int status = bad_find(fit, failure);
    for (size_t k = 0; k < fit->measurement->uniform_count && !status; k++)
        means[k] = mean_response(fit, &fit->measurement->uniform[k]);
    for (size_t i = 0; i < calibration->cells && !status; i++)
        if (!calibration->bad[i] && fit->measurement->uniform_count > 0)
            cell_equalise(fit, i, means);
    return status;
}

/* The sums over all loaded cells that a law is found from. */
struct sums {
    double powers[4];  /* of share^0 (cells that count), share^1, ^2, ^3 */
    double law, slope; /* share^b, and its derivative by b */
};

static struct sums sums_of(const struct fit *fit, const struct calibration_step *step, double b)
{
    struct sums sums = {.law = 0};
    const struct calibration *calibration = fit->calibration;
    float full = calibration->about.full_scale;
    for (size_t i = 0; i < calibration->cells; i++) {
        if (calibration->bad[i])
            continue;
        float equalised = calibration_equalised(calibration, i, step->means[i]);
        float least = fmaxf(UNLOADED * full, SIGMAS * fit->measurement->spread[i]);
        double share = equalised > least ? (double)(equalised / full) : 0, power = 1;
        for (int k = 0; k < 4; k++, power *= share)
            sums.powers[k] += power;
        if (share > 0) {
            sums.law += pow(share, b);
            sums.slope += pow(share, b) * log(share);
        }
    }
    return sums;
}

/* The sum of the pressures of all cells that count. */
static double target_of(const struct fit *fit, const struct calibration_step *step,
                        const struct sums *sums)
{
    const struct geometry *geometry = &fit->measurement->mat->geometry;
    if (step->kpa > 0)
        return step->kpa * sums->powers[0];
    return step->force_n * 1e-3 / geometry_cell_m2(geometry);
}

/* The power law a share^b by Gauss-Newton on ln(a sum(share^b)) - ln(target). */
static int power_fit(struct fit *fit, const struct calibration_step *steps, size_t count,
                     struct failure *failure)
{
    double b = 1, ln_a = 0, step_b = 1;
    for (unsigned round = 0; round < ROUNDS && fabs(step_b) > 1e-13; round++) {
        double d = 0, dd = 0, e = 0, de = 0, n = (double)count;
        for (size_t k = 0; k < count; k++) {
            struct sums sums = sums_of(fit, &steps[k], b);
            double slope = sums.slope / sums.law;
            double error = log(sums.law) - log(target_of(fit, &steps[k], &sums));
            d += slope;
            dd += slope * slope;
            e += error;
            de += slope * error;
        }
        double determinant = n * dd - d * d;
        step_b = determinant > 1e-12 * dd ? (d * e - n * de) / determinant : NAN;
        b += fmax(-0.5, fmin(0.5, step_b));
        ln_a = -(e + d * step_b) / n;
    }
    if (!isfinite(b) || b < 0.1 || b > 10 || !(fabs(step_b) <= 1e-6))
        return failure_set(failure, STATUS_ARGUMENT,
                           "no power law goes through the loads: they must differ, and more of one "
                           "must give more of the other");
    fit->calibration->about.coefficients[0] = exp(ln_a);
    fit->calibration->about.coefficients[1] = b;
    return STATUS_OK;
}

/* Solves the symmetric system m x = v of n <= 3 unknowns. False: it has none. */
static bool solve(double m[3][3], double v[3], size_t n, double *x)
{
    for (size_t i = 0; i < n; i++) {
        if (!(fabs(m[i][i]) > 1e-12))
            return false;
        for (size_t j = i + 1; j < n; j++) {
            double share = m[j][i] / m[i][i];
            for (size_t k = i; k < n; k++)
                m[j][k] -= share * m[i][k];
            v[j] -= share * v[i];
        }
    }
    for (size_t i = n; i-- > 0;) {
        x[i] = v[i];
        for (size_t k = i + 1; k < n; k++)
            x[i] -= m[i][k] * x[k];
        x[i] /= m[i][i];
    }
    return true;
}

/* A polynomial of n terms without a constant: least squares of relative errors. */
static int polynomial_fit(struct fit *fit, const struct calibration_step *steps, size_t count,
                          struct failure *failure)
{
    size_t n = fit->calibration->about.law == LAW_CUBIC ? 3 : 1;
    double m[3][3] = {{0}}, v[3] = {0};
    for (size_t k = 0; k < count; k++) {
        struct sums sums = sums_of(fit, &steps[k], 1);
        double target = target_of(fit, &steps[k], &sums);
        for (size_t i = 0; i < n; i++) {
            for (size_t j = 0; j < n; j++)
                m[i][j] += sums.powers[i + 1] / target * sums.powers[j + 1] / target;
            v[i] += sums.powers[i + 1] / target;
        }
    }
    if (!solve(m, v, n, fit->calibration->about.coefficients))
        return failure_set(failure, STATUS_ARGUMENT,
                           "no %s law goes through the loads: they must differ",
                           calibration_law_name(fit->calibration->about.law));
    return STATUS_OK;
}

static int law_fit(struct fit *fit, struct failure *failure)
{
    static const size_t least[] = {1, 3, 2};
    const struct calibration_measurement *measurement = fit->measurement;
    struct calibration_about *about = &fit->calibration->about;
    bool own = measurement->load_count > 0;
    const struct calibration_step *steps = own ? measurement->loads : measurement->uniform;
    size_t count = own ? measurement->load_count : measurement->uniform_count;
    if (count < least[about->law])
        return failure_set(failure, STATUS_ARGUMENT, "a %s law needs %zu loads, there %s %zu",
                           calibration_law_name(about->law), least[about->law],
                           count == 1 ? "is" : "are", count);
    for (size_t k = 0; k < count; k++)
        if (!(sums_of(fit, &steps[k], 1).powers[1] > 0))
            return failure_set(failure, STATUS_ARGUMENT, "%g %s: the mat does not answer",
                               steps[k].kpa > 0 ? steps[k].kpa : steps[k].force_n,
                               steps[k].kpa > 0 ? "kPa" : "N");
    int status = about->law == LAW_POWER ? power_fit(fit, steps, count, failure)
                                         : polynomial_fit(fit, steps, count, failure);
    for (size_t i = 0; i < 3 && !status; i++)
        about->coefficients[i] = rounded(about->coefficients[i], LAW_DIGITS);
    if (!status && !calibration_prepare(fit->calibration))
        status = failure_set(failure, STATUS_ARGUMENT,
                             "the %s law through these loads falls somewhere: take another law",
                             calibration_law_name(about->law));
    return status;
}

static void about_fill(struct calibration_about *about,
                       const struct calibration_measurement *measurement)
{
    const struct mat_info *mat = measurement->mat;
    about->full_scale = mat->geometry.full_scale;
    about->law = measurement->law;
    memcpy(about->device, mat->device, sizeof about->device);
    memcpy(about->serial, mat->serial, sizeof about->serial);
    snprintf(about->created, sizeof about->created, "%s", measurement->created);
}

int calibration_fit(struct calibration **calibration,
                    const struct calibration_measurement *measurement, struct failure *failure)
{
    const struct geometry *geometry = &measurement->mat->geometry;
    struct fit fit = {.measurement = measurement,
                      .calibration = calibration_create(geometry->rows, geometry->cols),
                      .scratch = calloc(geometry_cells(geometry), sizeof(float))};
    *calibration = NULL;
    int status = STATUS_OK;
    if (!fit.calibration || !fit.scratch)
        status = failure_set(failure, STATUS_MEMORY, "out of memory for a calibration");
    if (!status) {
        about_fill(&fit.calibration->about, measurement);
        status = cells_equalise(&fit, failure);
    }
    if (!status)
        status = law_fit(&fit, failure);
    if (!status && !calibration_name(fit.calibration))
        status = failure_set(failure, STATUS_MEMORY, "out of memory for a calibration");
    free(fit.scratch);
    if (status)
        calibration_destroy(fit.calibration);
    else
        *calibration = fit.calibration;
    return status;
}
