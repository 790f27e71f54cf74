/*
 * described: a mat whose packet is told by the address or the configuration, so that a new one
 * needs no code. The mat sends without being asked:
 *
 *     head mark | `before` bytes | cells, row-major, u8, u16 LE or u16 BE | `after` bytes | tail
 * mark
 *
 * One of the marks may be missing, not both: head=aa55&cell=u8 or tail=fffefeff&cell=u16be.
 */
#include "fixed.h"
#include "protocols.h"

static size_t packet_size(const struct mat_setup *setup)
{
    return fixed_size(&setup->format, setup);
}

static ptrdiff_t scan(struct decoder *decoder, const uint8_t *bytes, size_t size,
                      const struct decoder_sink *sink)
{
    const struct wire_format *format = &decoder->setup.format;
    if (format->head_size + format->tail_size == 0)
        return -(ptrdiff_t)size;
    return fixed_scan(decoder, format, bytes, size, sink);
}

static size_t encode(const struct mat_setup *setup, const struct decoded_frame *frame,
                     uint8_t *bytes, size_t size)
{
    return fixed_encode(&setup->format, frame, bytes, size);
}

const struct protocol protocol_described = {
    .name = "described",
    .text = "a packet described by head, tail, before, after and cell",
    .baud = 115200,
    .proof = 3,
    .usual = {.info = {.geometry = {16, 16, 10, 10, 0, 1, 0, UINT8_MAX}}},
    .packet_size = packet_size,
    .scan = scan,
    .encode = encode,
};
