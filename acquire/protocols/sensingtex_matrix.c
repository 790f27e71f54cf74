/*
 * sensingtex-matrix: Sensing Tex mats that send every cell (seat 20x20, development kit 4x4).
 *
 *     host  waits 5 s and discards what the boot says; 'S' (kit: "S\n") for a frame, 'X' to end
 *     mat   48 00 0A, then for each row: 4D | ncols u8 | row u8 | ncols x u16 LE | 0A
 *
 * The seat sends 4095 - pressure.
 */
#include "../bytes.h"
#include "../decoder.h"
#include "protocols.h"

#include <string.h>

enum { VARIANT_SEAT = 1, VARIANT_KIT };
enum { HEAD_SIZE = 3, ROW_HEAD_SIZE = 3, FULL_SCALE = 4095 };

static const uint8_t head[HEAD_SIZE] = {0x48, 0x00, 0x0a};

static size_t row_size(const struct mat_setup *setup)
{
    return ROW_HEAD_SIZE + 2u * setup->info.geometry.cols + 1;
}

static size_t packet_size(const struct mat_setup *setup)
{
    return HEAD_SIZE + setup->info.geometry.rows * row_size(setup);
}

/* Whether the bytes [size] at the begin of a row fit, as far as they are there. */
static bool row_fits(const struct mat_setup *setup, const uint8_t *bytes, size_t size, unsigned row)
{
    size_t last = row_size(setup) - 1;
    return (size < 1 || bytes[0] == 0x4d) && (size < 2 || bytes[1] == setup->info.geometry.cols) &&
           (size < 3 || bytes[2] == row) && (size <= last || bytes[last] == 0x0a);
}

static void row_read(struct decoder *decoder, const uint8_t *bytes, unsigned row)
{
    unsigned cols = decoder->setup.info.geometry.cols;
    bool kit = decoder->setup.variant == VARIANT_KIT;
    for (unsigned col = 0; col < cols; col++) {
        unsigned value = bytes_u16_le(bytes + ROW_HEAD_SIZE + 2u * col);
        if (!kit)
            value = value < FULL_SCALE ? FULL_SCALE - value : 0;
        decoder->cells[row * cols + col] = (uint16_t)value;
    }
}

static ptrdiff_t scan(struct decoder *decoder, const uint8_t *bytes, size_t size,
                      const struct decoder_sink *sink)
{
    const struct mat_setup *setup = &decoder->setup;
    if (memcmp(bytes, head, size < HEAD_SIZE ? size : HEAD_SIZE) != 0)
        return -1;
    size_t at = HEAD_SIZE, length = row_size(setup);
    for (unsigned row = 0; row < setup->info.geometry.rows && at < size; row++, at += length)
        if (!row_fits(setup, bytes + at, size - at, row)) {
            decoder->counters.bad_value++;
            return -1;
        }
    if (size < packet_size(setup))
        return 0;
    for (unsigned row = 0; row < setup->info.geometry.rows; row++)
        row_read(decoder, bytes + HEAD_SIZE + row * length, row);
    struct decoded_frame frame = {.has_sequence = false};
    decoder_frame(decoder, &frame, sink);
    return (ptrdiff_t)packet_size(setup);
}

static size_t encode(const struct mat_setup *setup, const struct decoded_frame *frame,
                     uint8_t *bytes, size_t size)
{
    size_t length = row_size(setup);
    if (size < packet_size(setup))
        return 0;
    memcpy(bytes, head, HEAD_SIZE);
    for (unsigned row = 0; row < frame->rows; row++) {
        uint8_t *out = bytes + HEAD_SIZE + row * length;
        const uint16_t *cells = frame->cells + (size_t)row * frame->cols;
        out[0] = 0x4d;
        out[1] = (uint8_t)frame->cols;
        out[2] = (uint8_t)row;
        for (unsigned col = 0; col < frame->cols; col++) {
            unsigned value = cells[col] < FULL_SCALE ? cells[col] : FULL_SCALE;
            bytes_put_u16_le(out + ROW_HEAD_SIZE + 2u * col,
                             setup->variant == VARIANT_KIT ? value : FULL_SCALE - value);
        }
        out[length - 1] = 0x0a;
    }
    return packet_size(setup);
}

static size_t say(const struct mat_setup *setup, enum host_word word, uint8_t *bytes)
{
    bytes[0] = word == HOST_STOP ? 'X' : 'S';
    bytes[1] = '\n';
    return word != HOST_STOP && setup->variant == VARIANT_KIT ? 2 : 1;
}

static void vary(struct mat_setup *setup)
{
    if (setup->variant == VARIANT_KIT)
        setup->info.geometry.rows = setup->info.geometry.cols = 4;
}

const struct protocol protocol_sensingtex_matrix = {
    .name = "sensingtex-matrix",
    .text = "Sensing Tex full matrix: seat 20x20, development kit 4x4",
    .variants = "seat kit",
    .baud = 115200,
    .proof = 2,
    .usual = {.info = {.geometry = {20, 20, 20, 20, 0, 1, 0, FULL_SCALE}, .device = "Sensing Tex"}},
    .vary = vary,
    .say = say,
    .packet_size = packet_size,
    .scan = scan,
    .encode = encode,
};
