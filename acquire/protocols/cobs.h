/**
 * @file cobs.h
 * Consistent Overhead Byte Stuffing (Cheshire, Baker: IEEE/ACM Transactions on Networking 7(2),
 * 1999): bytes without a zero, at most one byte in 254 longer. Inside acquire/ only.
 */
#ifndef ROLLSCOPE_ACQUIRE_COBS_H
#define ROLLSCOPE_ACQUIRE_COBS_H

#include <stddef.h>
#include <stdint.h>

/** The most bytes that `size` bytes become, without the closing zero. */
static inline size_t cobs_size(size_t size)
{
    return size + size / 254 + 1;
}

/** Decodes bytes [size], which hold no zero, to out [size]; out may be bytes.
 *  @return the number of bytes, or -1 when the bytes end inside a block. */
ptrdiff_t cobs_decode(const uint8_t *bytes, size_t size, uint8_t *out);

#endif
