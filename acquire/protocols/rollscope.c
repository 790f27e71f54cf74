/*
 * rollscope: the mat's own protocol, version 1 (docs/usb-protocol.md). Little-endian.
 *
 *     packet   COBS(type u8 | body | crc u32) 00        crc: CRC-32 as zlib over type and body
 *     01 info  JSON: protocol, device, serial, rows, cols, pitch_mm, rate_hz, bits, full_scale_kpa
 *     02 frame sequence u32 | time_us u64 | encoding u8 | cells, row-major
 *              encoding 0: u16, 1: two cells in three bytes (a, a >> 8 | b << 4, b >> 4), 2: u8
 *     03 log   UTF-8 text
 *     host     10 hello, 11 start (rate_hz f32, 0: default), 12 stop
 */
#include "rollscope.h"

#include "../bytes.h"
#include "../decoder.h"
#include "cobs.h"
#include "protocols.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

/* CRC-32 over anything followed by its own CRC-32, little-endian. */
#define CRC_RESIDUE 0x2144df1cu

static size_t packet_size(const struct mat_setup *setup)
{
    (void)setup;
    size_t longest =
        ROLLSCOPE_FRAME_HEADER_SIZE + ROLLSCOPE_CRC_SIZE + 2 * (size_t)MAT_SIDE_MAX * MAT_SIDE_MAX;
    return cobs_size(longest) + 1;
}

static void cells_unpack(uint16_t *cells, size_t count, unsigned encoding, const uint8_t *bytes)
{
    if (encoding == ROLLSCOPE_U8) {
        for (size_t i = 0; i < count; i++)
            cells[i] = bytes[i];
    } else if (encoding == ROLLSCOPE_U16) {
        for (size_t i = 0; i < count; i++)
            cells[i] = bytes_u16_le(bytes + 2 * i);
    } else {
        for (size_t i = 0; i + 1 < count; i += 2, bytes += 3) {
            cells[i] = (uint16_t)(bytes[0] | (bytes[1] & 0x0f) << 8);
            cells[i + 1] = (uint16_t)(bytes[1] >> 4 | bytes[2] << 4);
        }
        if (count % 2)
            cells[count - 1] = (uint16_t)(bytes[0] | (bytes[1] & 0x0f) << 8);
    }
}

static bool frame_read(struct decoder *decoder, const uint8_t *packet, size_t size,
                       const struct decoder_sink *sink)
{
    size_t cells = geometry_cells(&decoder->setup.info.geometry);
    if (size < ROLLSCOPE_FRAME_HEADER_SIZE || cells == 0) {
        decoder->counters.bad_length++;
        return false;
    }
    unsigned encoding = packet[13];
    ptrdiff_t cells_size = rollscope_cells_size(encoding, cells);
    if (cells_size < 0) {
        decoder->counters.bad_value++;
        return false;
    }
    if (size != ROLLSCOPE_FRAME_HEADER_SIZE + (size_t)cells_size) {
        decoder->counters.bad_length++;
        return false;
    }
    cells_unpack(decoder->cells, cells, encoding, packet + ROLLSCOPE_FRAME_HEADER_SIZE);
    struct decoded_frame frame = {.has_sequence = true,
                                  .sequence = bytes_u32_le(packet + 1),
                                  .has_clock = true,
                                  .device_us = bytes_u64_le(packet + 5)};
    decoder_frame(decoder, &frame, sink);
    return true;
}

static double json_number(const json_t *object, const char *name, double otherwise)
{
    const json_t *value = json_object_get(object, name);
    return json_is_number(value) ? json_number_value(value) : otherwise;
}

static void json_text(const json_t *object, const char *name, char *text)
{
    const char *value = json_string_value(json_object_get(object, name));
    snprintf(text, MAT_NAME_SIZE, "%s", value ? value : "");
}

static bool info_fill(struct mat_info *info, const json_t *object)
{
    double rows = json_number(object, "rows", 0), cols = json_number(object, "cols", 0);
    double bits = json_number(object, "bits", 0);
    if (!(rows >= 1 && rows <= MAT_SIDE_MAX && cols >= 1 && cols <= MAT_SIDE_MAX && bits >= 1 &&
          bits <= 16 && json_number(object, "protocol", 1) == 1.0))
        return false;
    double pitch_mm = json_number(object, "pitch_mm", 0);
    struct geometry *geometry = &info->geometry;
    geometry->rows = (uint16_t)rows;
    geometry->cols = (uint16_t)cols;
    geometry->pitch_x_mm = json_number(object, "pitch_x_mm", pitch_mm);
    geometry->pitch_y_mm = json_number(object, "pitch_y_mm", pitch_mm);
    geometry->rate_hz = json_number(object, "rate_hz", 0);
    geometry->full_scale = (uint16_t)((1u << (unsigned)bits) - 1);
    geometry->scale_kpa = json_number(object, "full_scale_kpa", 0) / geometry->full_scale;
    json_text(object, "device", info->device);
    json_text(object, "serial", info->serial);
    snprintf(info->protocol, sizeof info->protocol, "rollscope");
    return geometry_check(geometry, NULL) == STATUS_OK;
}

static bool info_read(struct decoder *decoder, const char *text, size_t size,
                      const struct decoder_sink *sink)
{
    struct mat_info info = {.geometry = {.rows = 0}};
    json_t *object = size <= ROLLSCOPE_TEXT_MAX ? json_loadb(text, size, 0, NULL) : NULL;
    bool good = object && info_fill(&info, object);
    json_decref(object);
    decoder->counters.packets += good;
    decoder->counters.bad_value += !good;
    if (good)
        decoder_info(decoder, &info, sink);
    return good;
}

static bool log_read(struct decoder *decoder, const char *text, size_t size,
                     const struct decoder_sink *sink)
{
    char line[ROLLSCOPE_TEXT_MAX];
    snprintf(line, sizeof line, "%.*s", (int)(size < sizeof line ? size : sizeof line), text);
    decoder->counters.packets++;
    decoder->given = true;
    if (sink->log)
        sink->log(sink->context, line);
    return true;
}

/* packet: type and body, its checksum already found good and taken off. */
static bool packet_read(struct decoder *decoder, const uint8_t *packet, size_t size,
                        const struct decoder_sink *sink)
{
    const char *body = (const char *)packet + ROLLSCOPE_TYPE_SIZE;
    switch (packet[0]) {
    case ROLLSCOPE_FRAME:
        return frame_read(decoder, packet, size, sink);
    case ROLLSCOPE_INFO:
        return info_read(decoder, body, size - ROLLSCOPE_TYPE_SIZE, sink);
    case ROLLSCOPE_LOG:
        return log_read(decoder, body, size - ROLLSCOPE_TYPE_SIZE, sink);
    default:
        decoder->counters.bad_type++;
        return false;
    }
}

/* Where a good packet ends in bytes [size] that are none as a whole: its closing zero was damaged
 * and it ran into the next one. 0: nowhere. Every prefix that ends between two COBS blocks is
 * tried, in one pass. */
static size_t good_prefix(const uint8_t *bytes, size_t size)
{
    uint32_t crc = (uint32_t)crc32(0, NULL, 0);
    size_t at = 0, used = 0;
    bool zero_due = false;
    while (at < size) {
        if (used > ROLLSCOPE_CRC_SIZE && crc == CRC_RESIDUE)
            return at;
        size_t length = (size_t)bytes[at++] - 1;
        if (length > size - at)
            return 0;
        if (zero_due)
            crc = (uint32_t)crc32(crc, (const uint8_t *)"", 1);
        crc = (uint32_t)crc32(crc, bytes + at, (unsigned)length);
        used += length + zero_due;
        zero_due = length < 254;
        at += length;
    }
    return 0;
}

/* Reads one packet of COBS bytes [size]. False: the checksum is wrong, or it is too short. */
static bool packet_check(const uint8_t *bytes, size_t size, uint8_t *packet, size_t *packet_length)
{
    ptrdiff_t length = cobs_decode(bytes, size, packet);
    if (length <= ROLLSCOPE_CRC_SIZE)
        return false;
    *packet_length = (size_t)length - ROLLSCOPE_CRC_SIZE;
    return crc32(crc32(0, NULL, 0), packet, (unsigned)*packet_length) ==
           bytes_u32_le(packet + *packet_length);
}

/* Where the last bytes of [size] begin to be a good frame, the zero before it being damaged: with
 * the grid known, its length tells. 0: nowhere. */
static size_t good_suffix(struct decoder *decoder, const uint8_t *bytes, size_t size)
{
    for (unsigned encoding = ROLLSCOPE_U16; encoding <= ROLLSCOPE_U8; encoding++) {
        size_t length = ROLLSCOPE_FRAME_HEADER_SIZE + ROLLSCOPE_CRC_SIZE;
        length +=
            (size_t)rollscope_cells_size(encoding, geometry_cells(&decoder->setup.info.geometry));
        for (size_t coded = length + 1; coded <= cobs_size(length) && coded < size; coded++) {
            const uint8_t *begin = bytes + size - coded;
            size_t packet_length;
            if (begin[1] == ROLLSCOPE_FRAME &&
                packet_check(begin, coded, decoder->scratch, &packet_length))
                return size - coded;
        }
    }
    return 0;
}

/* As a scan, for bytes [length] and a zero that are no packet as a whole. */
static ptrdiff_t damaged_scan(struct decoder *decoder, const uint8_t *bytes, size_t length,
                              const struct decoder_sink *sink)
{
    decoder->counters.bad_checksum++;
    size_t prefix = good_prefix(bytes, length), packet_length;
    if (prefix > 0 && packet_check(bytes, prefix, decoder->scratch, &packet_length) &&
        packet_read(decoder, decoder->scratch, packet_length, sink))
        return (ptrdiff_t)prefix + 1;
    size_t suffix = good_suffix(decoder, bytes, length);
    return suffix > 0 ? -(ptrdiff_t)suffix : -(ptrdiff_t)length - 1;
}

static ptrdiff_t scan(struct decoder *decoder, const uint8_t *bytes, size_t size,
                      const struct decoder_sink *sink)
{
    size_t longest = packet_size(NULL);
    const uint8_t *end = memchr(bytes, 0, size < longest ? size : longest);
    if (!end)
        return size < longest ? 0 : -(ptrdiff_t)longest;
    size_t length = (size_t)(end - bytes), packet_length;
    if (length == 0)
        return 1;
    if (!packet_check(bytes, length, decoder->scratch, &packet_length))
        return damaged_scan(decoder, bytes, length, sink);
    bool good = packet_read(decoder, decoder->scratch, packet_length, sink);
    return good ? (ptrdiff_t)length + 1 : -(ptrdiff_t)length - 1;
}

/* A zero to end what the mat may have half of; hello; start at the mat's own rate. */
static const uint8_t hello_and_start[] = {0,    0x06, 0x10, 0xe9, 0xff, 0xb5, 0xcf,
                                          0,    0x02, 0x11, 0x01, 0x01, 0x01, 0x05,
                                          0x2f, 0x49, 0xa2, 0x9b, 0};
static const uint8_t stop[] = {0x06, 0x12, 0xc5, 0x9e, 0xbb, 0x21, 0};

static size_t say(const struct mat_setup *setup, enum host_word word, uint8_t *bytes)
{
    (void)setup;
    if (word == HOST_POLL)
        return 0;
    const uint8_t *said = word == HOST_START ? hello_and_start : stop;
    size_t size = word == HOST_START ? sizeof hello_and_start : sizeof stop;
    memcpy(bytes, said, size);
    return size;
}

const struct protocol protocol_rollscope = {
    .name = "rollscope",
    .text = "the open protocol of this project: COBS packets with CRC-32",
    .proof = 1,
    .carries_geometry = true,
    .usual = {.info = {.geometry = {0, 0, 10, 10, 0, 1, 0, 4095}}}, /* no grid before info */
    .say = say,
    .packet_size = packet_size,
    .scan = scan,
    .encode = rollscope_encode,
    .encode_info = rollscope_encode_info,
    .serve = rollscope_serve,
};
