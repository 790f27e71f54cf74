/**
 * @file rollscope.h
 * The numbers of the mat's own protocol, for its two sides. Inside acquire/ only.
 */
#ifndef ROLLSCOPE_ACQUIRE_PROTOCOLS_ROLLSCOPE_H
#define ROLLSCOPE_ACQUIRE_PROTOCOLS_ROLLSCOPE_H

#include "../acquire.h"

enum rollscope_type {
    ROLLSCOPE_INFO = 0x01,
    ROLLSCOPE_FRAME = 0x02,
    ROLLSCOPE_LOG = 0x03,
    ROLLSCOPE_HELLO = 0x10,
    ROLLSCOPE_START = 0x11,
    ROLLSCOPE_STOP = 0x12
};

enum rollscope_encoding { ROLLSCOPE_U16 = 0, ROLLSCOPE_PACKED_12 = 1, ROLLSCOPE_U8 = 2 };

/** Sizes in bytes, before COBS. */
enum {
    ROLLSCOPE_TYPE_SIZE = 1,
    ROLLSCOPE_CRC_SIZE = 4,
    ROLLSCOPE_FRAME_HEADER_SIZE = 14, /**< type, sequence, time_us, encoding */
    ROLLSCOPE_TEXT_MAX = 4096         /**< the longest info or log that is read */
};

/** Size in bytes of so many cells, or -1 for an encoding that there is not. */
static inline ptrdiff_t rollscope_cells_size(unsigned encoding, size_t cells)
{
    if (encoding == ROLLSCOPE_PACKED_12)
        return (ptrdiff_t)((cells + 1) / 2 * 3);
    if (encoding == ROLLSCOPE_U8)
        return (ptrdiff_t)cells;
    return encoding == ROLLSCOPE_U16 ? (ptrdiff_t)(2 * cells) : -1;
}

/** The mat's side; see struct protocol. */
size_t rollscope_encode(const struct mat_setup *setup, const struct decoded_frame *frame,
                        uint8_t *bytes, size_t size);
size_t rollscope_encode_info(const struct mat_setup *setup, uint8_t *bytes, size_t size);
size_t rollscope_serve(struct emulator *emulator, const uint8_t *bytes, size_t size);

#endif
