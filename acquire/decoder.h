/**
 * @file decoder.h
 * What the protocols' scan functions work on. Inside acquire/ only.
 */
#ifndef ROLLSCOPE_ACQUIRE_DECODER_H
#define ROLLSCOPE_ACQUIRE_DECODER_H

#include "acquire.h"

/** A decoder: a window of undecided bytes, in front of which the protocol's scan walks. */
struct decoder {
    const struct protocol *protocol;
    struct mat_setup setup; /**< what the address said, then what the mat said */
    struct decoder_counters counters;
    bool in_sync;     /**< the byte before the ones given to scan ended a good packet */
    bool skipped;     /**< bytes were skipped since the frame before */
    unsigned width;   /**< sensingtex: bytes a sample, 0 while unknown */
    unsigned misfits; /**< sensingtex: packets in a row that the width does not fit */
    uint16_t *cells;  /**< [cell_capacity] scratch for scan */
    size_t cell_capacity;
    uint8_t *scratch; /**< [packet_size] for scan */
    uint8_t *window;  /**< [capacity], the first `size` are waiting */
    size_t size, capacity;
};

/** Gives a frame of the decoder's cells and the setup's grid to the sink and counts it. The caller
 *  sets sequence and clock. */
void decoder_frame(struct decoder *decoder, struct decoded_frame *frame,
                   const struct decoder_sink *sink);

/** Takes over what the mat said of itself, gives it to the sink and counts it. */
void decoder_info(struct decoder *decoder, const struct mat_info *info,
                  const struct decoder_sink *sink);

#endif
