/*
 * sensitronics: Sensitronics mats (Dividat Flex v6, prototypes, tutorial boards). 8N1, 115200.
 *
 *     host  "S\n" once, then the mat streams (the tutorial boards stream from power-on)
 *     short FF | 00 | len u16 LE | len / 4 samples
 *     named [02] FF 46 53 0A | len u16 LE | len / 4 samples         (firmware of 2025)
 *           sample: x u8, y u8, value u16 LE; cells that are not sent are 0
 *     runs  (tutorial boards) u8 a cell, row-major: 1 .. 254 as they are, 00 n for n zeros, then FF
 *
 * Nothing is escaped and there is no checksum: FF occurs in samples. A packet must not run on as
 * samples where it should end, and where it is out of step, or says little, a header must follow.
 */
#include "../bytes.h"
#include "../decoder.h"
#include "protocols.h"

#include <string.h>

enum { FORM_SHORT = 1, FORM_NAMED, FORM_RUNS };
enum { SAMPLE_SIZE = 4, SHORT_SIZE = 4, NAMED_SIZE = 7, MISFITS_MAX = 8192, VALUE_12_BIT = 4095 };

static const uint8_t named[] = {0x02, 0xff, 0x46, 0x53, 0x0a};

static size_t cells_of(const struct mat_setup *setup)
{
    return geometry_cells(&setup->info.geometry);
}

static size_t packet_size(const struct mat_setup *setup)
{
    return NAMED_SIZE + SAMPLE_SIZE * cells_of(setup) + 1;
}

/* Size of the header that the bytes begin with; 0: too short to say, -1: none. */
static ptrdiff_t header_size(const uint8_t *bytes, size_t size)
{
    if (bytes[0] == 0xff && size >= 2 && bytes[1] == 0)
        return size < SHORT_SIZE ? 0 : SHORT_SIZE;
    size_t from = bytes[0] == named[0] ? 0 : 1;
    size_t length = size < sizeof named - from ? size : sizeof named - from;
    if (memcmp(bytes, named + from, length) != 0)
        return -1;
    return size < NAMED_SIZE - from ? 0 : (ptrdiff_t)(NAMED_SIZE - from);
}

/* Reads samples [count]. False: one lies outside the grid, or a cell comes twice. */
static bool samples_read(struct decoder *decoder, const uint8_t *samples, size_t count)
{
    const struct geometry *geometry = &decoder->setup.info.geometry;
    uint8_t *seen = decoder->scratch;
    memset(seen, 0, cells_of(&decoder->setup));
    memset(decoder->cells, 0, cells_of(&decoder->setup) * sizeof *decoder->cells);
    for (; count > 0; count--, samples += SAMPLE_SIZE) {
        if (samples[0] >= geometry->cols || samples[1] >= geometry->rows)
            return false;
        size_t cell = (size_t)samples[1] * geometry->cols + samples[0];
        if (seen[cell]++)
            return false;
        decoder->cells[cell] = bytes_u16_le(samples + 2);
    }
    return true;
}

/* Whether bytes [NAMED_SIZE] look like a header of which a part is damaged. */
static bool nearly_header(const struct decoder *decoder, const uint8_t *bytes)
{
    size_t length = bytes_u16_le(bytes + SHORT_SIZE - 2), alike = 0;
    bool plausible = length % SAMPLE_SIZE == 0 && length <= SAMPLE_SIZE * cells_of(&decoder->setup);
    for (size_t i = 0; i < sizeof named; i++)
        alike += bytes[i] == named[i];
    return alike >= 3 || (plausible && (bytes[0] == 0xff || bytes[1] == 0));
}

/* Whether a packet may end before bytes [size]. 1: yes, 0: too early to say, -1: no, it runs on. */
static int may_end(const struct decoder *decoder, const uint8_t *bytes, size_t size)
{
    const struct geometry *geometry = &decoder->setup.info.geometry;
    if (size == 0 || header_size(bytes, size) >= 0)
        return 1;
    if (bytes[0] >= geometry->cols || (size > 1 && bytes[1] >= geometry->rows))
        return 1;
    return size < NAMED_SIZE ? 0 : nearly_header(decoder, bytes) ? 1 : -1;
}

/* Whether the packet [length] in bytes [size] is one. 1: yes, 0: too early to say, -1: no. */
static int packet_stands(const struct decoder *decoder, const uint8_t *bytes, size_t size,
                         size_t length)
{
    if (size < length)
        return 0;
    size_t after = size - length;
    bool header_follows = after > 0 && header_size(bytes + length, after) >= 0;
    if (header_follows)
        return 1;
    if (!decoder->in_sync && length < NAMED_SIZE + 2 * SAMPLE_SIZE)
        return after > 0 ? -1 : 0;
    if (!decoder->in_sync && after == 0)
        return 0;
    return may_end(decoder, bytes + length, after);
}

/* As a scan, for a packet with a header of `head` bytes. */
static ptrdiff_t samples_scan(struct decoder *decoder, const uint8_t *bytes, size_t size,
                              size_t head, const struct decoder_sink *sink)
{
    size_t length = bytes_u16_le(bytes + head - 2);
    if (length % SAMPLE_SIZE || length > SAMPLE_SIZE * cells_of(&decoder->setup)) {
        decoder->counters.bad_length++;
        return -1;
    }
    size_t samples = (size < head + length ? size - head : length) / SAMPLE_SIZE;
    if (!samples_read(decoder, bytes + head, samples)) {
        decoder->counters.bad_value++;
        return -1;
    }
    int stands = packet_stands(decoder, bytes, size, head + length);
    if (stands <= 0) {
        decoder->counters.bad_length += stands < 0;
        return stands;
    }
    decoder->form = head == SHORT_SIZE ? FORM_SHORT : FORM_NAMED;
    struct decoded_frame frame = {.has_sequence = false};
    decoder_frame(decoder, &frame, sink);
    return (ptrdiff_t)(head + length);
}

/* Expands runs of bytes [size] into the cells. True: they are exactly a frame. */
static bool runs_read(struct decoder *decoder, const uint8_t *bytes, size_t size)
{
    size_t cells = cells_of(&decoder->setup), cell = 0;
    for (size_t i = 0; i < size; i++) {
        size_t zeros = bytes[i] ? 0 : i + 1 < size ? bytes[++i] : 0;
        if (cell + (zeros ? zeros : 1) > cells || (bytes[i] == 0 && zeros == 0))
            return false;
        if (zeros)
            memset(decoder->cells + cell, 0, zeros * sizeof *decoder->cells);
        else
            decoder->cells[cell] = bytes[i];
        cell += zeros ? zeros : 1;
    }
    return cell == cells;
}

/* Where the last bytes of [size] begin to be exactly a frame, the FF before it being damaged; size:
 * nowhere. */
static size_t runs_suffix(const struct decoder *decoder, const uint8_t *bytes, size_t size)
{
    size_t cells = cells_of(&decoder->setup), after_one = 0, after_two = 0;
    for (size_t i = size; i-- > 0;) {
        size_t here = bytes[i] ? 1 + after_one : i + 1 < size ? bytes[i + 1] + after_two : 0;
        if (here == cells) /* a run of one zero reads the same without its 00 */
            return i > 0 && bytes[i - 1] == 0 && bytes[i] == 1 ? i - 1 : i;
        after_two = after_one;
        after_one = here;
    }
    return size;
}

static void runs_give(struct decoder *decoder, const struct decoder_sink *sink)
{
    if (decoder->form == 0) {
        decoder->form = FORM_RUNS;
        mat_setup_scale(&decoder->setup, UINT8_MAX - 1);
        struct mat_info info = decoder->setup.info;
        decoder_info(decoder, &info, sink);
    }
    struct decoded_frame frame = {.has_sequence = false};
    decoder_frame(decoder, &frame, sink);
}

/* As a scan, for FF and the runs up to the next FF. */
static ptrdiff_t runs_scan(struct decoder *decoder, const uint8_t *bytes, size_t size,
                           const struct decoder_sink *sink)
{
    const uint8_t *end = size > 1 ? memchr(bytes + 1, 0xff, size - 1) : NULL;
    if (!end)
        return size < packet_size(&decoder->setup) ? 0 : -1;
    size_t length = (size_t)(end - bytes), from = 1;
    if (!runs_read(decoder, bytes + 1, length - 1)) {
        decoder->counters.bad_length += decoder->form == FORM_RUNS;
        from = decoder->form == FORM_RUNS ? runs_suffix(decoder, bytes, length) : length;
        if (from == length || !runs_read(decoder, bytes + from, length - from))
            return -(ptrdiff_t)length;
        decoder->skipped = true;
    }
    runs_give(decoder, sink);
    return (ptrdiff_t)length;
}

static ptrdiff_t form_scan(struct decoder *decoder, const uint8_t *bytes, size_t size,
                           const struct decoder_sink *sink)
{
    ptrdiff_t head = decoder->form == FORM_RUNS ? -1 : header_size(bytes, size);
    ptrdiff_t step = head > 0 ? samples_scan(decoder, bytes, size, (size_t)head, sink) : head;
    if (step >= 0 || bytes[0] != 0xff || (decoder->form != FORM_RUNS && decoder->form != 0))
        return step;
    return runs_scan(decoder, bytes, size, sink);
}

static ptrdiff_t scan(struct decoder *decoder, const uint8_t *bytes, size_t size,
                      const struct decoder_sink *sink)
{
    if (decoder->setup.variant && decoder->form == 0)
        decoder->form = decoder->setup.variant;
    ptrdiff_t step = form_scan(decoder, bytes, size, sink);
    if (step >= 0)
        decoder->misfits = step > 0 ? 0 : decoder->misfits;
    else if (++decoder->misfits > MISFITS_MAX)
        decoder->form = 0;
    return step;
}

static size_t encode_runs(const struct decoded_frame *frame, uint8_t *bytes)
{
    size_t cells = (size_t)frame->rows * frame->cols, used = 0;
    for (size_t i = 0; i < cells;) {
        size_t zeros = 0;
        while (i + zeros < cells && zeros < 254 && frame->cells[i + zeros] == 0)
            zeros++;
        if (zeros > 0) {
            bytes[used++] = 0;
            bytes[used++] = (uint8_t)zeros;
            i += zeros;
        } else {
            uint16_t value = frame->cells[i++];
            bytes[used++] = (uint8_t)(value > 254 ? 254 : value);
        }
    }
    bytes[used++] = 0xff;
    return used;
}

static size_t encode(const struct mat_setup *setup, const struct decoded_frame *frame,
                     uint8_t *bytes, size_t size)
{
    if (size < packet_size(setup) || cells_of(setup) != (size_t)frame->rows * frame->cols)
        return 0;
    if (setup->variant == FORM_RUNS)
        return encode_runs(frame, bytes);
    size_t head = setup->variant == FORM_NAMED ? NAMED_SIZE : SHORT_SIZE, used = head;
    for (unsigned y = 0; y < frame->rows; y++)
        for (unsigned x = 0; x < frame->cols; x++) {
            uint16_t value = frame->cells[y * frame->cols + x];
            if (value == 0)
                continue;
            bytes[used] = (uint8_t)x;
            bytes[used + 1] = (uint8_t)y;
            bytes_put_u16_le(bytes + used + 2, value);
            used += SAMPLE_SIZE;
        }
    memcpy(bytes, head == NAMED_SIZE ? named : (const uint8_t[]){0xff, 0}, head - 2);
    bytes_put_u16_le(bytes + head - 2, (unsigned)(used - head));
    return used;
}

static size_t say(const struct mat_setup *setup, enum host_word word, uint8_t *bytes)
{
    if (word != HOST_START || setup->variant == FORM_RUNS)
        return 0;
    bytes[0] = 'S';
    bytes[1] = '\n';
    return 2;
}

const struct protocol protocol_sensitronics = {
    .name = "sensitronics",
    .text = "Sensitronics active points and tutorial boards: Dividat Flex v6",
    .variants = "short named runs",
    .baud = 115200,
    .proof = 3,
    .usual = {.info = {.geometry = {24, 24, 20, 20, 0, 1, 0, VALUE_12_BIT},
                       .device = "Sensitronics"}},
    .say = say,
    .packet_size = packet_size,
    .scan = scan,
    .encode = encode,
};
