#include "decoder.h"

#include <stdlib.h>
#include <string.h>

struct decoder *decoder_create(const struct protocol *protocol, const struct mat_setup *setup)
{
    struct decoder *decoder = calloc(1, sizeof *decoder);
    if (!decoder)
        return NULL;
    decoder->protocol = protocol;
    decoder->setup = *setup;
    decoder->cell_capacity = protocol->carries_geometry ? (size_t)MAT_SIDE_MAX * MAT_SIDE_MAX
                                                        : geometry_cells(&setup->info.geometry);
    decoder->capacity = 2 * protocol->packet_size(setup) + 4096;
    decoder->cells = calloc(decoder->cell_capacity, sizeof *decoder->cells);
    decoder->window = malloc(decoder->capacity);
    decoder->scratch = malloc(protocol->packet_size(setup));
    if (!decoder->cells || !decoder->scratch || !decoder->window) {
        decoder_destroy(decoder);
        return NULL;
    }
    return decoder;
}

size_t decoder_take(struct decoder *decoder, const uint8_t *bytes, size_t size)
{
    memmove(decoder->window, decoder->window + decoder->at, decoder->size - decoder->at);
    decoder->size -= decoder->at;
    decoder->at = 0;
    size_t room = decoder->capacity - decoder->size;
    size_t taken = size < room ? size : room;
    memcpy(decoder->window + decoder->size, bytes, taken);
    decoder->size += taken;
    decoder->counters.bytes += taken;
    decoder->counters.waiting_bytes = decoder->size;
    return taken;
}

static void bytes_pass(struct decoder *decoder, ptrdiff_t step)
{
    size_t length = step > 0 ? (size_t)step : step < 0 ? (size_t)-step : 1;
    decoder->in_sync = step > 0;
    if (step > 0) {
        decoder->counters.packet_bytes += length;
    } else {
        decoder->counters.skipped_bytes += length;
        decoder->skipped = true;
    }
    decoder->at += length;
    decoder->counters.waiting_bytes = decoder->size - decoder->at;
}

bool decoder_step(struct decoder *decoder, const struct decoder_sink *sink)
{
    decoder->given = false;
    while (!decoder->given && decoder->at < decoder->size) {
        ptrdiff_t step = decoder->protocol->scan(decoder, decoder->window + decoder->at,
                                                 decoder->size - decoder->at, sink);
        bool full = decoder->size - decoder->at == decoder->capacity;
        if (step == 0 && !full)
            return decoder->given;
        bytes_pass(decoder, step);
    }
    return decoder->given;
}

void decoder_push(struct decoder *decoder, const uint8_t *bytes, size_t size,
                  const struct decoder_sink *sink)
{
    while (size > 0) {
        size_t taken = decoder_take(decoder, bytes, size);
        bytes += taken;
        size -= taken;
        while (decoder_step(decoder, sink))
            ;
    }
}

void decoder_frame(struct decoder *decoder, struct decoded_frame *frame,
                   const struct decoder_sink *sink)
{
    frame->rows = decoder->setup.info.geometry.rows;
    frame->cols = decoder->setup.info.geometry.cols;
    frame->cells = decoder->cells;
    frame->resynchronised = decoder->skipped;
    decoder->skipped = false;
    decoder->given = true;
    decoder->counters.frames++;
    if (sink->frame)
        sink->frame(sink->context, frame);
}

void decoder_info(struct decoder *decoder, const struct mat_info *info,
                  const struct decoder_sink *sink)
{
    decoder->given = true;
    decoder->setup.info = *info;
    if (sink->info)
        sink->info(sink->context, info);
}

void decoder_reset(struct decoder *decoder)
{
    decoder->counters.skipped_bytes += decoder->size - decoder->at;
    decoder->counters.waiting_bytes = 0;
    decoder->at = decoder->size = 0;
    decoder->in_sync = false;
    decoder->skipped = true;
    decoder->form = 0;
    decoder->misfits = 0;
}

const struct decoder_counters *decoder_counters(const struct decoder *decoder)
{
    return &decoder->counters;
}

void decoder_destroy(struct decoder *decoder)
{
    if (!decoder)
        return;
    free(decoder->cells);
    free(decoder->scratch);
    free(decoder->window);
    free(decoder);
}
