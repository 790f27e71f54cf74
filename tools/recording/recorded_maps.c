#include "recorded_maps.h"

#include "../analysis/cell_signals.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define EVERY_US 10000000

static_assert(SESSION_MAP_STATIC == (int)SPLIT_STILL && SESSION_MAP_MOVING == (int)SPLIT_MOVING &&
                  SESSION_MAP_FAST == (int)SPLIT_FAST && SESSION_MAP_COUNT == (int)SPLIT_BANDS,
              "the maps of a file are the bands of the split");

struct recorded_maps {
    struct cell_signals *cells;
    struct session_maps maps;
    int64_t written_us; /* when they were due last */
    bool started;
};

static int calibration_of(struct calibration **calibration, const char *text,
                          struct failure *failure)
{
    *calibration = NULL;
    return text && *text ? calibration_read(calibration, text, strlen(text), failure) : STATUS_OK;
}

int recorded_maps_create(struct recorded_maps **maps, const struct geometry *geometry,
                         const char *calibration, const struct parameters *parameters,
                         struct failure *failure)
{
    struct calibration *read;
    int status = calibration_of(&read, calibration, failure);
    *maps = NULL;
    if (status < 0)
        return status;
    struct recorded_maps *new = calloc(1, sizeof *new);
    const size_t cells = geometry_cells(geometry);
    float *kpa = calloc(SESSION_MAP_COUNT * cells, sizeof *kpa);
    struct cell_signals *signals = cell_signals_create(geometry, read, parameters);
    if (!new || !kpa || !signals || cell_signals_split(signals)) {
        cell_signals_destroy(signals);
        free(kpa);
        free(new);
        return failure_set(failure, STATUS_MEMORY, "out of memory");
    }
    new->cells = signals;
    for (int b = 0; b < SESSION_MAP_COUNT; b++)
        new->maps.kpa[b] = kpa + (size_t)b *cells;
    *maps = new;
    return STATUS_OK;
}

bool recorded_maps_push(struct recorded_maps *maps, const struct frame *frame)
{
    cell_signals_push(maps->cells, frame);
    cell_signals_divide(maps->cells);
    if (maps->started && frame->time_us - maps->written_us < EVERY_US)
        return false;
    bool due = maps->started;
    maps->started = true;
    maps->written_us = frame->time_us;
    return due;
}

int recorded_maps_replay(struct recorded_maps *maps, struct session *from, struct failure *failure)
{
    struct frame frame;
    int status = session_seek(from, 0, failure);
    while (status >= 0 && (status = session_read(from, &frame, failure)) == 1)
        recorded_maps_push(maps, &frame);
    return status == STATUS_END ? STATUS_OK : status;
}

void recorded_maps_finish(struct recorded_maps *maps)
{
    cell_signals_finish(maps->cells);
}

const struct session_maps *recorded_maps_now(struct recorded_maps *maps)
{
    for (int b = 0; b < SESSION_MAP_COUNT; b++)
        maps->maps.duration_s =
            cell_signals_map(maps->cells, (enum split_band)b, maps->maps.kpa[b]);
    return &maps->maps;
}

void recorded_maps_destroy(struct recorded_maps *maps)
{
    if (!maps)
        return;
    cell_signals_destroy(maps->cells);
    session_maps_free(&maps->maps);
    free(maps);
}
