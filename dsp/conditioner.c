#include "dsp.h"

#include <stdlib.h>
#include <string.h>

struct conditioner {
    struct geometry geometry;
    int64_t first_us;
    bool started;
    uint32_t cells;
    float *kpa, *noise;
    uint8_t *faults;
};

struct conditioner *conditioner_create(const struct geometry *geometry,
                                       const struct parameters *parameters)
{
    (void)parameters;
    struct conditioner *conditioner = calloc(1, sizeof *conditioner);
    if (!conditioner)
        return NULL;
    conditioner->geometry = *geometry;
    conditioner->cells = geometry_cells(geometry);
    conditioner->kpa = calloc(conditioner->cells, sizeof *conditioner->kpa);
    conditioner->noise = calloc(conditioner->cells, sizeof *conditioner->noise);
    conditioner->faults = calloc(conditioner->cells, 1);
    if (conditioner->kpa && conditioner->noise && conditioner->faults)
        return conditioner;
    conditioner_destroy(conditioner);
    return NULL;
}

void conditioner_push(struct conditioner *conditioner, const struct frame *frame,
                      struct pressure *pressure)
{
    if (!conditioner->started)
        conditioner->first_us = frame->time_us;
    conditioner->started = true;
    for (uint32_t i = 0; i < conditioner->cells; i++) {
        conditioner->kpa[i] = (float)(frame->cells[i] * conditioner->geometry.scale_kpa);
        conditioner->noise[i] = (float)(conditioner->geometry.scale_kpa);
    }
    *pressure = (struct pressure){
        .time_s = (double)(frame->time_us - conditioner->first_us) * 1e-6,
        .flags = frame->flags,
        .rows = frame->rows,
        .cols = frame->cols,
        .kpa = conditioner->kpa,
        .noise_kpa = conditioner->noise,
        .faults = conditioner->faults,
    };
}

void conditioner_reset(struct conditioner *conditioner)
{
    conditioner->started = false;
}

void conditioner_destroy(struct conditioner *conditioner)
{
    if (!conditioner)
        return;
    free(conditioner->kpa);
    free(conditioner->noise);
    free(conditioner->faults);
    free(conditioner);
}
