/**
 * @file sensel.h
 * The numbers of the Sensel Morph's protocol, for its two sides. Inside acquire/ only.
 */
#ifndef ROLLSCOPE_ACQUIRE_PROTOCOLS_SENSEL_H
#define ROLLSCOPE_ACQUIRE_PROTOCOLS_SENSEL_H

#include "../acquire.h"

/** First byte of a packet. */
enum sensel_kind {
    SENSEL_READ = 0x81,     /**< host: reg, size (0: variable) */
    SENSEL_FIXED = 0x01,    /**< mat: reg, size, data, sum; host: a write, the same */
    SENSEL_VARIABLE = 0x03, /**< mat: reg, 00, size u16 LE, data, sum */
    SENSEL_ACK = 0x05       /**< mat: reg */
};

enum sensel_register {
    SENSEL_MAGIC = 0x00,
    SENSEL_METADATA = 0x1c,
    SENSEL_DETAIL = 0x23,
    SENSEL_CONTENT = 0x24,
    SENSEL_SCAN = 0x25,
    SENSEL_FRAME = 0x26,
    SENSEL_CONTACTS_MASK = 0x4b
};

enum sensel_content {
    SENSEL_PRESSURE = 1,
    SENSEL_LABELS = 2,
    SENSEL_CONTACTS = 4,
    SENSEL_ACCELERATION = 8
};

enum {
    SENSEL_FIXED_HEAD = 3,    /**< kind, reg, size */
    SENSEL_VARIABLE_HEAD = 5, /**< kind, reg, 00, size */
    SENSEL_FRAME_HEAD = 6,    /**< mask, counter, time */
    SENSEL_METADATA_SIZE = 6,
    SENSEL_VALUE_MAX = 0x3fff /**< 14 bits */
};

/** Low byte of the sum of bytes [size]. */
static inline uint8_t sensel_sum(const uint8_t *bytes, size_t size)
{
    unsigned sum = 0;
    for (size_t i = 0; i < size; i++)
        sum += bytes[i];
    return (uint8_t)sum;
}

/** The mat's side; see struct protocol. */
size_t sensel_encode(const struct mat_setup *setup, const struct decoded_frame *frame,
                     uint8_t *bytes, size_t size);
size_t sensel_serve(struct emulator *emulator, const uint8_t *bytes, size_t size);

#endif
