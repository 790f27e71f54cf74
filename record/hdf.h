/**
 * @file hdf.h
 * What every file of this room needs from HDF5: groups, datasets and attributes made the netCDF-4
 * way (dimension scales, creation order tracked, no time stamps), and the reason of a failed call.
 * Functions return an HDF5 id or a negative number; hdf_failure() tells why. Any thread, one at a
 * time for one file.
 */
#ifndef ROLLSCOPE_RECORD_HDF_H
#define ROLLSCOPE_RECORD_HDF_H

#include "mat/mat.h"

#include <hdf5.h>
#include <stddef.h>

/** A one-dimensional dataset, or pressure. */
struct hdf_dataset {
    const char *name;
    hid_t type;
    int rank;         /**< 0 .. 3 */
    hsize_t sizes[3]; /**< at creation */
    hsize_t chunk[3]; /**< all 0: contiguous; otherwise the first dimension is unlimited */
    int deflate;      /**< 0: none; otherwise shuffle, then this gzip level */
    hsize_t cache;    /**< bytes of chunk cache; 0: a small one */
    const void *fill; /**< fill value of that type, or NULL */
};

/** Silences HDF5 on this thread and forgets the last error; call before what may fail. The first
 *  call keeps HDF5 from cleaning up at exit: whoever opens closes. */
void hdf_begin(void);

/** The system's error number behind the last failed call; 0 when it was not the system. */
int hdf_errno(void);

/** Fills in a failure from the last failed HDF5 call: "WHAT: reason". @return its status */
int hdf_failure(struct failure *failure, const char *what);

/** Puts "PATH: " before a failure's text. @return its status */
int failure_at(struct failure *failure, const char *path);

/** File access properties: v1.10 format, locks where the file system has them. */
hid_t hdf_access(void);

/** Creates over an existing file. */
hid_t hdf_file_create(const char *path);

/** HDF5 would write on when it closes a file after a failed write: from now on into nothing, so
 * that the file stays as a kill would leave it, with all that was committed.
 *  @param descriptor HDF5's own */
void hdf_divert(int descriptor);

/** Creates a group. */
hid_t hdf_group_create(hid_t parent, const char *name);

/** Creates a dataset. */
hid_t hdf_dataset_create(hid_t parent, const struct hdf_dataset *spec);

/** Writes rows [first, first + count) of a dataset, growing it where needed. */
int hdf_write_rows(hid_t dataset, hid_t type, hsize_t first, hsize_t count, const void *rows);

/** The sizes of a dataset of `rank` dimensions. @return 0, or negative for another rank */
int hdf_shape(hid_t dataset, int rank, hsize_t *sizes);

/** H5T_INTEGER or H5T_FLOAT when a dataset holds such numbers of at most 8 bytes, H5T_NO_CLASS
 *  otherwise. @param bytes set to the size of one; NULL is allowed */
H5T_class_t hdf_number_class(hid_t dataset, size_t *bytes);

/** Reads rows [first, first + count). */
int hdf_read_rows(hid_t dataset, hid_t type, hsize_t first, hsize_t count, void *rows);

/** A fixed-length UTF-8 text of `size` bytes; to be closed with H5Tclose(). */
hid_t hdf_text_type(size_t size);

/** Writes an attribute, replacing the value of an existing one. */
int hdf_write_text(hid_t object, const char *name, const char *text);
int hdf_write_double(hid_t object, const char *name, double value);
int hdf_write_integer(hid_t object, const char *name, hid_t type, int64_t value);

/** Reads an attribute, fixed or variable text; cut at size - 1. @return 1, 0 when there is no such
 *  attribute or it is no text, negative when it cannot be read */
int hdf_read_text(hid_t object, const char *name, char *text, size_t size);

/** Reads the first element of a numeric attribute. @return as hdf_read_text() */
int hdf_read_double(hid_t object, const char *name, double *value);

/** Opens a member of a group when it is there, is of this file and is a dataset.
 *  @return an id, or negative with the reason in failure */
hid_t hdf_open_dataset(hid_t group, const char *name, struct failure *failure);

/** Opens a member when it is a group. @return an id, 0 when there is none, or negative */
hid_t hdf_open_group(hid_t group, const char *name);

#endif
