#include "hdf.h"

#include "hdf_apart.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define ATTRIBUTE_BYTES_MAX ((hsize_t)1 << 20)
#define SMALL_CACHE         ((size_t)64 << 10)
#define SMALL_CACHE_SLOTS   31
#define LARGE_CACHE_SLOTS   521

static _Thread_local struct {
    int system_error;
    char text[160];
} last;

static herr_t remember_innermost(unsigned depth, const H5E_error2_t *error, void *unused)
{
    (void)unused;
    const char *number = error->desc ? strstr(error->desc, "errno = ") : NULL;
    if (number && !last.system_error)
        last.system_error = atoi(number + strlen("errno = "));
    if (depth == 0 && error->desc)
        snprintf(last.text, sizeof last.text, "%s", error->desc);
    return 0;
}

static herr_t remember(hid_t stack, void *unused)
{
    (void)unused;
    if (!last.text[0])
        H5Ewalk2(stack, H5E_WALK_UPWARD, remember_innermost, NULL);
    return 0;
}

/* What a failed write left open would make HDF5 crash at exit. */
static void leave_exit_alone(void)
{
    H5dont_atexit();
}

void hdf_begin(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, leave_exit_alone);
    memset(&last, 0, sizeof last);
    H5Eset_auto2(H5E_DEFAULT, remember, NULL);
}

int hdf_errno(void)
{
    return last.system_error;
}

int hdf_failure(struct failure *failure, const char *what)
{
    if (last.system_error)
        return failure_system(failure, last.system_error, "%s", what);
    const char *reason = last.text[0] ? last.text : "HDF5 gives no reason";
    return failure_set(failure, STATUS_FORMAT, "%s: %s", what, reason);
}

int failure_at(struct failure *failure, const char *path)
{
    char text[FAILURE_TEXT_SIZE];
    memcpy(text, failure->text, sizeof text);
    return failure_set(failure, failure->status, "%s: %s", path, text);
}

hid_t hdf_access(void)
{
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110);
    H5Pset_file_locking(access, true, true);
    H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
    return access;
}

static const unsigned in_order = H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED;

hid_t hdf_file_create(const char *path)
{
    hid_t access = hdf_access();
    hid_t creation = H5Pcreate(H5P_FILE_CREATE);
    H5Pset_link_creation_order(creation, in_order);
    H5Pset_attr_creation_order(creation, in_order);
    H5Pset_obj_track_times(creation, false);
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, creation, access);
    H5Pclose(creation);
    H5Pclose(access);
    return file;
}

hid_t hdf_group_create(hid_t parent, const char *name)
{
    hid_t creation = H5Pcreate(H5P_GROUP_CREATE);
    H5Pset_link_creation_order(creation, in_order);
    H5Pset_attr_creation_order(creation, in_order);
    H5Pset_obj_track_times(creation, false);
    hid_t group = H5Gcreate2(parent, name, H5P_DEFAULT, creation, H5P_DEFAULT);
    H5Pclose(creation);
    return group;
}

static hid_t creation_of(const struct hdf_dataset *spec)
{
    hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_attr_creation_order(creation, in_order);
    H5Pset_obj_track_times(creation, false);
    if (spec->chunk[0])
        H5Pset_chunk(creation, spec->rank, spec->chunk);
    if (spec->fill)
        H5Pset_fill_value(creation, spec->type, spec->fill);
    if (spec->deflate) {
        H5Pset_shuffle(creation);
        H5Pset_deflate(creation, (unsigned)spec->deflate);
    }
    return creation;
}

hid_t hdf_dataset_create(hid_t parent, const struct hdf_dataset *spec)
{
    hsize_t most[3] = {spec->sizes[0], spec->sizes[1], spec->sizes[2]};
    if (spec->chunk[0])
        most[0] = H5S_UNLIMITED;
    hid_t space =
        spec->rank ? H5Screate_simple(spec->rank, spec->sizes, most) : H5Screate(H5S_SCALAR);
    hid_t creation = creation_of(spec);
    hid_t access = H5Pcreate(H5P_DATASET_ACCESS);
    if (spec->chunk[0])
        H5Pset_chunk_cache(access, spec->cache ? LARGE_CACHE_SLOTS : SMALL_CACHE_SLOTS,
                           spec->cache ? spec->cache : SMALL_CACHE, 1.0);
    hid_t dataset =
        H5Dcreate2(parent, spec->name, spec->type, space, H5P_DEFAULT, creation, access);
    H5Pclose(access);
    H5Pclose(creation);
    H5Sclose(space);
    return dataset;
}

static int select_rows(hid_t space, hsize_t first, hsize_t count, hid_t *memory)
{
    hsize_t sizes[3], start[3] = {first, 0, 0};
    int rank = H5Sget_simple_extent_ndims(space);
    if (rank < 1 || rank > 3 || H5Sget_simple_extent_dims(space, sizes, NULL) < 0)
        return -1;
    sizes[0] = count;
    *memory = H5Screate_simple(rank, sizes, NULL);
    return H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, sizes, NULL);
}

int hdf_shape(hid_t dataset, int rank, hsize_t *sizes)
{
    hid_t space = H5Dget_space(dataset);
    if (space < 0)
        return -1;
    int result = H5Sget_simple_extent_ndims(space) == rank
                     ? H5Sget_simple_extent_dims(space, sizes, NULL)
                     : -1;
    H5Sclose(space);
    return result < 0 ? -1 : 0;
}

static H5T_class_t number_class(hid_t type, size_t *bytes)
{
    H5T_class_t class = H5Tget_class(type);
    size_t size = H5Tget_size(type);
    if (bytes)
        *bytes = size;
    bool number = (class == H5T_INTEGER || class == H5T_FLOAT) && size <= sizeof(double);
    return number ? class : H5T_NO_CLASS;
}

H5T_class_t hdf_number_class(hid_t dataset, size_t *bytes)
{
    hid_t type = H5Dget_type(dataset);
    H5T_class_t class = number_class(type, bytes);
    H5Tclose(type);
    return class;
}

static int grow(hid_t dataset, hsize_t length)
{
    hsize_t sizes[3];
    if (hdf_shape(dataset, 1, sizes) < 0 && hdf_shape(dataset, 2, sizes) < 0 &&
        hdf_shape(dataset, 3, sizes) < 0)
        return -1;
    if (sizes[0] >= length)
        return 0;
    sizes[0] = length;
    return H5Dset_extent(dataset, sizes);
}

int hdf_write_rows(hid_t dataset, hid_t type, hsize_t first, hsize_t count, const void *rows)
{
    if (grow(dataset, first + count) < 0)
        return -1;
    hid_t memory = H5I_INVALID_HID, space = H5Dget_space(dataset);
    int result = select_rows(space, first, count, &memory);
    if (result >= 0)
        result = H5Dwrite(dataset, type, memory, space, H5P_DEFAULT, rows);
    if (memory >= 0)
        H5Sclose(memory);
    H5Sclose(space);
    return result;
}

int hdf_read_rows(hid_t dataset, hid_t type, hsize_t first, hsize_t count, void *rows)
{
    hid_t memory = H5I_INVALID_HID, space = H5Dget_space(dataset);
    int result = select_rows(space, first, count, &memory);
    if (result >= 0)
        result = H5Dread(dataset, type, memory, space, H5P_DEFAULT, rows);
    if (memory >= 0)
        H5Sclose(memory);
    H5Sclose(space);
    return result;
}

hid_t hdf_text_type(size_t size)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, size);
    H5Tset_cset(type, H5T_CSET_UTF8);
    return type;
}

static int write_attribute(hid_t object, const char *name, hid_t type, hid_t memory,
                           const void *value)
{
    hid_t attribute;
    if (H5Aexists(object, name) > 0) {
        attribute = H5Aopen(object, name, H5P_DEFAULT);
    } else {
        hid_t space = H5Screate(H5S_SCALAR);
        attribute = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
        H5Sclose(space);
    }
    if (attribute < 0)
        return -1;
    int result = H5Awrite(attribute, memory, value);
    H5Aclose(attribute);
    return result;
}

int hdf_write_text(hid_t object, const char *name, const char *text)
{
    if (H5Aexists(object, name) > 0 && H5Adelete(object, name) < 0)
        return -1;
    size_t length = strlen(text);
    hid_t type = hdf_text_type(length ? length : 1);
    int result = write_attribute(object, name, type, type, text);
    H5Tclose(type);
    return result;
}

int hdf_write_double(hid_t object, const char *name, double value)
{
    return write_attribute(object, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, &value);
}

int hdf_write_integer(hid_t object, const char *name, hid_t type, int64_t value)
{
    hid_t memory = H5Tget_sign(type) == H5T_SGN_NONE ? H5T_NATIVE_UINT64 : H5T_NATIVE_INT64;
    return write_attribute(object, name, type, memory, &value);
}

static int read_fixed(hid_t attribute, hid_t type, char *text, size_t size)
{
    size_t stored = H5Tget_size(type);
    if (stored == 0 || stored > ATTRIBUTE_BYTES_MAX)
        return -1;
    char *buffer = calloc(1, stored + 1);
    if (!buffer)
        return -1;
    int result = H5Aread(attribute, type, buffer);
    if (result >= 0)
        snprintf(text, size, "%s", buffer);
    free(buffer);
    return result < 0 ? -1 : 1;
}

static int read_variable(void *attribute, void *text, size_t size)
{
    const hid_t id = *(const hid_t *)attribute;
    char *value = NULL;
    hid_t stored = H5Aget_type(id);
    hid_t memory = hdf_text_type(H5T_VARIABLE);
    H5Tset_cset(memory, H5Tget_cset(stored));
    int result = H5Aread(id, memory, &value);
    if (result >= 0)
        snprintf(text, size, "%s", value ? value : "");
    H5free_memory(value);
    H5Tclose(memory);
    H5Tclose(stored);
    return result;
}

int hdf_read_text(hid_t object, const char *name, char *text, size_t size)
{
    if (H5Aexists(object, name) <= 0)
        return 0;
    hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
    if (attribute < 0)
        return -1;
    hid_t type = H5Aget_type(attribute);
    hid_t space = H5Aget_space(attribute);
    int result = 0;
    if (H5Tget_class(type) == H5T_STRING && H5Sget_simple_extent_npoints(space) == 1)
        result = H5Tis_variable_str(type) <= 0 ? read_fixed(attribute, type, text, size)
                 : hdf_apart(read_variable, &attribute, text, size, HDF_APART_S) < 0 ? -1
                                                                                     : 1;
    H5Sclose(space);
    H5Tclose(type);
    H5Aclose(attribute);
    return result;
}

static int read_number(hid_t attribute, double *value)
{
    hid_t type = H5Aget_type(attribute);
    hid_t space = H5Aget_space(attribute);
    int result = 0;
    if (number_class(type, NULL) != H5T_NO_CLASS && H5Sget_simple_extent_npoints(space) == 1)
        result = H5Aread(attribute, H5T_NATIVE_DOUBLE, value) < 0 ? -1 : 1;
    H5Sclose(space);
    H5Tclose(type);
    return result;
}

int hdf_read_double(hid_t object, const char *name, double *value)
{
    if (H5Aexists(object, name) <= 0)
        return 0;
    hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
    if (attribute < 0)
        return -1;
    int result = read_number(attribute, value);
    H5Aclose(attribute);
    return result;
}

static int is_here(hid_t group, const char *name)
{
    H5L_info_t link;
    if (H5Lexists(group, name, H5P_DEFAULT) <= 0)
        return 0;
    return H5Lget_info(group, name, &link, H5P_DEFAULT) >= 0 && link.type == H5L_TYPE_HARD;
}

hid_t hdf_open_dataset(hid_t group, const char *name, struct failure *failure)
{
    if (!is_here(group, name))
        return failure_set(failure, STATUS_FORMAT, "has no variable '%s'", name);
    hdf_begin();
    hid_t object = H5Oopen(group, name, H5P_DEFAULT);
    if (object < 0)
        return hdf_failure(failure, name);
    if (H5Iget_type(object) == H5I_DATASET)
        return object;
    H5Oclose(object);
    return failure_set(failure, STATUS_FORMAT, "'%s' is no variable", name);
}

hid_t hdf_open_group(hid_t group, const char *name)
{
    if (!is_here(group, name))
        return 0;
    hid_t object = H5Oopen(group, name, H5P_DEFAULT);
    if (object >= 0 && H5Iget_type(object) != H5I_GROUP) {
        H5Oclose(object);
        return 0;
    }
    return object;
}

void hdf_divert(int descriptor)
{
    int nowhere = memfd_create("rollscope", MFD_CLOEXEC);
    if (nowhere < 0)
        return;
    dup3(nowhere, descriptor, O_CLOEXEC);
    close(nowhere);
}
