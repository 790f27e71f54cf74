/**
 * @file maps.h
 * The group `maps` of a place of the file: what every cell carried, apart, over y and x of the
 * root. One thread at a time.
 */
#ifndef ROLLSCOPE_RECORD_MAPS_H
#define ROLLSCOPE_RECORD_MAPS_H

#include "hdf.h"
#include "record.h"

/** Its open datasets; 0: none. */
struct map_log {
    hid_t maps[SESSION_MAP_COUNT], duration, checksum;
    size_t cells;
};

/** Creates the group, all zero.
 *  @param root of the file, with y and x @param place the group that holds it; stays the caller's
 *  @return negative when HDF5 fails, see hdf_failure() */
int map_log_create(struct map_log *log, hid_t root, hid_t place);

/** Replaces what is there. @return negative when HDF5 fails */
int map_log_write(const struct map_log *log, const struct session_maps *maps);

/** May be called twice. */
void map_log_close(struct map_log *log);

/** Reads the group. @param whole a wrong checksum is refused; otherwise there are no maps then
 *  @return 1, 0 when there is none or nothing in it, or negative */
int maps_read(hid_t place, const struct geometry *geometry, bool whole, struct session_maps *maps,
              struct failure *failure);

#endif
