#include "wire.h"

#include <string.h>

#define MAGIC   0x52465352U /* "RSFR" */
#define VERSION 1

enum { AT_MAGIC = 0, AT_VERSION = 4, AT_SIZE = 6, AT_FLAGS = 8, AT_ROWS = 12, AT_COLS = 14 };
enum { AT_NUMBER = 16, AT_SEQUENCE = 24, AT_TIME = 32, AT_SESSION = 40, SESSION_BYTES = 16 };

static void put(uint8_t *bytes, uint64_t value, unsigned size)
{
    for (unsigned i = 0; i < size; i++)
        bytes[i] = (uint8_t)(value >> (8 * i));
}

static uint64_t get(const uint8_t *bytes, unsigned size)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < size; i++)
        value |= (uint64_t)bytes[i] << (8 * i);
    return value;
}

static unsigned hex_value(char digit)
{
    static const char digits[] = "0123456789abcdef";
    const char *found = digit ? strchr(digits, digit) : NULL;
    return found ? (unsigned)(found - digits) : 0;
}

static void session_pack(uint8_t bytes[SESSION_BYTES], const char *text)
{
    memset(bytes, 0, SESSION_BYTES);
    unsigned nibble = 0;
    for (; *text && nibble < 2 * SESSION_BYTES; text++) {
        if (*text == '-')
            continue;
        unsigned shift = nibble % 2 ? 0 : 4;
        bytes[nibble / 2] = (uint8_t)(bytes[nibble / 2] | hex_value(*text) << shift);
        nibble++;
    }
}

static void session_unpack(char text[BUS_SESSION_ID_SIZE], const uint8_t bytes[SESSION_BYTES])
{
    static const char digits[] = "0123456789abcdef";
    char *to = text;
    for (unsigned i = 0; i < SESSION_BYTES; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *to++ = '-';
        *to++ = digits[bytes[i] >> 4];
        *to++ = digits[bytes[i] & 15];
    }
    *to = 0;
}

size_t wire_frame_encode(const struct frame *frame, const char *session, uint8_t *bytes)
{
    put(bytes + AT_MAGIC, MAGIC, 4);
    put(bytes + AT_VERSION, VERSION, 2);
    put(bytes + AT_SIZE, WIRE_FRAME_HEADER, 2);
    put(bytes + AT_FLAGS, frame->flags, 4);
    put(bytes + AT_ROWS, frame->rows, 2);
    put(bytes + AT_COLS, frame->cols, 2);
    put(bytes + AT_NUMBER, frame->number, 8);
    put(bytes + AT_SEQUENCE, frame->sequence, 8);
    put(bytes + AT_TIME, (uint64_t)frame->time_us, 8);
    session_pack(bytes + AT_SESSION, session);
    size_t cells = (size_t)frame->rows * frame->cols;
    uint8_t *to = bytes + WIRE_FRAME_HEADER;
    for (size_t i = 0; i < cells; i++) {
        to[2 * i] = (uint8_t)frame->cells[i];
        to[2 * i + 1] = (uint8_t)(frame->cells[i] >> 8);
    }
    return WIRE_FRAME_HEADER + 2 * cells;
}

static int header_check(const uint8_t *bytes, size_t size)
{
    if (size < WIRE_FRAME_HEADER || get(bytes + AT_MAGIC, 4) != MAGIC ||
        get(bytes + AT_VERSION, 2) != VERSION || get(bytes + AT_SIZE, 2) != WIRE_FRAME_HEADER)
        return STATUS_FORMAT;
    uint64_t rows = get(bytes + AT_ROWS, 2), cols = get(bytes + AT_COLS, 2);
    if (rows < 1 || rows > MAT_SIDE_MAX || cols < 1 || cols > MAT_SIDE_MAX ||
        size != wire_frame_size((uint16_t)rows, (uint16_t)cols))
        return STATUS_FORMAT;
    return STATUS_OK;
}

int wire_frame_decode(struct frame *frame, char session[BUS_SESSION_ID_SIZE], const uint8_t *bytes,
                      size_t size)
{
    if (header_check(bytes, size))
        return STATUS_FORMAT;
    frame->flags = (uint32_t)get(bytes + AT_FLAGS, 4);
    frame->rows = (uint16_t)get(bytes + AT_ROWS, 2);
    frame->cols = (uint16_t)get(bytes + AT_COLS, 2);
    frame->number = get(bytes + AT_NUMBER, 8);
    frame->sequence = get(bytes + AT_SEQUENCE, 8);
    frame->time_us = (int64_t)get(bytes + AT_TIME, 8);
    frame->cells = NULL;
    session_unpack(session, bytes + AT_SESSION);
    return STATUS_OK;
}

void wire_cells_decode(struct frame *frame, uint16_t *cells, const uint8_t *bytes)
{
    size_t count = (size_t)frame->rows * frame->cols;
    const uint8_t *from = bytes + WIRE_FRAME_HEADER;
    for (size_t i = 0; i < count; i++)
        cells[i] = (uint16_t)(from[2 * i] | from[2 * i + 1] << 8);
    frame->cells = cells;
}
