/*
 * wiresens: WiReSens (ESP32). 8N1, 250 000 or 921 600 baud, sent without being asked.
 *
 *     packet  id i8 | start u16 LE | N x u16 LE | packet u32 LE, then the ASCII letters "wr"
 *
 * A frame comes in several packets: `start` is the index of the first of its N cells. The packets
 * of a frame follow each other; the one that holds the last cell completes it. `packet` counts
 * packets, so that a missing one is noticed.
 */
#include "../bytes.h"
#include "../decoder.h"
#include "protocols.h"

#include <string.h>

enum { HEAD_SIZE = 3, COUNT_SIZE = 4, MARK_SIZE = 2, CELLS_A_PACKET = 60, FULL_SCALE = 4095 };

static const uint8_t mark[MARK_SIZE] = {'w', 'r'};

static size_t cells_of(const struct mat_setup *setup)
{
    return geometry_cells(&setup->info.geometry);
}

static size_t packet_size(const struct mat_setup *setup)
{
    size_t cells = cells_of(setup);
    size_t packets = (cells + CELLS_A_PACKET - 1) / CELLS_A_PACKET;
    return 2 * cells + packets * (HEAD_SIZE + COUNT_SIZE + MARK_SIZE);
}

/* The number of cells of the packet that ends at a mark at `end`; 0: that is no packet. */
static size_t cells_in(const struct mat_setup *setup, const uint8_t *bytes, size_t end)
{
    size_t around = HEAD_SIZE + COUNT_SIZE;
    if (end <= around || (end - around) % 2)
        return 0;
    size_t count = (end - around) / 2, start = bytes_u16_le(bytes + 1);
    return start + count <= cells_of(setup) ? count : 0;
}

/* Where the packet's mark lies: the first one that fits its contents. 0: too early, -1: nowhere. */
static ptrdiff_t mark_find(const struct decoder *decoder, const uint8_t *bytes, size_t size)
{
    size_t longest = HEAD_SIZE + 2 * cells_of(&decoder->setup) + COUNT_SIZE + MARK_SIZE;
    size_t within = size < longest ? size : longest;
    for (size_t at = 0; at + MARK_SIZE <= within; at++) {
        const uint8_t *found = memmem(bytes + at, within - at, mark, MARK_SIZE);
        if (!found)
            break;
        at = (size_t)(found - bytes);
        if (cells_in(&decoder->setup, bytes, at))
            return (ptrdiff_t)at;
    }
    return size < longest ? 0 : -1;
}

/* Takes a packet's cells in; gives the frame when they are its last. */
static void cells_take(struct decoder *decoder, const uint8_t *bytes, size_t count,
                       const struct decoder_sink *sink)
{
    size_t start = bytes_u16_le(bytes + 1);
    decoder->filled = start == 0 ? 0 : decoder->filled;
    if (start != decoder->filled) {
        decoder->filled = 0;
        decoder->counters.bad_value++;
        decoder->skipped = true;
        return;
    }
    for (size_t i = 0; i < count; i++)
        decoder->cells[start + i] = bytes_u16_le(bytes + HEAD_SIZE + 2 * i);
    decoder->filled += count;
    decoder->counters.packets++;
    if (decoder->filled < cells_of(&decoder->setup))
        return;
    decoder->filled = 0;
    struct decoded_frame frame = {.has_sequence = false};
    decoder_frame(decoder, &frame, sink);
}

static ptrdiff_t scan(struct decoder *decoder, const uint8_t *bytes, size_t size,
                      const struct decoder_sink *sink)
{
    ptrdiff_t end = mark_find(decoder, bytes, size);
    if (end <= 0)
        return end;
    cells_take(decoder, bytes, cells_in(&decoder->setup, bytes, (size_t)end), sink);
    return end + MARK_SIZE;
}

static size_t encode(const struct mat_setup *setup, const struct decoded_frame *frame,
                     uint8_t *bytes, size_t size)
{
    size_t cells = cells_of(setup), used = 0;
    if (size < packet_size(setup))
        return 0;
    for (size_t start = 0; start < cells; start += CELLS_A_PACKET) {
        size_t count = cells - start < CELLS_A_PACKET ? cells - start : CELLS_A_PACKET;
        bytes[used] = 1;
        bytes_put_u16_le(bytes + used + 1, (unsigned)start);
        for (size_t i = 0; i < count; i++)
            bytes_put_u16_le(bytes + used + HEAD_SIZE + 2 * i, frame->cells[start + i]);
        used += HEAD_SIZE + 2 * count;
        bytes_put_u32_le(bytes + used, frame->sequence);
        memcpy(bytes + used + COUNT_SIZE, mark, MARK_SIZE);
        used += COUNT_SIZE + MARK_SIZE;
    }
    return used;
}

const struct protocol protocol_wiresens = {
    .name = "wiresens",
    .text = "WiReSens boards (ESP32)",
    .baud = 250000,
    .other_rates = {{921600, NULL}},
    .proof = 3,
    .usual = {.info = {.geometry = {16, 16, 10, 10, 0, 1, 0, FULL_SCALE}, .device = "WiReSens"}},
    .packet_size = packet_size,
    .scan = scan,
    .encode = encode,
};
