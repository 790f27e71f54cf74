/**
 * @file chunk_store.h
 * The chunks of `pressure` as they lie in the file, where they are u2 counts in whole frames behind
 * shuffle and deflate: read packed, to be copied as they are, or unpacked without HDF5's filters.
 * One thread at a time.
 */
#ifndef ROLLSCOPE_RECORD_CHUNK_STORE_H
#define ROLLSCOPE_RECORD_CHUNK_STORE_H

#include "hdf.h"
#include "packing.h"

struct chunk_store {
    hid_t dataset; /**< the caller's */
    size_t frames; /**< in a chunk; 0: stored in another way, nothing can be read here */
    struct packing *packing;
    void *bytes; /**< a packed chunk */
    size_t bound;
};

/** Looks at how a dataset of rank 3 is stored. chunk_store_close() always.
 *  @return 0, or -1 when out of memory */
int chunk_store_open(struct chunk_store *store, hid_t dataset);

/** Reads a chunk packed. @param first its first frame. @param packed its bytes are valid until the
 *  next call. @return 0, or -1 when it cannot be read so */
int chunk_store_read(struct chunk_store *store, uint64_t first, struct packed *packed);

/** Reads frames [first, first + count), first being the first of a chunk.
 *  @param counts with room for whole chunks. @return as chunk_store_read() */
int chunk_store_unpack(struct chunk_store *store, uint64_t first, size_t count, uint16_t *counts);

void chunk_store_close(struct chunk_store *store);

#endif
