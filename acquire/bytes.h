/**
 * @file bytes.h
 * Numbers in byte streams. Inside acquire/ only.
 */
#ifndef ROLLSCOPE_ACQUIRE_BYTES_H
#define ROLLSCOPE_ACQUIRE_BYTES_H

#include <stdint.h>

static inline uint16_t bytes_u16_le(const uint8_t *bytes)
{
    return (uint16_t)(bytes[0] | bytes[1] << 8);
}

static inline uint16_t bytes_u16_be(const uint8_t *bytes)
{
    return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static inline uint32_t bytes_u32_le(const uint8_t *bytes)
{
    return bytes_u16_le(bytes) | (uint32_t)bytes_u16_le(bytes + 2) << 16;
}

static inline uint64_t bytes_u64_le(const uint8_t *bytes)
{
    return bytes_u32_le(bytes) | (uint64_t)bytes_u32_le(bytes + 4) << 32;
}

static inline void bytes_put_u16_le(uint8_t *bytes, unsigned value)
{
    bytes[0] = (uint8_t)value;
    bytes[1] = (uint8_t)(value >> 8);
}

static inline void bytes_put_u16_be(uint8_t *bytes, unsigned value)
{
    bytes[0] = (uint8_t)(value >> 8);
    bytes[1] = (uint8_t)value;
}

static inline void bytes_put_u32_le(uint8_t *bytes, uint32_t value)
{
    bytes_put_u16_le(bytes, value & 0xffff);
    bytes_put_u16_le(bytes + 2, value >> 16);
}

static inline void bytes_put_u64_le(uint8_t *bytes, uint64_t value)
{
    bytes_put_u32_le(bytes, (uint32_t)value);
    bytes_put_u32_le(bytes + 4, (uint32_t)(value >> 32));
}

#endif
