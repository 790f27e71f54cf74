#include "packing.h"

#include <libdeflate.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define LEVEL 1
#define STREAM_MORE                                                                                \
    64 /* a zlib stream of what cannot be compressed is longer by less than this                   \
        */

struct packing {
    size_t numbers;
    struct libdeflate_compressor *compressor;
    struct libdeflate_decompressor *decompressor;
    unsigned char *shuffled, *deflated;
};

static size_t bytes_of(size_t numbers)
{
    return numbers * sizeof(uint16_t);
}

size_t packing_numbers(const struct packing *packing)
{
    return packing->numbers;
}

size_t packing_bound(size_t numbers)
{
    return bytes_of(numbers) + bytes_of(numbers) / 1024 + STREAM_MORE;
}

struct packing *packing_create(size_t numbers)
{
    struct packing *packing = calloc(1, sizeof *packing);
    if (!packing)
        return NULL;
    packing->numbers = numbers;
    packing->compressor = libdeflate_alloc_compressor(LEVEL);
    packing->decompressor = libdeflate_alloc_decompressor();
    packing->shuffled = malloc(bytes_of(numbers));
    packing->deflated = malloc(bytes_of(numbers));
    if (packing->compressor && packing->decompressor && packing->shuffled && packing->deflated)
        return packing;
    packing_destroy(packing);
    return NULL;
}

static void shuffle(unsigned char *restrict bytes, const uint16_t *restrict numbers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        bytes[i] = (unsigned char)numbers[i];
    for (size_t i = 0; i < count; i++)
        bytes[count + i] = (unsigned char)(numbers[i] >> 8);
}

static void unshuffle(uint16_t *restrict numbers, const unsigned char *restrict bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        numbers[i] = (uint16_t)(bytes[i] | bytes[count + i] << 8);
}

void packing_pack(struct packing *packing, const uint16_t *numbers, struct packed *packed)
{
    size_t bytes = bytes_of(packing->numbers);
    shuffle(packing->shuffled, numbers, packing->numbers);
    size_t size = libdeflate_zlib_compress(packing->compressor, packing->shuffled, bytes,
                                           packing->deflated, bytes);
    *packed = size ? (struct packed){packing->deflated, size, 0}
                   : (struct packed){packing->shuffled, bytes, PACKING_NOT_DEFLATED};
}

static int inflate_exactly(struct packing *packing, const struct packed *packed, void *bytes)
{
    return libdeflate_zlib_decompress(packing->decompressor, packed->bytes, packed->size, bytes,
                                      bytes_of(packing->numbers), NULL) == LIBDEFLATE_SUCCESS
               ? 0
               : -1;
}

int packing_unpack(struct packing *packing, const struct packed *packed, uint16_t *numbers)
{
    bool shuffled = !(packed->mask & PACKING_NOT_SHUFFLED);
    const unsigned char *bytes = packed->bytes;
    if (!(packed->mask & PACKING_NOT_DEFLATED)) {
        bytes = packing->shuffled;
        if (inflate_exactly(packing, packed, packing->shuffled) < 0)
            return -1;
    } else if (packed->size != bytes_of(packing->numbers)) {
        return -1;
    }
    if (shuffled)
        unshuffle(numbers, bytes, packing->numbers);
    else
        memcpy(numbers, bytes, bytes_of(packing->numbers));
    return 0;
}

uint32_t packing_crc32(uint32_t crc, const void *bytes, size_t size)
{
    return libdeflate_crc32(crc, bytes, size);
}

void packing_destroy(struct packing *packing)
{
    if (!packing)
        return;
    libdeflate_free_compressor(packing->compressor);
    libdeflate_free_decompressor(packing->decompressor);
    free(packing->shuffled);
    free(packing->deflated);
    free(packing);
}
