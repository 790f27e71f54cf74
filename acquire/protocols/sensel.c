/*
 * sensel: Sensel Morph (discontinued), USB 2C2F:0003. Registers are read and written; `sum` is the
 * low byte of the sum of the data.
 *
 *     read      81 reg size -> 01 reg size data sum; variable: 81 reg 00 -> 03 reg 00 size u16 data
 * sum write     01 reg size data sum -> 05 reg registers 00 "S3NS31", 1C compression metadata (..,
 * .., columns, rows, .., ..), 23 detail, 24 content (1 pressure, 2 labels, 4 contacts, 8
 * acceleration), 25 scan, 26 frame frame     mask u8 | counter u8 | time u32 µs | contacts: mask
 * u8, n u8, n x (10 bytes, and 6, 8, 8, 6 more by the bits of the mask) | acceleration 3 x i16 |
 * pressure | labels pressure  varints: below 80 as they are, else (v & 7F) | next << 7. First a
 * base, then in turn the length of a run of zeros, and values that a 0 ends: cell = base + value
 *
 * A cell is in eighths of a gram. The host asks for every frame.
 */
#include "sensel.h"

#include "../bytes.h"
#include "../decoder.h"
#include "protocols.h"

#include <string.h>

enum {
    CONTACT_SIZE = 10,
    ACCELERATION_SIZE = 6,
    CONTACTS_MAX = 16,
    CONTACT_MOST = 38,
    VALUE_MOST = 8
};

/* Eighths of a gram on 2.5 mm x 2.5 mm, in kPa. */
#define SENSEL_KPA (9.80665e-3 / 8 / (2.5e-3 * 2.5e-3) / 1000)

static size_t packet_size(const struct mat_setup *setup)
{
    (void)setup;
    size_t most = 93 * 53;
    return SENSEL_VARIABLE_HEAD + SENSEL_FRAME_HEAD + 2 + CONTACTS_MAX * CONTACT_MOST +
           ACCELERATION_SIZE + 6 * most + 1;
}

struct reader {
    const uint8_t *bytes;
    size_t at, size;
    bool broken; /* something was read behind the end */
};

static unsigned byte_read(struct reader *reader)
{
    reader->broken = reader->broken || reader->at >= reader->size;
    return reader->broken ? 0 : reader->bytes[reader->at++];
}

static unsigned varint_read(struct reader *reader)
{
    unsigned value = byte_read(reader);
    return value & 0x80 ? (value & 0x7f) | byte_read(reader) << 7 : value;
}

static void contacts_pass(struct reader *reader)
{
    static const unsigned extras[] = {6, 8, 8, 6};
    unsigned mask = byte_read(reader), count = byte_read(reader), each = CONTACT_SIZE;
    for (unsigned bit = 0; bit < 4; bit++)
        each += mask >> bit & 1 ? extras[bit] : 0;
    reader->at += (size_t)count * each;
}

static bool pressure_read(struct reader *reader, uint16_t *cells, size_t count)
{
    unsigned base = varint_read(reader);
    memset(cells, 0, count * sizeof *cells);
    for (size_t cell = 0; cell < count && !reader->broken;) {
        cell += varint_read(reader);
        if (cell >= count)
            return cell == count && !reader->broken;
        for (unsigned value; (value = varint_read(reader)) != 0;
             cells[cell++] = (uint16_t)(base + value))
            if (cell == count)
                return false;
    }
    return !reader->broken;
}

static bool frame_read(struct decoder *decoder, const uint8_t *data, size_t size,
                       const struct decoder_sink *sink)
{
    struct reader reader = {.bytes = data, .at = SENSEL_FRAME_HEAD, .size = size};
    if (size < SENSEL_FRAME_HEAD || !(data[0] & SENSEL_PRESSURE))
        return false;
    if (data[0] & SENSEL_CONTACTS)
        contacts_pass(&reader);
    if (data[0] & SENSEL_ACCELERATION)
        reader.at += ACCELERATION_SIZE;
    if (!pressure_read(&reader, decoder->cells, geometry_cells(&decoder->setup.info.geometry)))
        return false;
    decoder->sequence += (uint8_t)(data[1] - decoder->sequence);
    decoder->device_us += bytes_u32_le(data + 2) - (uint32_t)decoder->device_us;
    struct decoded_frame frame = {.has_sequence = true,
                                  .sequence = decoder->sequence,
                                  .has_clock = true,
                                  .device_us = decoder->device_us};
    decoder_frame(decoder, &frame, sink);
    return true;
}

/* The frame's grid; the mat is 232.5 mm x 132.5 mm whatever the detail. */
static bool metadata_read(struct decoder *decoder, const uint8_t *data, size_t size,
                          const struct decoder_sink *sink)
{
    struct mat_info info = decoder->setup.info;
    struct geometry *geometry = &info.geometry;
    if (size != SENSEL_METADATA_SIZE || data[2] == 0 || data[3] == 0 || data[2] > 93 ||
        data[3] > 53)
        return false;
    geometry->pitch_x_mm *= (double)geometry->cols / data[2];
    geometry->pitch_y_mm *= (double)geometry->rows / data[3];
    geometry->cols = data[2];
    geometry->rows = data[3];
    decoder->counters.packets++;
    decoder_info(decoder, &info, sink);
    return true;
}

/* Length of a register's value; as packet_length. */
static ptrdiff_t fixed_length(const uint8_t *bytes, size_t size)
{
    static const uint8_t registers[] = {SENSEL_MAGIC, 0x10, 0x12,          0x14,
                                        0x18,         0x20, SENSEL_DETAIL, SENSEL_CONTENT,
                                        SENSEL_SCAN,  0xa1};
    if ((size > 1 && !memchr(registers, bytes[1], sizeof registers)) ||
        (size > 2 && bytes[2] > VALUE_MOST))
        return -1;
    return size < SENSEL_FIXED_HEAD ? 0 : SENSEL_FIXED_HEAD + bytes[2] + 1;
}

/* Length of a frame or of the metadata; as packet_length. */
static ptrdiff_t variable_length(const uint8_t *bytes, size_t size)
{
    bool frame = size > 1 && bytes[1] == SENSEL_FRAME;
    if ((size > 1 && !frame && bytes[1] != SENSEL_METADATA) || (size > 2 && bytes[2] != 0))
        return -1;
    if (size < SENSEL_VARIABLE_HEAD)
        return 0;
    size_t length = bytes_u16_le(bytes + 3);
    if (length + SENSEL_VARIABLE_HEAD + 1 > packet_size(NULL) ||
        (frame && length < SENSEL_FRAME_HEAD) ||
        (frame && size > SENSEL_VARIABLE_HEAD && bytes[SENSEL_VARIABLE_HEAD] > 0x0f))
        return -1;
    return (ptrdiff_t)(SENSEL_VARIABLE_HEAD + length + 1);
}

/* Length of the packet whose head the bytes [size] begin with; 0: too early, -1: there is none. */
static ptrdiff_t packet_length(const uint8_t *bytes, size_t size)
{
    static const uint8_t written[] = {SENSEL_DETAIL, SENSEL_CONTENT, SENSEL_SCAN,
                                      SENSEL_CONTACTS_MASK};
    if (bytes[0] == SENSEL_VARIABLE)
        return variable_length(bytes, size);
    if (bytes[0] == SENSEL_FIXED)
        return fixed_length(bytes, size);
    if (bytes[0] != SENSEL_ACK)
        return -1;
    return size < 2 ? 0 : memchr(written, bytes[1], sizeof written) ? 2 : -1;
}

static bool sum_fits(const uint8_t *bytes, size_t length)
{
    size_t head = bytes[0] == SENSEL_VARIABLE ? SENSEL_VARIABLE_HEAD : SENSEL_FIXED_HEAD;
    return bytes[0] == SENSEL_ACK ||
           sensel_sum(bytes + head, length - head - 1) == bytes[length - 1];
}

/* Whether a whole frame lies inside bytes [size] that claim to be one packet. */
static bool holds_frame(const uint8_t *bytes, size_t size)
{
    static const uint8_t head[] = {SENSEL_VARIABLE, SENSEL_FRAME, 0};
    for (size_t i = 1; i < size; i++) {
        const uint8_t *found = memmem(bytes + i, size - i, head, sizeof head);
        if (!found)
            return false;
        i = (size_t)(found - bytes);
        ptrdiff_t length = packet_length(found, size - i);
        if (length > 0 && (size_t)length <= size - i && sum_fits(found, (size_t)length))
            return true;
    }
    return false;
}

static bool packet_read(struct decoder *decoder, const uint8_t *bytes, size_t length,
                        const struct decoder_sink *sink)
{
    if (bytes[0] != SENSEL_VARIABLE) {
        decoder->counters.packets++;
        return true;
    }
    const uint8_t *data = bytes + SENSEL_VARIABLE_HEAD;
    size_t size = length - SENSEL_VARIABLE_HEAD - 1;
    bool good = bytes[1] == SENSEL_FRAME ? frame_read(decoder, data, size, sink)
                                         : metadata_read(decoder, data, size, sink);
    decoder->counters.bad_value += !good;
    return good;
}

static ptrdiff_t scan(struct decoder *decoder, const uint8_t *bytes, size_t size,
                      const struct decoder_sink *sink)
{
    ptrdiff_t length = packet_length(bytes, size);
    if (length <= 0)
        return length;
    if (size < (size_t)length) {
        /* In step, a length is doubted once it is twice that of the frame before. */
        bool doubted = !decoder->in_sync || size > 2 * decoder->last_length;
        bool wrong = doubted && holds_frame(bytes, size);
        decoder->counters.bad_length += wrong;
        return wrong ? -1 : 0;
    }
    if (!sum_fits(bytes, (size_t)length)) {
        decoder->counters.bad_checksum++;
        return -1;
    }
    if (!packet_read(decoder, bytes, (size_t)length, sink))
        return -1;
    decoder->last_length = bytes[1] == SENSEL_FRAME ? (size_t)length : decoder->last_length;
    return length;
}

static size_t say(const struct mat_setup *setup, enum host_word word, uint8_t *bytes)
{
    static const uint8_t start[] = {SENSEL_FIXED,
                                    SENSEL_SCAN,
                                    1,
                                    0,
                                    0,
                                    SENSEL_FIXED,
                                    SENSEL_DETAIL,
                                    1,
                                    0,
                                    0,
                                    SENSEL_FIXED,
                                    SENSEL_CONTENT,
                                    1,
                                    1,
                                    1,
                                    SENSEL_FIXED,
                                    SENSEL_SCAN,
                                    1,
                                    1,
                                    1,
                                    SENSEL_READ,
                                    SENSEL_METADATA,
                                    0,
                                    SENSEL_READ,
                                    SENSEL_FRAME,
                                    0};
    static const uint8_t stop[] = {SENSEL_FIXED, SENSEL_SCAN, 1, 0, 0};
    const uint8_t *said = word == HOST_STOP ? stop : start;
    size_t size = word == HOST_STOP ? sizeof stop : sizeof start;
    (void)setup;
    if (word == HOST_POLL) {
        said = start + sizeof start - 3;
        size = 3;
    }
    memcpy(bytes, said, size);
    return size;
}

const struct protocol protocol_sensel = {
    .name = "sensel",
    .text = "Sensel Morph",
    .baud = 115200,
    .proof = 2,
    .carries_geometry = true,
    .usual = {.info = {.geometry = {53, 93, 2.5, 2.5, 0, SENSEL_KPA, 0, SENSEL_VALUE_MAX},
                       .device = "Sensel Morph"}},
    .say = say,
    .packet_size = packet_size,
    .scan = scan,
    .encode = sensel_encode,
    .serve = sensel_serve,
};
