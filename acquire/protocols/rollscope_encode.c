/* rollscope: the mat's side. The format is described in rollscope.c. */
#include "rollscope.h"

#include "../bytes.h"
#include "../emulator.h"
#include "cobs.h"

#include <jansson.h>
#include <math.h>
#include <string.h>
#include <zlib.h>

/* A packet taking shape: COBS is applied as the bytes come, so that nothing is kept twice. */
struct stuffing {
    uint8_t *bytes;
    size_t size, used, code_at;
    uint32_t crc;
};

static void stuffing_begin(struct stuffing *stuffing, uint8_t *bytes, size_t size)
{
    *stuffing = (struct stuffing){
        .bytes = bytes, .size = size, .used = 1, .crc = (uint32_t)crc32(0, NULL, 0)};
}

static void block_end(struct stuffing *stuffing)
{
    if (stuffing->code_at < stuffing->size)
        stuffing->bytes[stuffing->code_at] = (uint8_t)(stuffing->used - stuffing->code_at);
    stuffing->code_at = stuffing->used++;
}

static void stuffing_put(struct stuffing *stuffing, const uint8_t *bytes, size_t size)
{
    stuffing->crc = (uint32_t)crc32(stuffing->crc, bytes, (unsigned)size);
    for (size_t i = 0; i < size; i++) {
        if (stuffing->used - stuffing->code_at == 0xff)
            block_end(stuffing);
        if (bytes[i] == 0) {
            block_end(stuffing);
            continue;
        }
        if (stuffing->used < stuffing->size)
            stuffing->bytes[stuffing->used] = bytes[i];
        stuffing->used++;
    }
}

/* Adds the checksum and the closing zero. Returns the packet's size, 0 when it did not fit. */
static size_t stuffing_end(struct stuffing *stuffing)
{
    uint8_t crc[ROLLSCOPE_CRC_SIZE];
    bytes_put_u32_le(crc, stuffing->crc);
    stuffing_put(stuffing, crc, sizeof crc);
    block_end(stuffing);
    if (stuffing->used > stuffing->size)
        return 0;
    stuffing->bytes[stuffing->used - 1] = 0;
    return stuffing->used;
}

static unsigned encoding_of(const struct mat_setup *setup)
{
    unsigned full_scale = setup->info.geometry.full_scale;
    if (setup->bits == 8 || (setup->bits == 0 && full_scale <= 0xff))
        return ROLLSCOPE_U8;
    return setup->bits == 12 || (setup->bits == 0 && full_scale <= 0xfff) ? ROLLSCOPE_PACKED_12
                                                                          : ROLLSCOPE_U16;
}

static void cells_put(struct stuffing *stuffing, const uint16_t *cells, size_t count,
                      unsigned encoding)
{
    static const size_t sizes[] = {
        [ROLLSCOPE_U16] = 2, [ROLLSCOPE_PACKED_12] = 3, [ROLLSCOPE_U8] = 1};
    size_t step = encoding == ROLLSCOPE_PACKED_12 ? 2 : 1;
    for (size_t i = 0; i < count; i += step) {
        unsigned a = cells[i], b = i + 1 < count ? cells[i + 1] : 0;
        uint8_t bytes[3] = {(uint8_t)a, (uint8_t)(a >> 8), 0};
        if (encoding == ROLLSCOPE_PACKED_12) {
            bytes[1] = (uint8_t)((a >> 8 & 0x0f) | b << 4);
            bytes[2] = (uint8_t)(b >> 4);
        }
        stuffing_put(stuffing, bytes, sizes[encoding]);
    }
}

size_t rollscope_encode(const struct mat_setup *setup, const struct decoded_frame *frame,
                        uint8_t *bytes, size_t size)
{
    unsigned encoding = encoding_of(setup);
    uint8_t header[ROLLSCOPE_FRAME_HEADER_SIZE] = {ROLLSCOPE_FRAME};
    bytes_put_u32_le(header + 1, frame->sequence);
    bytes_put_u64_le(header + 5, frame->device_us);
    header[13] = (uint8_t)encoding;
    struct stuffing stuffing;
    stuffing_begin(&stuffing, bytes, size);
    stuffing_put(&stuffing, header, sizeof header);
    cells_put(&stuffing, frame->cells, (size_t)frame->rows * frame->cols, encoding);
    return stuffing_end(&stuffing);
}

size_t rollscope_encode_info(const struct mat_setup *setup, uint8_t *bytes, size_t size)
{
    const struct geometry *geometry = &setup->info.geometry;
    int bits = (int)lround(log2(geometry->full_scale + 1.0));
    json_t *object =
        json_pack("{s:i, s:s, s:s, s:i, s:i, s:f, s:f, s:f, s:i, s:f}", "protocol", 1, "device",
                  setup->info.device, "serial", setup->info.serial, "rows", geometry->rows, "cols",
                  geometry->cols, "pitch_x_mm", geometry->pitch_x_mm, "pitch_y_mm",
                  geometry->pitch_y_mm, "rate_hz", geometry->rate_hz, "bits", bits,
                  "full_scale_kpa", geometry->scale_kpa * ((1 << bits) - 1));
    uint8_t packet[ROLLSCOPE_TEXT_MAX] = {ROLLSCOPE_INFO};
    size_t length = json_dumpb(object, (char *)packet + ROLLSCOPE_TYPE_SIZE,
                               sizeof packet - ROLLSCOPE_TYPE_SIZE, JSON_COMPACT);
    json_decref(object);
    if (length == 0 || length > sizeof packet - ROLLSCOPE_TYPE_SIZE)
        return 0;
    struct stuffing stuffing;
    stuffing_begin(&stuffing, bytes, size);
    stuffing_put(&stuffing, packet, ROLLSCOPE_TYPE_SIZE + length);
    return stuffing_end(&stuffing);
}

static void command_obey(struct emulator *emulator, const uint8_t *packet, size_t size)
{
    if (packet[0] == ROLLSCOPE_HELLO)
        emulator_present(emulator);
    if (packet[0] == ROLLSCOPE_STOP)
        emulator->streaming = false;
    if (packet[0] == ROLLSCOPE_START && size == ROLLSCOPE_TYPE_SIZE + sizeof(float)) {
        uint32_t bits = bytes_u32_le(packet + ROLLSCOPE_TYPE_SIZE);
        float rate_hz;
        memcpy(&rate_hz, &bits, sizeof rate_hz);
        emulator->rate_hz = isfinite(rate_hz) && rate_hz > 0 ? (double)rate_hz : 0;
        emulator->streaming = true;
    }
}

size_t rollscope_serve(struct emulator *emulator, const uint8_t *bytes, size_t size)
{
    const uint8_t *end = memchr(bytes, 0, size);
    if (!end)
        return 0;
    uint8_t packet[EMULATOR_HEARD_SIZE];
    ptrdiff_t length = cobs_decode(bytes, (size_t)(end - bytes), packet) - ROLLSCOPE_CRC_SIZE;
    if (length > 0 &&
        crc32(crc32(0, NULL, 0), packet, (unsigned)length) == bytes_u32_le(packet + length))
        command_obey(emulator, packet, (size_t)length);
    return (size_t)(end + 1 - bytes);
}
