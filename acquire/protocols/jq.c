/*
 * jq: JQ / Juqiao mats ("AA 55 03 99"), 8N1. The mat sends without being asked.
 *
 *     small 1 000 000 baud: 32 x 32 u8, then AA 55 03 99
 *     large 3 000 000 baud: 64 x 64 u8, then AA 55 03 99
 *     bed   1 500 000 baud: 32 x 32 u16 LE (12 bit), then AA 00 55 00 03 00 99 00
 *
 * The rows of the small mat are sent in the order of its wires: the mat's first 17 rows are the
 * rows 15 to 31 on the wire, its last 15 the rows 14 to 0.
 */
#include "fixed.h"
#include "protocols.h"

#include <stdio.h>

enum { VARIANT_SMALL = 1, VARIANT_LARGE, VARIANT_BED };

static const struct wire_format bytes_format = {
    .tail = {0xaa, 0x55, 0x03, 0x99}, .tail_size = 4, .cell = WIRE_U8};
static const struct wire_format words_format = {
    .tail = {0xaa, 0, 0x55, 0, 0x03, 0, 0x99, 0}, .tail_size = 8, .cell = WIRE_U16_LE};

static const struct wire_format *format_of(const struct mat_setup *setup)
{
    return setup->variant == VARIANT_BED ? &words_format : &bytes_format;
}

static void vary(struct mat_setup *setup)
{
    struct geometry *geometry = &setup->info.geometry;
    bool large = setup->variant == VARIANT_LARGE, bed = setup->variant == VARIANT_BED;
    geometry->rows = geometry->cols = large ? 64 : 32;
    geometry->full_scale = bed ? 4095 : UINT8_MAX;
    if (!large && !bed)
        snprintf(setup->change.row_order, sizeof setup->change.row_order, "15-31,14-0");
}

static size_t packet_size(const struct mat_setup *setup)
{
    return fixed_size(format_of(setup), setup);
}

static ptrdiff_t scan(struct decoder *decoder, const uint8_t *bytes, size_t size,
                      const struct decoder_sink *sink)
{
    return fixed_scan(decoder, format_of(&decoder->setup), bytes, size, sink);
}

static size_t encode(const struct mat_setup *setup, const struct decoded_frame *frame,
                     uint8_t *bytes, size_t size)
{
    return fixed_encode(format_of(setup), frame, bytes, size);
}

const struct protocol protocol_jq = {
    .name = "jq",
    .text = "JQ / Juqiao mats with the delimiter AA 55 03 99",
    .variants = "small large bed",
    .baud = 1000000,
    .other_rates = {{3000000, "large"}, {1500000, "bed"}},
    .proof = 3,
    .usual = {.info = {.geometry = {32, 32, 10, 10, 0, 1, 0, UINT8_MAX}, .device = "JQ"}},
    .vary = vary,
    .packet_size = packet_size,
    .scan = scan,
    .encode = encode,
};
