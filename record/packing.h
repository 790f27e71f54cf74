/**
 * @file packing.h
 * Chunks of u2 numbers as HDF5's filters shuffle and deflate leave them in the file, made and taken
 * apart by libdeflate: the same bytes to every reader, in a third of the time. One thread at a time
 * for one object.
 */
#ifndef ROLLSCOPE_RECORD_PACKING_H
#define ROLLSCOPE_RECORD_PACKING_H

#include <stddef.h>
#include <stdint.h>

/** Bits of a chunk's filter mask: filters that were left out, by their place in the pipeline. */
#define PACKING_NOT_SHUFFLED 1U
#define PACKING_NOT_DEFLATED 2U

struct packing;

/** A chunk as it is stored. */
struct packed {
    const void *bytes;
    size_t size;
    uint32_t mask; /**< PACKING_NOT_... */
};

/** @param numbers in a chunk. @return NULL when out of memory */
struct packing *packing_create(size_t numbers);

/** Packs a chunk: shuffle, then deflate, which is left out where it does not pay.
 *  @param packed its bytes are valid until the next call */
void packing_pack(struct packing *packing, const uint16_t *numbers, struct packed *packed);

/** Unpacks a chunk. Any bytes are safe. @param numbers [as created] @return 0, or -1 when it holds
 *  no chunk of this size */
int packing_unpack(struct packing *packing, const struct packed *packed, uint16_t *numbers);

/** Numbers in a chunk. */
size_t packing_numbers(const struct packing *packing);

/** The most bytes that a chunk of so many numbers takes. */
size_t packing_bound(size_t numbers);

/** CRC-32 (IEEE 802.3) of bytes after others. @param crc 0 to begin with */
uint32_t packing_crc32(uint32_t crc, const void *bytes, size_t size);

/** NULL is allowed. */
void packing_destroy(struct packing *packing);

#endif
