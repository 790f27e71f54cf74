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

/* Lets the protocol walk over the window; keeps what it cannot decide yet. */
static void window_drain(struct decoder *decoder, const struct decoder_sink *sink)
{
    size_t at = 0;
    while (at < decoder->size) {
        ptrdiff_t step =
            decoder->protocol->scan(decoder, decoder->window + at, decoder->size - at, sink);
        if (step == 0 && (at > 0 || decoder->size < decoder->capacity))
            break;
        size_t length = step > 0 ? (size_t)step : step < 0 ? (size_t)-step : 1;
        decoder->in_sync = step > 0;
        if (step > 0) {
            decoder->counters.packet_bytes += length;
        } else {
            decoder->counters.skipped_bytes += length;
            decoder->skipped = true;
        }
        at += length;
    }
    decoder->size -= at;
    memmove(decoder->window, decoder->window + at, decoder->size);
}

void decoder_push(struct decoder *decoder, const uint8_t *bytes, size_t size,
                  const struct decoder_sink *sink)
{
    decoder->counters.bytes += size;
    while (size > 0) {
        size_t room = decoder->capacity - decoder->size;
        size_t taken = size < room ? size : room;
        memcpy(decoder->window + decoder->size, bytes, taken);
        decoder->size += taken;
        bytes += taken;
        size -= taken;
        window_drain(decoder, sink);
    }
    decoder->counters.waiting_bytes = decoder->size;
}

void decoder_frame(struct decoder *decoder, struct decoded_frame *frame,
                   const struct decoder_sink *sink)
{
    frame->rows = decoder->setup.info.geometry.rows;
    frame->cols = decoder->setup.info.geometry.cols;
    frame->cells = decoder->cells;
    frame->resynchronised = decoder->skipped;
    decoder->skipped = false;
    decoder->counters.frames++;
    if (sink->frame)
        sink->frame(sink->context, frame);
}

void decoder_info(struct decoder *decoder, const struct mat_info *info,
                  const struct decoder_sink *sink)
{
    decoder->setup.info = *info;
    decoder->counters.packets++;
    if (sink->info)
        sink->info(sink->context, info);
}

void decoder_reset(struct decoder *decoder)
{
    decoder->counters.skipped_bytes += decoder->size;
    decoder->counters.waiting_bytes = 0;
    decoder->size = 0;
    decoder->in_sync = false;
    decoder->skipped = true;
    decoder->width = 0;
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
