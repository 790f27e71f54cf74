/**
 * @file wire.h
 * A frame as bytes: a header of 56 bytes, little-endian, then the cells. Described in
 * docs/streams.md.
 *
 *   0 u32 magic "RSFR"   4 u16 version 1   6 u16 header size 56
 *   8 u32 flags         12 u16 rows       14 u16 cols
 *  16 u64 number        24 u64 sequence   32 i64 time_us
 *  40 u8[16] session id (UUID)            56 u16[rows*cols] cells
 */
#ifndef ROLLSCOPE_BUS_WIRE_H
#define ROLLSCOPE_BUS_WIRE_H

#include "bus.h"

#define WIRE_FRAME_HEADER 56

/** Bytes of a frame of that shape. */
static inline size_t wire_frame_size(uint16_t rows, uint16_t cols)
{
    return WIRE_FRAME_HEADER + (size_t)rows * cols * 2;
}

/** @param bytes [wire_frame_size()] @param session a UUID as text @return bytes written */
size_t wire_frame_encode(const struct frame *frame, const char *session, uint8_t *bytes);

/**
 * Checks a message and reads all but the cells.
 * @param frame filled in; its cells are NULL
 * @param session filled in, the UUID as text
 * @return STATUS_OK or STATUS_FORMAT: wrong magic, version, shape or length
 */
int wire_frame_decode(struct frame *frame, char session[BUS_SESSION_ID_SIZE], const uint8_t *bytes,
                      size_t size);

/** Reads the cells of a message that wire_frame_decode() took. @param cells [rows*cols], filled in;
 *  frame->cells is set to it */
void wire_cells_decode(struct frame *frame, uint16_t *cells, const uint8_t *bytes);

#endif
