/*
 * sensingtex: Sensing Tex mats that send their active points (Fitness Mat, Dividat Flex v4, v5).
 * 8N1, nominal 115200.
 *
 *     host  "S\n": a v4 mat streams from then on, a v5 mat sends one frame; "R": one frame
 * (fitness) "UL\n", "UM\n": 8 bit, 12 bit from now on; power-on is 12 bit mat   4E 0A | count u16
 * BE | 50 0A | count samples sample: x u8, y u8, value: u8 (v4), u16 BE (others)
 *
 * Cells that are not sent are 0. Dividat mats add four dummies, (2,2) (1,1) (2,2) (1,1), with value
 * 1 (8 bit) or 0 (16 bit); they count. Nothing is escaped and there is no checksum. A packet does
 * not say how wide its samples are: it is read off the dummies, or off where the next header is.
 */
#include "../bytes.h"
#include "../decoder.h"
#include "../emulator.h"
#include "protocols.h"

#include <string.h>

enum { HEADER_SIZE = 6, DUMMIES = 4, NARROW = 3, WIDE = 4, MISFITS_MAX = 3 };
/* The decoder's form: the width, whether the dummies are there, whether the width is in doubt. */
enum { FORM_WIDTH = 7, FORM_DUMMIES = 8, FORM_DOUBTED = 16 };
enum { VARIANT_V4 = 1, VARIANT_V5, VARIANT_FITNESS };

static const uint8_t dummy_places[DUMMIES] = {2, 1, 2, 1};

static size_t cells_of(const struct mat_setup *setup)
{
    return geometry_cells(&setup->info.geometry);
}

static size_t packet_size(const struct mat_setup *setup)
{
    return HEADER_SIZE + WIDE * (cells_of(setup) + DUMMIES);
}

/* 1: a header, 0: too short to say, -1: none. */
static int header_match(const uint8_t *bytes, size_t size)
{
    static const uint8_t header[HEADER_SIZE] = {0x4e, 0x0a, 0, 0, 0x50, 0x0a};
    for (size_t i = 0; i < size && i < HEADER_SIZE; i++)
        if (i != 2 && i != 3 && bytes[i] != header[i])
            return -1;
    return size >= HEADER_SIZE;
}

static bool ends_with_dummies(const uint8_t *samples, size_t count, size_t width)
{
    if (count < DUMMIES)
        return false;
    const uint8_t *sample = samples + (count - DUMMIES) * width;
    for (size_t i = 0; i < DUMMIES; i++, sample += width) {
        bool low = width == NARROW ? sample[2] == 1 : bytes_u16_be(sample + 2) == 0;
        if (sample[0] != dummy_places[i] || sample[1] != dummy_places[i] || !low)
            return false;
    }
    return true;
}

/* 1: samples of this width end where a packet ends, -1: they do not, 0: too early to say. */
static int width_fits(const uint8_t *bytes, size_t size, size_t count, size_t width)
{
    size_t length = HEADER_SIZE + count * width;
    if (size < length)
        return 0;
    if (ends_with_dummies(bytes + HEADER_SIZE, count, width))
        return 1;
    return header_match(bytes + length, size - length);
}

static size_t width_forced(const struct mat_setup *setup)
{
    if (setup->bits)
        return setup->bits == 8 ? NARROW : WIDE;
    return setup->variant == VARIANT_V4 ? NARROW : setup->variant ? WIDE : 0;
}

/* Settles the width by the packet at hand. 1: settled, 0: too early, -1: no packet of any width. */
static int width_settle(struct decoder *decoder, const uint8_t *bytes, size_t size, size_t count,
                        const struct decoder_sink *sink)
{
    size_t width = width_forced(&decoder->setup);
    int narrow = width ? -1 : width_fits(bytes, size, count, NARROW);
    int wide = width ? -1 : width_fits(bytes, size, count, WIDE);
    if (!width && narrow <= 0 && wide <= 0)
        return narrow == 0 || wide == 0 ? 0 : -1;
    if (!width)
        width = narrow > 0 ? NARROW : WIDE;
    bool changed = (decoder->form & FORM_WIDTH) != width;
    decoder->form = (unsigned)width;
    if (size >= HEADER_SIZE + count * width && ends_with_dummies(bytes + HEADER_SIZE, count, width))
        decoder->form |= FORM_DUMMIES;
    decoder->misfits = 0;
    if (!changed)
        return 1;
    struct mat_setup *setup = &decoder->setup;
    if (setup->bits == 0)
        mat_setup_scale(setup, width == NARROW ? UINT8_MAX : UINT16_MAX);
    struct mat_info info = setup->info;
    decoder_info(decoder, &info, sink);
    return 1;
}

/* Puts samples into the cells. Returns how many lie outside the grid. */
static size_t samples_read(struct decoder *decoder, const uint8_t *samples, size_t count)
{
    const struct geometry *geometry = &decoder->setup.info.geometry;
    size_t width = decoder->form & FORM_WIDTH, outside = 0;
    memset(decoder->cells, 0, cells_of(&decoder->setup) * sizeof *decoder->cells);
    if (ends_with_dummies(samples, count, width))
        count -= DUMMIES;
    for (size_t i = 0; i < count; i++, samples += width) {
        if (samples[0] >= geometry->cols || samples[1] >= geometry->rows)
            outside++;
        else
            decoder->cells[samples[1] * geometry->cols + samples[0]] =
                width == NARROW ? samples[2] : bytes_u16_be(samples + 2);
    }
    return outside;
}

/* A width that does not fit any more: the mat was switched over or started again, or it is noise.
 */
static void misfit_count(struct decoder *decoder)
{
    if (++decoder->misfits >= MISFITS_MAX && !width_forced(&decoder->setup))
        decoder->form |= FORM_DOUBTED;
}

/* Whether a whole packet lies inside bytes [size], which claim to be one: then the count is
 * wrong.*/
static bool holds_packet(const uint8_t *bytes, size_t size, size_t width)
{
    for (size_t i = 1; i + HEADER_SIZE <= size; i++) {
        const uint8_t *header = memchr(bytes + i, 0x4e, size - i);
        if (!header)
            return false;
        i = (size_t)(header - bytes);
        if (header_match(header, size - i) == 1 &&
            i + HEADER_SIZE + bytes_u16_be(header + 2) * width <= size)
            return true;
    }
    return false;
}

static ptrdiff_t packet_read(struct decoder *decoder, const uint8_t *bytes, size_t size,
                             size_t count, const struct decoder_sink *sink)
{
    size_t width = decoder->form & FORM_WIDTH, length = HEADER_SIZE + count * width;
    if (holds_packet(bytes, size < length ? size : length, width)) {
        decoder->counters.bad_length++;
        return -1;
    }
    if (size < length)
        return 0;
    size_t outside = samples_read(decoder, bytes + HEADER_SIZE, count);
    bool certain = outside == 0 && !(decoder->form & FORM_DUMMIES);
    int fits = certain ? 1 : width_fits(bytes, size, count, width);
    if (fits == 0)
        return 0;
    decoder->counters.bad_value += outside > 0;
    if (fits < 0) {
        misfit_count(decoder);
        return -1;
    }
    if (decoder->in_sync)
        decoder->misfits = 0;
    else
        misfit_count(decoder);
    struct decoded_frame frame = {.has_sequence = false};
    decoder_frame(decoder, &frame, sink);
    return (ptrdiff_t)length;
}

static ptrdiff_t scan(struct decoder *decoder, const uint8_t *bytes, size_t size,
                      const struct decoder_sink *sink)
{
    int header = header_match(bytes, size);
    if (header <= 0)
        return header;
    size_t count = bytes_u16_be(bytes + 2);
    if (count > cells_of(&decoder->setup) + DUMMIES) {
        decoder->counters.bad_length++;
        return -1;
    }
    if ((decoder->form == 0 || decoder->form & FORM_DOUBTED) && count > 0) {
        int settled = width_settle(decoder, bytes, size, count, sink);
        if (settled == 0 || (settled < 0 && decoder->form == 0))
            return settled;
    }
    return packet_read(decoder, bytes, size, count, sink);
}

static size_t sample_put(uint8_t *bytes, size_t width, unsigned x, unsigned y, unsigned value)
{
    bytes[0] = (uint8_t)x;
    bytes[1] = (uint8_t)y;
    if (width == NARROW)
        bytes[2] = (uint8_t)value;
    else
        bytes_put_u16_be(bytes + 2, value);
    return width;
}

static size_t encode(const struct mat_setup *setup, const struct decoded_frame *frame,
                     uint8_t *bytes, size_t size)
{
    size_t width = width_forced(setup) == NARROW ? NARROW : WIDE, used = HEADER_SIZE;
    if (size < HEADER_SIZE + width * ((size_t)frame->rows * frame->cols + DUMMIES))
        return 0;
    for (unsigned y = 0; y < frame->rows; y++)
        for (unsigned x = 0; x < frame->cols; x++)
            if (frame->cells[y * frame->cols + x])
                used += sample_put(bytes + used, width, x, y, frame->cells[y * frame->cols + x]);
    for (size_t i = 0; setup->variant != VARIANT_FITNESS && i < DUMMIES; i++)
        used += sample_put(bytes + used, width, dummy_places[i], dummy_places[i], width == NARROW);
    memcpy(bytes, "\x4e\x0a\0\0\x50\x0a", HEADER_SIZE);
    bytes_put_u16_be(bytes + 2, (unsigned)((used - HEADER_SIZE) / width));
    return used;
}

static size_t serve(struct emulator *emulator, const uint8_t *bytes, size_t size)
{
    if (bytes[0] == 'R') {
        emulator->asked++;
        return 1;
    }
    if (bytes[0] == 'S' && size >= 2 && bytes[1] == '\n') {
        emulator->streaming = width_forced(&emulator->setup) == NARROW;
        emulator->asked += !emulator->streaming;
        return 2;
    }
    if (bytes[0] == 'U' && size >= 3 && bytes[2] == '\n') {
        emulator->setup.bits = bytes[1] == 'L' ? 8 : 12;
        return 3;
    }
    return (bytes[0] == 'S' && size < 2) || (bytes[0] == 'U' && size < 3) ? 0 : 1;
}

static size_t say(const struct mat_setup *setup, enum host_word word, uint8_t *bytes)
{
    bool streams = setup->variant == VARIANT_V4;
    if (word == HOST_STOP || (word == HOST_POLL && streams))
        return 0;
    bool fitness = setup->variant == VARIANT_FITNESS;
    bool settles = word == HOST_START && (setup->bits || streams);
    size_t used = 0;
    if (settles) {
        bytes[used++] = 'U';
        bytes[used++] = width_forced(setup) == NARROW ? 'L' : 'M';
        bytes[used++] = '\n';
    }
    bytes[used++] = fitness ? 'R' : 'S';
    if (!fitness)
        bytes[used++] = '\n';
    return used;
}

const struct protocol protocol_sensingtex = {
    .name = "sensingtex",
    .text = "Sensing Tex active points: Fitness Mat, Dividat Flex v4 and v5",
    .variants = "v4 v5 fitness",
    .baud = 115200,
    .proof = 3,
    .also_asked = VARIANT_FITNESS,
    .usual = {.info = {.geometry = {24, 24, 20, 20, 0, 1, 0, UINT16_MAX}, .device = "Sensing Tex"}},
    .say = say,
    .packet_size = packet_size,
    .scan = scan,
    .encode = encode,
    .serve = serve,
};
