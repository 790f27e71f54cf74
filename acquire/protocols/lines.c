#include "lines.h"

#include <stdio.h>
#include <string.h>

enum { FORM_FRAMES = 1, FORM_ROWS, FORM_ROWS_PARTED };
enum { NUMBER_SIZE = 8 /* five digits, a separator, some blanks */ };

size_t lines_size(const struct mat_setup *setup)
{
    return (size_t)NUMBER_SIZE * geometry_cells(&setup->info.geometry) +
           2u * setup->info.geometry.rows + 2;
}

static bool is_separator(uint8_t byte)
{
    return byte == ',' || byte == ';' || byte == ' ' || byte == '\t' || byte == '\r';
}

/* Reads the numbers of a line [size] into cells [most]. Returns how many; -1: it holds others. */
static ptrdiff_t numbers_read(const uint8_t *line, size_t size, uint16_t *cells, size_t most)
{
    size_t count = 0;
    for (size_t i = 0; i < size;) {
        if (is_separator(line[i])) {
            i++;
            continue;
        }
        unsigned long value = 0;
        size_t begin = i;
        for (; i < size && line[i] >= '0' && line[i] <= '9'; i++)
            value = value > UINT16_MAX ? value : 10 * value + (unsigned)(line[i] - '0');
        if (i == begin || value > UINT16_MAX || count == most ||
            (i < size && !is_separator(line[i])))
            return -1;
        cells[count++] = (uint16_t)value;
    }
    return (ptrdiff_t)count;
}

/* Length of the line with its end; 0: it is not whole yet. */
static size_t line_length(const uint8_t *bytes, size_t size)
{
    const uint8_t *end = memchr(bytes, '\n', size);
    return end ? (size_t)(end - bytes) + 1 : 0;
}

static ptrdiff_t frame_give(struct decoder *decoder, size_t length, const struct decoder_sink *sink)
{
    struct decoded_frame frame = {.has_sequence = false};
    decoder_frame(decoder, &frame, sink);
    return (ptrdiff_t)length;
}

static ptrdiff_t refuse(struct decoder *decoder, size_t length)
{
    decoder->counters.bad_value++;
    return -(ptrdiff_t)length;
}

/* As a scan, where the first line [first] holds a row. */
static ptrdiff_t rows_scan(struct decoder *decoder, const uint8_t *bytes, size_t size, size_t first,
                           const struct decoder_sink *sink)
{
    const struct geometry *geometry = &decoder->setup.info.geometry;
    size_t at = 0;
    for (unsigned row = 0; row < geometry->rows; row++) {
        size_t length = line_length(bytes + at, size - at);
        if (length == 0)
            return 0;
        if (numbers_read(bytes + at, length - 1, decoder->cells + row * geometry->cols,
                         geometry->cols) != geometry->cols)
            return refuse(decoder, row > 0 ? at : first);
        at += length;
    }
    if (decoder->form != FORM_ROWS_PARTED)
        decoder->form = FORM_ROWS;
    else if (at == size)
        return 0;
    else if (bytes[at] != '\n' && bytes[at] != '\r')
        return refuse(decoder, first);
    return frame_give(decoder, at, sink);
}

ptrdiff_t lines_scan(struct decoder *decoder, const uint8_t *bytes, size_t size,
                     const struct decoder_sink *sink)
{
    const struct geometry *geometry = &decoder->setup.info.geometry;
    size_t length = line_length(bytes, size), cells = geometry_cells(geometry);
    if (length == 0)
        return size < lines_size(&decoder->setup) ? 0 : -(ptrdiff_t)size;
    ptrdiff_t count = numbers_read(bytes, length - 1, decoder->cells, cells);
    if (count == 0 && decoder->form == FORM_ROWS && decoder->in_sync)
        decoder->form = FORM_ROWS_PARTED;
    if (count == 0)
        return (ptrdiff_t)length;
    if ((size_t)count == cells && geometry->rows > 1 && count > 0) {
        decoder->form = FORM_FRAMES;
        return frame_give(decoder, length, sink);
    }
    if (count != geometry->cols || decoder->form == FORM_FRAMES)
        return refuse(decoder, length);
    return rows_scan(decoder, bytes, size, length, sink);
}

size_t lines_encode(const struct decoded_frame *frame, bool by_rows, uint8_t *bytes, size_t size)
{
    size_t cells = (size_t)frame->rows * frame->cols, used = 0;
    if (size < NUMBER_SIZE * cells + 2u * frame->rows + 2)
        return 0;
    for (size_t i = 0; i < cells; i++) {
        bool ends = i + 1 == cells || (by_rows && (i + 1) % frame->cols == 0);
        used += (size_t)snprintf((char *)bytes + used, size - used, "%u%c", frame->cells[i],
                                 ends      ? '\n'
                                 : by_rows ? ' '
                                           : ',');
    }
    if (by_rows)
        bytes[used++] = '\n';
    return used;
}
