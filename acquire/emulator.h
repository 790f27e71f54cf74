/**
 * @file emulator.h
 * What the protocols' serve functions work on. Inside acquire/ only.
 */
#ifndef ROLLSCOPE_ACQUIRE_EMULATOR_H
#define ROLLSCOPE_ACQUIRE_EMULATOR_H

#include "acquire.h"

/** The longest thing that a host says in one piece, bytes. */
#define EMULATOR_HEARD_SIZE 256

/** A mat's side of the wire. */
struct emulator {
    const struct protocol *protocol;
    struct mat_setup setup;
    bool streaming;                     /**< sends every scan */
    unsigned asked;                     /**< scans that were asked for one by one */
    double rate_hz;                     /**< asked for by the host; 0: the mat's own */
    uint8_t heard[EMULATOR_HEARD_SIZE]; /**< [heard_size] from the host, not understood yet */
    size_t heard_size;
    uint8_t *output; /**< [output_capacity], the first output_size wait to be sent */
    size_t output_size, output_capacity;
};

/** Puts bytes into the output; drops them whole when there is no room. */
void emulator_send(struct emulator *emulator, const uint8_t *bytes, size_t size);

#endif
