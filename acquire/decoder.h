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
    bool in_sync;       /**< the byte before the ones given to scan ended a good packet */
    bool skipped;       /**< bytes were skipped since the frame before */
    unsigned form;      /**< which of its forms the mat speaks, as the protocol numbers them; 0: not
                             known yet */
    unsigned misfits;   /**< how often in a row the form did not fit */
    size_t filled;      /**< of mats with several packets a frame: cells that are there */
    size_t last_length; /**< of the last frame\'s packet, where lengths vary */
    uint32_t sequence;  /**< of mats with short numbers: unwrapped */
    uint64_t device_us; /**< of mats with short clocks: unwrapped */
    uint16_t *cells;    /**< [cell_capacity] scratch for scan */
    size_t cell_capacity;
    uint8_t *scratch; /**< [packet_size] for scan */
    bool given;       /**< scan has given something to the sink */
    uint8_t *window;  /**< [capacity], of which [at, size) wait */
    size_t at, size, capacity;
};

/** Takes bytes [size] as far as there is room. @return how many. */
size_t decoder_take(struct decoder *decoder, const uint8_t *bytes, size_t size);

/** Goes on to the next thing found among the bytes taken. @return false: more bytes are needed. */
bool decoder_step(struct decoder *decoder, const struct decoder_sink *sink);

/** Gives a frame of the decoder's cells and the setup's grid to the sink and counts it. The caller
 *  sets sequence and clock. */
void decoder_frame(struct decoder *decoder, struct decoded_frame *frame,
                   const struct decoder_sink *sink);

/** Takes over what is now known of the mat and gives it to the sink. */
void decoder_info(struct decoder *decoder, const struct mat_info *info,
                  const struct decoder_sink *sink);

/** Sets full scale, in counts, and the scale that follows from it. */
void mat_setup_scale(struct mat_setup *setup, uint16_t full_scale);

#endif
