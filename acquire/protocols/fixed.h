/**
 * @file fixed.h
 * Packets of one length between marks: what several protocols have in common. Inside acquire/ only.
 *
 * A mark is no proof: the same bytes occur among the cells. Packets that follow each other in step
 * are believed; one whose own mark is damaged is skipped by its length, so that the packets around
 * it are kept; out of step, marks are looked for.
 */
#ifndef ROLLSCOPE_ACQUIRE_PROTOCOLS_FIXED_H
#define ROLLSCOPE_ACQUIRE_PROTOCOLS_FIXED_H

#include "../decoder.h"

/** Size of a packet, bytes. */
size_t fixed_size(const struct wire_format *format, const struct mat_setup *setup);

/** As struct protocol's scan. */
ptrdiff_t fixed_scan(struct decoder *decoder, const struct wire_format *format,
                     const uint8_t *bytes, size_t size, const struct decoder_sink *sink);

/** As struct protocol's encode. */
size_t fixed_encode(const struct wire_format *format, const struct decoded_frame *frame,
                    uint8_t *bytes, size_t size);

#endif
