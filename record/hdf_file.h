/**
 * @file hdf_file.h
 * Opens HDF5 files that may be anything: foreign, truncated, being written, left by a kill.
 */
#ifndef ROLLSCOPE_RECORD_HDF_FILE_H
#define ROLLSCOPE_RECORD_HDF_FILE_H

#include "hdf.h"

#include <stdbool.h>

/** What the superblock says without opening the file. */
struct hdf_probe {
    uint64_t size;      /**< of the file, bytes */
    uint64_t stored;    /**< the size that the file believes it has; 0: not known */
    bool open_to_write; /**< being written, or left by a kill */
    bool readers;       /**< its writer lets others read (SWMR) */
    bool checksummed;   /**< HDF5 proves its own structures when it reads them */
};

/** Looks at a file. @return STATUS_OK; STATUS_NOT_FOUND, STATUS_FORMAT, STATUS_SYSTEM */
int hdf_probe(const char *path, struct hdf_probe *probe, struct failure *failure);

/** Opens for reading, whatever state it is in. @return an id, or negative with the reason */
hid_t hdf_file_open(const char *path, struct failure *failure);

/** Checks that a dataset's values lie in this file, in chunks of bearable size, behind filters that
 *  are at hand. @return STATUS_OK or negative */
int hdf_check_storage(hid_t dataset, const char *name, struct failure *failure);

#endif
