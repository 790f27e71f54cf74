#include "calibration_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Linear counts are finer than the mat's own by this much, where 16 bits allow it. */
#define FINER 4

const char *calibration_law_name(enum calibration_law law)
{
    static const char *const names[] = {"linear", "cubic", "power"};
    return names[law];
}

struct calibration *calibration_create(uint16_t rows, uint16_t cols)
{
    struct calibration *calibration = calloc(1, sizeof *calibration);
    if (!calibration)
        return NULL;
    calibration->cells = (size_t)rows * cols;
    calibration->about.rows = rows;
    calibration->about.cols = cols;
    calibration->offset = calloc(calibration->cells, sizeof *calibration->offset);
    calibration->gain = calloc(calibration->cells, sizeof *calibration->gain);
    calibration->bend = calloc(calibration->cells, sizeof *calibration->bend);
    calibration->bad = calloc(calibration->cells, sizeof *calibration->bad);
    if (calibration->offset && calibration->gain && calibration->bend && calibration->bad)
        return calibration;
    calibration_destroy(calibration);
    return NULL;
}

void calibration_destroy(struct calibration *calibration)
{
    if (!calibration)
        return;
    free(calibration->offset);
    free(calibration->gain);
    free(calibration->bend);
    free(calibration->bad);
    free(calibration);
}

const struct calibration_about *calibration_about(const struct calibration *calibration)
{
    return &calibration->about;
}

bool calibration_cell_is_bad(const struct calibration *calibration, size_t cell)
{
    return calibration->bad[cell];
}

int calibration_check(const struct calibration *calibration, const struct geometry *geometry,
                      struct failure *failure)
{
    const struct calibration_about *about = &calibration->about;
    if (about->rows != geometry->rows || about->cols != geometry->cols)
        return failure_set(failure, STATUS_ARGUMENT,
                           "calibration %s is for %u x %u cells, the mat has %u x %u", about->id,
                           about->rows, about->cols, geometry->rows, geometry->cols);
    if (about->full_scale != geometry->full_scale)
        return failure_set(failure, STATUS_ARGUMENT,
                           "calibration %s is for counts up to %u, the mat's go up to %u",
                           about->id, about->full_scale, geometry->full_scale);
    return STATUS_OK;
}

static double law_curve(const struct calibration_about *about, double share)
{
    const double *c = about->coefficients;
    if (about->law == LAW_POWER)
        return c[0] * pow(share, c[1]);
    return share * (c[0] + share * (c[1] + share * c[2]));
}

double calibration_law_at(const struct calibration_about *about, double share)
{
    if (share >= LAW_CHORD)
        return law_curve(about, share);
    return law_curve(about, LAW_CHORD) * share / LAW_CHORD;
}

float calibration_equalised(const struct calibration *calibration, size_t cell, float count)
{
    float response = count - calibration->offset[cell];
    return response * (calibration->gain[cell] + calibration->bend[cell] * response);
}

/* The highest equalised response, the middle one at full scale, and the lowest. */
struct reach {
    double most, usual, least;
};

static struct reach reach_find(const struct calibration *calibration)
{
    struct reach reach = {.most = 1};
    float full = calibration->about.full_scale;
    for (size_t i = 0; i < calibration->cells; i++) {
        double high = calibration_equalised(calibration, i, full);
        double low = calibration_equalised(calibration, i, 0);
        reach.most = fmax(reach.most, high);
        reach.least = fmin(reach.least, low);
        reach.usual += high / (double)calibration->cells;
    }
    return reach;
}

bool calibration_prepare(struct calibration *calibration)
{
    const struct calibration_about *about = &calibration->about;
    struct reach reach = reach_find(calibration);
    double full = about->full_scale, step = reach.most / LAW_NODES / full, before = 0;
    double full_kpa = calibration_law_at(about, reach.usual / full);
    double slope_kpa = calibration_law_at(about, LAW_CHORD) / LAW_CHORD / full;
    calibration->pedestal_kpa = fmax(0, -reach.least * slope_kpa);
    calibration->top = (uint16_t)fmin(UINT16_MAX, FINER * full);
    calibration->scale_kpa = (full_kpa + calibration->pedestal_kpa) / calibration->top;
    calibration->nodes_per_count = (float)(LAW_NODES / reach.most);
    if (!isfinite(full_kpa) || full_kpa <= 0)
        return false;
    for (size_t i = 0; i <= LAW_NODES; i++) {
        double kpa = calibration_law_at(about, (double)i * step);
        if (!isfinite(kpa) || kpa < before)
            return false;
        before = kpa;
        calibration->table[i] = (float)((kpa + calibration->pedestal_kpa) / calibration->scale_kpa);
    }
    return true;
}

/* Linear counts, not rounded; a straight line goes on at both ends of the table. */
static float table_at(const struct calibration *calibration, float equalised)
{
    float place = equalised * calibration->nodes_per_count;
    int node = place < 0 ? 0 : place >= LAW_NODES ? LAW_NODES - 1 : (int)place;
    const float *table = calibration->table + node;
    return table[0] + (table[1] - table[0]) * (place - (float)node);
}

void calibration_apply(const struct calibration *calibration, const uint16_t *counts,
                       uint16_t *linear)
{
    float top = calibration->top;
    for (size_t i = 0; i < calibration->cells; i++) {
        float value =
            table_at(calibration, calibration_equalised(calibration, i, counts[i])) + 0.5F;
        value = value < 0 ? 0 : value;
        bool full = value > top || counts[i] >= calibration->about.full_scale;
        linear[i] = full ? calibration->top : (uint16_t)value;
    }
}

void calibration_pressure(const struct calibration *calibration, const float *means, float *kpa)
{
    for (size_t i = 0; i < calibration->cells; i++) {
        float equalised = calibration_equalised(calibration, i, means[i]);
        kpa[i] = (float)(table_at(calibration, equalised) * calibration->scale_kpa -
                         calibration->pedestal_kpa);
    }
}

void calibration_geometry(const struct calibration *calibration, struct geometry *geometry)
{
    geometry->full_scale = calibration->top;
    geometry->scale_kpa = calibration->scale_kpa;
    geometry->offset_kpa = -calibration->pedestal_kpa;
}

void calibration_nominal(const struct calibration *calibration, struct geometry *geometry)
{
    double products = 0, squares = 0, offset = 0;
    for (size_t i = 1; i <= 64; i++) {
        double share = (double)i / 64;
        products += calibration_law_at(&calibration->about, share) * share;
        squares += share * share;
    }
    for (size_t i = 0; i < calibration->cells; i++)
        offset += calibration->offset[i] / (double)calibration->cells;
    geometry->scale_kpa = products / squares / calibration->about.full_scale;
    geometry->offset_kpa = -offset * geometry->scale_kpa;
}
