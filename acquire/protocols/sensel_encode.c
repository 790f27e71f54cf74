/* sensel: the mat's side. The format is described in sensel.c. */
#include "sensel.h"

#include "../bytes.h"
#include "../emulator.h"

#include <string.h>

static size_t varint_put(uint8_t *bytes, unsigned value)
{
    if (value < 0x80) {
        bytes[0] = (uint8_t)value;
        return 1;
    }
    bytes[0] = (uint8_t)(0x80 | value);
    bytes[1] = (uint8_t)(value >> 7);
    return 2;
}

static size_t pressure_put(uint8_t *bytes, const uint16_t *cells, size_t count)
{
    size_t used = varint_put(bytes, 0);
    for (size_t cell = 0; cell < count;) {
        size_t begin = cell;
        while (cell < count && cells[cell] == 0)
            cell++;
        used += varint_put(bytes + used, (unsigned)(cell - begin));
        if (cell == count)
            break;
        for (; cell < count && cells[cell] > 0; cell++)
            used += varint_put(bytes + used,
                               cells[cell] < SENSEL_VALUE_MAX ? cells[cell] : SENSEL_VALUE_MAX);
        used += varint_put(bytes + used, 0);
    }
    return used;
}

/* Puts head and sum around data [size] that lie behind the head. */
static size_t packet_close(uint8_t *bytes, enum sensel_register reg, size_t size)
{
    bytes[0] = SENSEL_VARIABLE;
    bytes[1] = (uint8_t)reg;
    bytes[2] = 0;
    bytes_put_u16_le(bytes + 3, (unsigned)size);
    bytes[SENSEL_VARIABLE_HEAD + size] = sensel_sum(bytes + SENSEL_VARIABLE_HEAD, size);
    return SENSEL_VARIABLE_HEAD + size + 1;
}

size_t sensel_encode(const struct mat_setup *setup, const struct decoded_frame *frame,
                     uint8_t *bytes, size_t size)
{
    size_t cells = (size_t)frame->rows * frame->cols;
    (void)setup;
    if (size < SENSEL_VARIABLE_HEAD + SENSEL_FRAME_HEAD + 5 * cells + 8)
        return 0;
    uint8_t *data = bytes + SENSEL_VARIABLE_HEAD;
    data[0] = SENSEL_PRESSURE;
    data[1] = (uint8_t)frame->sequence;
    bytes_put_u32_le(data + 2, (uint32_t)frame->device_us);
    return packet_close(bytes, SENSEL_FRAME,
                        SENSEL_FRAME_HEAD +
                            pressure_put(data + SENSEL_FRAME_HEAD, frame->cells, cells));
}

static void metadata_send(struct emulator *emulator)
{
    uint8_t bytes[SENSEL_VARIABLE_HEAD + SENSEL_METADATA_SIZE + 1] = {0};
    const struct geometry *geometry = &emulator->setup.info.geometry;
    bytes[SENSEL_VARIABLE_HEAD + 2] = (uint8_t)geometry->cols;
    bytes[SENSEL_VARIABLE_HEAD + 3] = (uint8_t)geometry->rows;
    emulator_send(emulator, bytes, packet_close(bytes, SENSEL_METADATA, SENSEL_METADATA_SIZE));
}

static size_t read_serve(struct emulator *emulator, const uint8_t *bytes)
{
    static const uint8_t magic[] = {SENSEL_FIXED, SENSEL_MAGIC, 6,   'S', '3',
                                    'N',          'S',          '3', '1', 0x8b};
    if (bytes[1] == SENSEL_METADATA)
        metadata_send(emulator);
    else if (bytes[1] == SENSEL_FRAME)
        emulator->asked++;
    else if (bytes[1] == SENSEL_MAGIC)
        emulator_send(emulator, magic, sizeof magic);
    return 3;
}

size_t sensel_serve(struct emulator *emulator, const uint8_t *bytes, size_t size)
{
    if (bytes[0] != SENSEL_READ && bytes[0] != SENSEL_FIXED)
        return 1;
    if (size < 3)
        return 0;
    if (bytes[0] == SENSEL_READ)
        return read_serve(emulator, bytes);
    size_t length = SENSEL_FIXED_HEAD + (size_t)bytes[2] + 1;
    if (size < length)
        return 0;
    if (sensel_sum(bytes + SENSEL_FIXED_HEAD, bytes[2]) != bytes[length - 1])
        return 1;
    const uint8_t ack[] = {SENSEL_ACK, bytes[1]};
    emulator_send(emulator, ack, sizeof ack);
    if (bytes[1] == SENSEL_SCAN && bytes[SENSEL_FIXED_HEAD] == 0)
        emulator->asked = 0;
    return length;
}
