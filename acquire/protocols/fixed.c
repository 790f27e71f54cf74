#include "fixed.h"

#include "../bytes.h"

#include <string.h>

enum { FORM_IN_STEP = 1 };

static size_t cell_size(const struct wire_format *format)
{
    return format->cell == WIRE_U8 ? 1 : 2;
}

static size_t size_of(const struct wire_format *format, size_t cells)
{
    return format->head_size + format->before + cells * cell_size(format) + format->after +
           format->tail_size;
}

size_t fixed_size(const struct wire_format *format, const struct mat_setup *setup)
{
    return size_of(format, geometry_cells(&setup->info.geometry));
}

/* 1: the bytes [size] have a packet's marks, -1: they have not, 0: too early to say. */
static int marks_match(const struct wire_format *format, const uint8_t *bytes, size_t size,
                       size_t length)
{
    size_t head = size < format->head_size ? size : format->head_size;
    if (memcmp(bytes, format->head, head) != 0)
        return -1;
    size_t tail_at = length - format->tail_size;
    size_t tail = size <= tail_at ? 0 : size < length ? size - tail_at : format->tail_size;
    if (memcmp(bytes + (tail ? tail_at : 0), tail ? format->tail : format->head, tail) != 0)
        return -1;
    return size >= (format->tail_size ? length : format->head_size);
}

/* Whether half of a head is there, the rest being damaged. */
static bool nearly_head(const struct wire_format *format, const uint8_t *bytes)
{
    size_t alike = 0;
    for (size_t i = 0; i < format->head_size; i++)
        alike += bytes[i] == format->head[i];
    return 2 * alike >= format->head_size;
}

/* Whether the packet [length] is whole. A packet without a tail ends where the next one begins, or,
 * if the next one's head is damaged, where the one after the next does. As marks_match. */
static int packet_match(const struct decoder *decoder, const struct wire_format *format,
                        const uint8_t *bytes, size_t size, size_t length)
{
    int match = marks_match(format, bytes, size, length);
    if (match <= 0 || format->tail_size)
        return match;
    bool in_step = decoder->form == FORM_IN_STEP;
    if (size <= length)
        return size == length && in_step;
    int next = marks_match(format, bytes + length, size - length, length);
    if (next > 0 || !in_step)
        return next;
    if (next == 0)
        return 1;
    if (size < 2 * length + format->head_size)
        return 0;
    bool both = nearly_head(format, bytes + length) && nearly_head(format, bytes + 2 * length);
    return both ? 1 : marks_match(format, bytes + 2 * length, size - 2 * length, length);
}

static void cells_read(struct decoder *decoder, const struct wire_format *format,
                       const uint8_t *bytes)
{
    size_t count = geometry_cells(&decoder->setup.info.geometry);
    bytes += format->head_size + format->before;
    for (size_t i = 0; i < count; i++)
        decoder->cells[i] = format->cell == WIRE_U8       ? bytes[i]
                            : format->cell == WIRE_U16_LE ? bytes_u16_le(bytes + 2 * i)
                                                          : bytes_u16_be(bytes + 2 * i);
}

/* How many bytes lie before the next place where a packet [length] may begin: at a head, or where
 * one must begin that ends with the next tail. */
static size_t next_begin(const struct wire_format *format, const uint8_t *bytes, size_t size,
                         size_t length)
{
    const uint8_t *mark = format->head_size ? format->head : format->tail;
    size_t mark_size = format->head_size ? format->head_size : format->tail_size;
    const uint8_t *found = memmem(bytes + 1, size - 1, mark, mark_size);
    if (!found)
        return size > mark_size && format->head_size ? size - mark_size + 1 : 1;
    size_t at = (size_t)(found - bytes);
    if (format->head_size)
        return at;
    return at + mark_size > length ? at + mark_size - length : at + mark_size;
}

/* Out of step, or in step and damaged. As a scan. */
static ptrdiff_t mismatch_scan(struct decoder *decoder, const struct wire_format *format,
                               const uint8_t *bytes, size_t size, size_t length)
{
    if (decoder->form == FORM_IN_STEP) {
        int next = size <= length ? 0 : marks_match(format, bytes + length, size - length, length);
        if (next == 0)
            return 0;
        decoder->counters.bad_value++;
        decoder->form = next > 0 ? FORM_IN_STEP : 0;
        return next > 0 ? -(ptrdiff_t)length : -1;
    }
    return -(ptrdiff_t)next_begin(format, bytes, size, length);
}

ptrdiff_t fixed_scan(struct decoder *decoder, const struct wire_format *format,
                     const uint8_t *bytes, size_t size, const struct decoder_sink *sink)
{
    size_t length = fixed_size(format, &decoder->setup);
    int match = packet_match(decoder, format, bytes, size, length);
    if (match == 0)
        return 0;
    if (match < 0)
        return mismatch_scan(decoder, format, bytes, size, length);
    decoder->form = FORM_IN_STEP;
    cells_read(decoder, format, bytes);
    struct decoded_frame frame = {.has_sequence = false};
    decoder_frame(decoder, &frame, sink);
    return (ptrdiff_t)length;
}

size_t fixed_encode(const struct wire_format *format, const struct decoded_frame *frame,
                    uint8_t *bytes, size_t size)
{
    size_t cells = (size_t)frame->rows * frame->cols, length = size_of(format, cells);
    if (size < length)
        return 0;
    memset(bytes, 0, length);
    memcpy(bytes, format->head, format->head_size);
    memcpy(bytes + length - format->tail_size, format->tail, format->tail_size);
    uint8_t *out = bytes + format->head_size + format->before;
    for (size_t i = 0; i < cells; i++)
        if (format->cell == WIRE_U8)
            out[i] = (uint8_t)(frame->cells[i] > 255 ? 255 : frame->cells[i]);
        else if (format->cell == WIRE_U16_LE)
            bytes_put_u16_le(out + 2 * i, frame->cells[i]);
        else
            bytes_put_u16_be(out + 2 * i, frame->cells[i]);
    return length;
}
