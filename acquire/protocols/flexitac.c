/*
 * flexitac: 3D-ViTac and FlexiTac. 8N1, 2 000 000 baud, sent without being asked.
 *
 *     binary AA 55, then 12 x 32 u8, row-major, about 100 Hz
 *     ascii  16 lines of 16 decimal numbers, then an empty line
 */
#include "fixed.h"
#include "lines.h"
#include "protocols.h"

enum { VARIANT_BINARY = 1, VARIANT_ASCII };

static const struct wire_format binary = {.head = {0xaa, 0x55}, .head_size = 2, .cell = WIRE_U8};

static void vary(struct mat_setup *setup)
{
    bool ascii = setup->variant == VARIANT_ASCII;
    setup->info.geometry.rows = ascii ? 16 : 12;
    setup->info.geometry.cols = ascii ? 16 : 32;
}

static size_t packet_size(const struct mat_setup *setup)
{
    return setup->variant == VARIANT_ASCII ? lines_size(setup) : fixed_size(&binary, setup);
}

static ptrdiff_t scan(struct decoder *decoder, const uint8_t *bytes, size_t size,
                      const struct decoder_sink *sink)
{
    return decoder->setup.variant == VARIANT_ASCII
               ? lines_scan(decoder, bytes, size, sink)
               : fixed_scan(decoder, &binary, bytes, size, sink);
}

static size_t encode(const struct mat_setup *setup, const struct decoded_frame *frame,
                     uint8_t *bytes, size_t size)
{
    return setup->variant == VARIANT_ASCII ? lines_encode(frame, true, bytes, size)
                                           : fixed_encode(&binary, frame, bytes, size);
}

const struct protocol protocol_flexitac = {
    .name = "flexitac",
    .text = "3D-ViTac and FlexiTac, binary and ASCII",
    .variants = "binary ascii",
    .baud = 2000000,
    .proof = 3,
    .usual = {.info = {.geometry = {12, 32, 2, 2, 0, 1, 0, UINT8_MAX}, .device = "FlexiTac"}},
    .vary = vary,
    .packet_size = packet_size,
    .scan = scan,
    .encode = encode,
};
