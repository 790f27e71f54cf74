#include "sensor.h"

#include "portable.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LAW_NODES    1024
#define LAW_REACH    2.0 /* of full scale */
#define RESIDUE_UP_S 0.25
#define PEAK_TAU_S   1.5f

static const float creep_tau_s[CREEP_PARTS] = {0.6f, 6, 60};

/* ---- Starting ---- */

static void draw_cells(struct sensor *sensor)
{
    const struct sensor_plan *plan = &sensor->plan->sensor;
    for (int i = 0; i < sensor->cells; i++) {
        double spread = plan->gain_spread * random_normal(&sensor->random);
        sensor->gain[i] = (float)(1 + fmax(-0.4, fmin(0.4, spread)));
        double own = 1 + 0.15 * random_normal(&sensor->random);
        sensor->pedestal[i] = (float)(plan->pedestal_share * fmax(0.3, own));
    }
}

static void draw_law(struct sensor *sensor)
{
    for (int i = 0; i <= LAW_NODES + 1; i++)
        sensor->law[i] =
            (float)portable_pow(LAW_REACH * i / LAW_NODES, sensor->plan->sensor.exponent);
}

static void spoil(struct sensor *sensor, int count, uint8_t fault)
{
    double full = (1 << sensor->plan->mat.bits) - 1;
    for (int i = 0; i < count; i++) {
        int cell = random_below(&sensor->random, sensor->cells);
        double share = fault == CELL_ALWAYS_ON ? random_uniform(&sensor->random, 0.3, 1)
                                               : random_uniform(&sensor->random, 0, 0.3);
        sensor->faults[cell] = fault;
        sensor->held[cell] = (uint16_t)(fault == CELL_DEAD ? 0 : share * full);
    }
}

static void draw_faults(struct sensor *sensor)
{
    const struct sensor_plan *plan = &sensor->plan->sensor;
    int rows = sensor->plan->mat.rows, cols = sensor->plan->mat.cols;
    spoil(sensor, plan->dead_cells, CELL_DEAD);
    spoil(sensor, plan->stuck_cells, CELL_STUCK);
    spoil(sensor, plan->always_on_cells, CELL_ALWAYS_ON);
    spoil(sensor, plan->flickering_cells, CELL_FLICKERING);
    for (int i = 0; plan->dead_row >= 0 && i < cols; i++)
        sensor->faults[plan->dead_row * cols + i] = CELL_DEAD;
    for (int i = 0; plan->dead_col >= 0 && i < rows; i++)
        sensor->faults[i * cols + plan->dead_col] = CELL_DEAD;
}

int sensor_start(struct sensor *sensor, const struct plan *plan)
{
    memset(sensor, 0, sizeof *sensor);
    sensor->plan = plan;
    sensor->cells = plan->mat.rows * plan->mat.cols;
    random_start(&sensor->random, plan->seed, "cells");
    size_t cells = (size_t)sensor->cells;
    float *next =
        calloc((5 + CREEP_PARTS) * cells + 2 * MAT_SIDE_MAX + LAW_NODES + 2, sizeof *next);
    sensor->arrays = next;
    sensor->faults = calloc(cells, sizeof *sensor->faults);
    sensor->held = calloc(cells, sizeof *sensor->held);
    if (!next || !sensor->faults || !sensor->held)
        return STATUS_MEMORY;
    float **const arrays[] = {&sensor->gain,     &sensor->pedestal, &sensor->peak,
                              &sensor->residue,  &sensor->leaked,   &sensor->creep[0],
                              &sensor->creep[1], &sensor->creep[2]};
    for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++)
        *arrays[i] = next + i * cells;
    sensor->row_sums = next + (5 + CREEP_PARTS) * cells;
    sensor->col_sums = sensor->row_sums + MAT_SIDE_MAX;
    sensor->law = sensor->col_sums + MAT_SIDE_MAX;
    draw_cells(sensor);
    draw_law(sensor);
    draw_faults(sensor);
    random_start(&sensor->random, plan->seed, "noise");
    return STATUS_OK;
}

void sensor_stop(struct sensor *sensor)
{
    free(sensor->arrays);
    free(sensor->faults);
    free(sensor->held);
}

/* ---- Reading ---- */

/* A loaded cell leaks into its row and its column: half of the leak goes by the mean of each. */
static void leak(struct sensor *sensor, const float *kpa)
{
    int rows = sensor->plan->mat.rows, cols = sensor->plan->mat.cols;
    float share = (float)sensor->plan->sensor.crosstalk;
    memset(sensor->row_sums, 0, (size_t)rows * sizeof *sensor->row_sums);
    memset(sensor->col_sums, 0, (size_t)cols * sizeof *sensor->col_sums);
    for (int r = 0; r < rows; r++)
        for (int c = 0; c < cols; c++) {
            sensor->row_sums[r] += kpa[r * cols + c];
            sensor->col_sums[c] += kpa[r * cols + c];
        }
    float by_row = share / 2 / (float)cols, by_col = share / 2 / (float)rows;
    for (int r = 0; r < rows; r++)
        for (int c = 0; c < cols; c++)
            sensor->leaked[r * cols + c] =
                kpa[r * cols + c] + by_row * sensor->row_sums[r] + by_col * sensor->col_sums[c];
}

/* Hysteresis, residue and creep, in kPa; `leaked` in and out. */
static void remember(struct sensor *sensor, float step_s)
{
    const struct sensor_plan *plan = &sensor->plan->sensor;
    float hysteresis = 2 * (float)plan->hysteresis, residue = (float)plan->residue;
    float creep = (float)plan->creep, fade = 1 - fminf(1, step_s / PEAK_TAU_S);
    float up = fminf(1, step_s / (float)RESIDUE_UP_S),
          down = fminf(1, step_s / (float)plan->residue_s);
    float part[CREEP_PARTS];
    for (int k = 0; k < CREEP_PARTS; k++)
        part[k] = fminf(1, step_s / creep_tau_s[k]);
    for (int i = 0; i < sensor->cells; i++) {
        float p = sensor->leaked[i];
        float faded = sensor->peak[i] * fade, peak = p > faded ? p : faded;
        sensor->peak[i] = peak;
        float left = p - sensor->residue[i];
        sensor->residue[i] += (left > 0 ? up : down) * left;
        float out = p + residue * sensor->residue[i];
        for (int k = 0; k < CREEP_PARTS; k++) {
            sensor->creep[k][i] += part[k] * (p - sensor->creep[k][i]);
            out += creep * sensor->creep[k][i];
        }
        out += hysteresis * p * (1 - p / (peak + 1e-6f));
        sensor->leaked[i] = out;
    }
}

static float law_of(const struct sensor *sensor, float share)
{
    float place = share * (float)(LAW_NODES / LAW_REACH);
    if (place >= LAW_NODES)
        return sensor->law[LAW_NODES];
    int i = (int)place;
    return sensor->law[i] + (sensor->law[i + 1] - sensor->law[i]) * (place - (float)i);
}

static uint16_t faulty(struct sensor *sensor, int cell, uint16_t count)
{
    int full = (1 << sensor->plan->mat.bits) - 1;
    switch (sensor->faults[cell]) {
    case CELL_ALWAYS_ON:
        return (uint16_t)fmin(full,
                              sensor->held[cell] * random_uniform(&sensor->random, 0.97, 1.03));
    case CELL_FLICKERING:
        if (random_chance(&sensor->random, 0.03))
            sensor->held[cell] = (uint16_t)random_below(&sensor->random, full / 2);
        return random_chance(&sensor->random, 0.5) ? sensor->held[cell] : count;
    default:
        return sensor->held[cell];
    }
}

static int quantise(struct sensor *sensor, uint16_t *counts)
{
    const struct mat_plan *mat = &sensor->plan->mat;
    float full = (float)((1 << mat->bits) - 1), by_full = 1 / (float)mat->full_kpa;
    float noise = (float)sensor->plan->sensor.noise_share;
    float common = (float)sensor->plan->sensor.common_share;
    int saturated = 0;
    for (int r = 0, i = 0; r < mat->rows; r++) {
        float row = common * random_noise(&sensor->random);
        for (int c = 0; c < mat->cols; c++, i++) {
            float share = sensor->leaked[i] * by_full;
            float read = share > 1e-6f ? law_of(sensor, share) * sensor->gain[i] : 0;
            read += sensor->pedestal[i] + row + noise * random_noise(&sensor->random);
            float count = read * full + 0.5f;
            counts[i] = (uint16_t)(int)(count < 0 ? 0 : count > full ? full : count);
            if (sensor->faults[i])
                counts[i] = faulty(sensor, i, counts[i]);
            else
                saturated |= count >= full;
        }
    }
    return saturated;
}

int sensor_read(struct sensor *sensor, double time_s, const float *kpa, uint16_t *counts)
{
    leak(sensor, kpa);
    double step_s = time_s - sensor->last_s;
    sensor->last_s = time_s;
    remember(sensor, (float)(step_s > 0 ? step_s : 0));
    return quantise(sensor, counts);
}
