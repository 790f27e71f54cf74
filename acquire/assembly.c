#include "assembly.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int stillness_begin(struct assembly *assembly, struct failure *failure)
{
    size_t cells = (size_t)assembly->grid.rows * assembly->grid.cols;
    free(assembly->first);
    free(assembly->changed);
    assembly->first = calloc(cells, sizeof *assembly->first);
    assembly->changed = calloc(cells, sizeof *assembly->changed);
    return assembly->first && assembly->changed
               ? STATUS_OK
               : failure_set(failure, STATUS_MEMORY, "out of memory for a mat");
}

int assembly_info(struct assembly *assembly, const struct mat_info *info, struct failure *failure)
{
    const struct geometry *wire = &info->geometry;
    bool regridded = assembly->wire_rows != wire->rows || assembly->wire_cols != wire->cols;
    if (regridded && assembly->health.frames > 0)
        return failure_set(failure, STATUS_FORMAT, "the mat has another grid than before: %u x %u",
                           wire->rows, wire->cols);
    assembly->info = *info;
    assembly->wire_rows = wire->rows;
    assembly->wire_cols = wire->cols;
    grid_free(&assembly->grid);
    int status = grid_make(&assembly->grid, &assembly->change, wire->rows, wire->cols, failure);
    assembly->info.geometry.rows = assembly->grid.rows;
    assembly->info.geometry.cols = assembly->grid.cols;
    if (assembly->change.transpose) {
        assembly->info.geometry.pitch_x_mm = wire->pitch_y_mm;
        assembly->info.geometry.pitch_y_mm = wire->pitch_x_mm;
    }
    assembly->known = true;
    bool stays = assembly->first && !regridded;
    return status || stays ? status : stillness_begin(assembly, failure);
}

int assembly_begin(struct assembly *assembly, const struct mat_setup *setup, int64_t epoch_us,
                   struct failure *failure)
{
    *assembly = (struct assembly){.change = setup->change, .epoch_us = epoch_us};
    timeline_reset(&assembly->timeline, setup->info.geometry.rate_hz);
    int status = geometry_cells(&setup->info.geometry) == 0
                     ? STATUS_OK
                     : assembly_info(assembly, &setup->info, failure);
    assembly->known = false;
    return status;
}

static bool is_saturated(const struct decoded_frame *decoded, uint16_t full_scale)
{
    uint16_t peak = 0;
    for (size_t i = 0; i < (size_t)decoded->rows * decoded->cols; i++)
        peak = decoded->cells[i] > peak ? decoded->cells[i] : peak;
    return peak >= full_scale;
}

/* Numbers the frame. False: it is a duplicate. */
static bool frame_number(struct assembly *assembly, const struct decoded_frame *decoded,
                         uint64_t *steps, bool *restarted)
{
    enum numbering_verdict verdict = NUMBERING_NEXT;
    *steps = 1;
    if (decoded->has_sequence)
        verdict =
            numbering_push(&assembly->numbering, decoded->sequence, decoded->device_us, steps);
    else if (decoded->has_clock && assembly->health.frames > 0 &&
             decoded->device_us <= assembly->numbering.device_us)
        verdict = decoded->device_us == assembly->numbering.device_us ? NUMBERING_DUPLICATE
                                                                      : NUMBERING_RESTART;
    if (!decoded->has_sequence)
        assembly->numbering.device_us = decoded->device_us;
    assembly->health.duplicates += verdict == NUMBERING_DUPLICATE;
    assembly->health.restarts += verdict == NUMBERING_RESTART;
    assembly->health.lost += verdict == NUMBERING_NEXT ? *steps - 1 : 0;
    *restarted = verdict == NUMBERING_RESTART;
    return verdict != NUMBERING_DUPLICATE;
}

/* Counts the cells that have changed since the first frame; nothing to do once all have. */
static void stillness_take(struct assembly *assembly, const uint16_t *cells)
{
    size_t count = (size_t)assembly->grid.rows * assembly->grid.cols;
    if (assembly->health.frames == 0) {
        memcpy(assembly->first, cells, count * sizeof *cells);
        assembly->health.still_cells = count;
    }
    if (assembly->health.still_cells == 0)
        return;
    size_t still = count;
    for (size_t i = 0; i < count; i++) {
        assembly->changed[i] |= cells[i] != assembly->first[i];
        still -= assembly->changed[i];
    }
    assembly->health.still_cells = still;
}

static uint32_t flags_of(const struct assembly *assembly, const struct decoded_frame *decoded,
                         bool gap, bool restarted)
{
    uint32_t flags = gap || restarted ? FRAME_GAP_BEFORE : 0;
    if (decoded->resynchronised || restarted)
        flags |= FRAME_RESYNCHRONISED;
    if (is_saturated(decoded, assembly->info.geometry.full_scale))
        flags |= FRAME_SATURATED;
    return flags;
}

/* Times a frame; adds what must be missing before it by its time alone to the steps. */
static void frame_time(struct assembly *assembly, const struct decoded_frame *decoded,
                       int64_t arrival_us, bool restarted, uint64_t *steps)
{
    bool same = assembly->health.frames > 0 && decoded->device_us == assembly->device_us;
    bool stops = decoded->has_clock && same && !assembly->clock_stands;
    assembly->clock_stands = assembly->clock_stands || stops;
    assembly->device_us = decoded->device_us;
    bool has_clock = decoded->has_clock && !assembly->clock_stands;
    const struct timeline_frame timed = {.arrival_us = arrival_us,
                                         .has_clock = has_clock,
                                         .device_us = decoded->device_us,
                                         .restarted =
                                             restarted || stops || (assembly->gap && !has_clock)};
    uint64_t missing;
    timeline_push(&assembly->timeline, &timed, &missing);
    assembly->health.lost += missing;
    *steps += missing;
    if (assembly->gap && *steps == 1)
        *steps = 2; /* how many is not known: one at least */
}

bool assembly_frame(struct assembly *assembly, const struct decoded_frame *decoded,
                    int64_t arrival_us, struct frame *frame)
{
    uint64_t steps;
    bool restarted, first = assembly->health.frames == 0;
    if (!frame_number(assembly, decoded, &steps, &restarted))
        return false;
    frame_time(assembly, decoded, arrival_us, restarted, &steps);
    if (first)
        assembly->sequence = decoded->has_sequence ? decoded->sequence : 0;
    else
        assembly->sequence += steps;
    *frame = (struct frame){.sequence = assembly->sequence,
                            .time_us = assembly->epoch_us + assembly->timeline.time_us,
                            .flags = flags_of(assembly, decoded, !first && steps > 1, restarted),
                            .rows = assembly->grid.rows,
                            .cols = assembly->grid.cols,
                            .cells = grid_apply(&assembly->grid, decoded->cells)};
    assembly->health.saturated += !!(frame->flags & FRAME_SATURATED);
    stillness_take(assembly, frame->cells);
    assembly->arrivals_us[assembly->health.frames % ASSEMBLY_ARRIVALS] = arrival_us;
    assembly->health.frames++;
    assembly->known = true;
    assembly->gap = false;
    return true;
}

void assembly_interrupt(struct assembly *assembly)
{
    assembly->gap = true;
    numbering_forget(&assembly->numbering);
}

void assembly_health(const struct assembly *assembly, struct source_health *health)
{
    *health = assembly->health;
    uint64_t frames = assembly->health.frames;
    uint64_t count = frames < ASSEMBLY_ARRIVALS ? frames : ASSEMBLY_ARRIVALS;
    double sum = 0, squares = 0;
    for (uint64_t i = frames - count + 1; i < frames; i++) {
        double spacing_us = (double)(assembly->arrivals_us[i % ASSEMBLY_ARRIVALS] -
                                     assembly->arrivals_us[(i - 1) % ASSEMBLY_ARRIVALS]);
        sum += spacing_us;
        squares += spacing_us * spacing_us;
    }
    if (count < 2 || sum <= 0)
        return;
    double mean_us = sum / (double)(count - 1);
    health->rate_hz = 1e6 / mean_us;
    health->jitter_ms = 1e-3 * sqrt(fmax(0, squares / (double)(count - 1) - mean_us * mean_us));
}

void assembly_end(struct assembly *assembly)
{
    grid_free(&assembly->grid);
    free(assembly->first);
    free(assembly->changed);
}
