#include "chunk_store.h"

#include <stdbool.h>
#include <stdlib.h>

static bool is_filter(hid_t creation, unsigned place, H5Z_filter_t wanted)
{
    size_t values = 0;
    unsigned flags;
    return H5Pget_filter2(creation, place, &flags, &values, NULL, 0, NULL, NULL) == wanted;
}

/* @return frames in a chunk, 0 when it is not stored as a recorder of ours does */
static size_t usual_chunk(hid_t dataset, size_t *numbers)
{
    hsize_t chunk[3] = {0, 0, 0}, sizes[3];
    hid_t creation = H5Dget_create_plist(dataset), type = H5Dget_type(dataset);
    bool usual = H5Tequal(type, H5T_STD_U16LE) > 0 && H5Pget_layout(creation) == H5D_CHUNKED &&
                 H5Pget_chunk(creation, 3, chunk) == 3 && hdf_shape(dataset, 3, sizes) == 0 &&
                 chunk[1] == sizes[1] && chunk[2] == sizes[2] && H5Pget_nfilters(creation) == 2 &&
                 is_filter(creation, 0, H5Z_FILTER_SHUFFLE) &&
                 is_filter(creation, 1, H5Z_FILTER_DEFLATE);
    H5Tclose(type);
    H5Pclose(creation);
    *numbers = (size_t)(chunk[0] * chunk[1] * chunk[2]);
    return usual ? (size_t)chunk[0] : 0;
}

int chunk_store_open(struct chunk_store *store, hid_t dataset)
{
    size_t numbers;
    *store = (struct chunk_store){.dataset = dataset, .frames = usual_chunk(dataset, &numbers)};
    if (!store->frames)
        return 0;
    store->bound = packing_bound(numbers);
    store->packing = packing_create(numbers);
    store->bytes = malloc(store->bound);
    return store->packing && store->bytes ? 0 : -1;
}

int chunk_store_read(struct chunk_store *store, uint64_t first, struct packed *packed)
{
    const hsize_t offset[3] = {first, 0, 0};
    hsize_t size = 0;
    if (!store->frames || first % store->frames)
        return -1;
    hdf_begin();
    if (H5Dget_chunk_storage_size(store->dataset, offset, &size) < 0 || size == 0 ||
        size > store->bound)
        return -1;
    *packed = (struct packed){.bytes = store->bytes, .size = (size_t)size};
    return H5Dread_chunk(store->dataset, H5P_DEFAULT, offset, &packed->mask, store->bytes) < 0 ? -1
                                                                                               : 0;
}

int chunk_store_unpack(struct chunk_store *store, uint64_t first, size_t count, uint16_t *counts)
{
    struct packed packed;
    size_t numbers = 0;
    if (!store->frames)
        return -1;
    numbers = packing_numbers(store->packing);
    for (size_t done = 0; done < count; done += store->frames, counts += numbers)
        if (chunk_store_read(store, first + done, &packed) < 0 ||
            packing_unpack(store->packing, &packed, counts) < 0)
            return -1;
    return 0;
}

void chunk_store_close(struct chunk_store *store)
{
    packing_destroy(store->packing);
    free(store->bytes);
    *store = (struct chunk_store){.dataset = 0};
}
