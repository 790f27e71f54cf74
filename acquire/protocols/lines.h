/**
 * @file lines.h
 * Frames as lines of decimal numbers, for the protocols that send text. Inside acquire/ only.
 *
 * A line holds a frame, or a row; numbers are parted by commas, semicolons, blanks or tabs. Where
 * rows are lines, an empty line ends a frame; a mat that sends none is taken to begin with row 0.
 */
#ifndef ROLLSCOPE_ACQUIRE_PROTOCOLS_LINES_H
#define ROLLSCOPE_ACQUIRE_PROTOCOLS_LINES_H

#include "../decoder.h"

/** Size in bytes of the longest frame as text. */
size_t lines_size(const struct mat_setup *setup);

/** As struct protocol's scan. */
ptrdiff_t lines_scan(struct decoder *decoder, const uint8_t *bytes, size_t size,
                     const struct decoder_sink *sink);

/** As struct protocol's encode. @param by_rows a row a line and an empty line after the last */
size_t lines_encode(const struct decoded_frame *frame, bool by_rows, uint8_t *bytes, size_t size);

#endif
