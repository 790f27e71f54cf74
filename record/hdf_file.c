#include "hdf_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SUPERBLOCK_BYTES 48
#define VERSION_AT       8
#define OFFSET_SIZE_AT   9
#define FLAGS_AT         11
#define END_OF_FILE_AT   28
#define FLAG_WRITE       0x01
#define FLAG_SWMR        0x04
#define READ_ATTEMPTS    23 /* HDF5 doubles its pause from 1 ns: 17 ms in all */
#define CHUNK_BYTES_MAX  ((hsize_t)256 << 20)
#define FILTER_NAME_SIZE 64

static const unsigned char signature[8] = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};

static void parse_superblock(const unsigned char *block, struct hdf_probe *probe)
{
    if (block[VERSION_AT] < 2 || block[VERSION_AT] > 3 || block[OFFSET_SIZE_AT] != 8)
        return;
    probe->checksummed = true;
    for (int i = 7; i >= 0; i--)
        probe->stored = probe->stored << 8 | block[END_OF_FILE_AT + i];
    probe->open_to_write = block[VERSION_AT] == 3 && block[FLAGS_AT] & FLAG_WRITE;
    probe->readers = block[VERSION_AT] == 3 && block[FLAGS_AT] & FLAG_SWMR;
}

int hdf_probe(const char *path, struct hdf_probe *probe, struct failure *failure)
{
    unsigned char block[SUPERBLOCK_BYTES] = {0};
    struct stat file;
    *probe = (struct hdf_probe){.size = 0};
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0)
        return failure_system(failure, errno, "cannot be opened");
    int error = fstat(descriptor, &file) < 0 ? errno : 0;
    if (!error && S_ISREG(file.st_mode) && pread(descriptor, block, sizeof block, 0) < 0)
        error = errno;
    close(descriptor);
    if (error)
        return failure_system(failure, error, "cannot be read");
    if (!S_ISREG(file.st_mode))
        return failure_set(failure, STATUS_FORMAT, "is no regular file");
    probe->size = (uint64_t)file.st_size;
    if (probe->size == 0)
        return failure_set(failure, STATUS_FORMAT, "is empty");
    if (memcmp(block, signature, sizeof signature) != 0)
        return H5Fis_hdf5(path) > 0 ? STATUS_OK
                                    : failure_set(failure, STATUS_FORMAT, "is no HDF5 file");
    parse_superblock(block, probe);
    if (!probe->readers && probe->stored > probe->size)
        return failure_set(failure, STATUS_FORMAT, "is truncated: %llu of %llu bytes",
                           (unsigned long long)probe->size, (unsigned long long)probe->stored);
    return STATUS_OK;
}

hid_t hdf_file_open(const char *path, struct failure *failure)
{
    struct hdf_probe probe;
    hdf_begin();
    int status = hdf_probe(path, &probe, failure);
    if (status < 0)
        return status;
    if (probe.open_to_write && !probe.readers)
        return failure_set(failure, STATUS_BUSY,
                           "is being written, or was left unfinished by a program that died");
    hid_t access = hdf_access();
    H5Pset_metadata_read_attempts(access, READ_ATTEMPTS);
    unsigned mode = H5F_ACC_RDONLY | (probe.readers ? H5F_ACC_SWMR_READ : 0);
    hid_t file = H5Fopen(path, mode, access);
    H5Pclose(access);
    if (file >= 0)
        return file;
    if (hdf_errno() == EAGAIN)
        return failure_set(failure, STATUS_BUSY, "is open for writing in another program");
    return hdf_failure(failure, "cannot be opened");
}

static int check_filters(hid_t creation, const char *name, struct failure *failure)
{
    int count = H5Pget_nfilters(creation);
    for (int i = 0; i < count; i++) {
        char filter_name[FILTER_NAME_SIZE] = "";
        size_t values = 0;
        unsigned flags, configuration;
        H5Z_filter_t filter = H5Pget_filter2(creation, (unsigned)i, &flags, &values, NULL,
                                             sizeof filter_name, filter_name, &configuration);
        filter_name[sizeof filter_name - 1] = '\0';
        if (filter < 0 || H5Zfilter_avail(filter) <= 0)
            return failure_set(failure, STATUS_UNSUPPORTED,
                               "%s is compressed by filter %d (%s), which is not installed", name,
                               filter, filter_name);
    }
    return STATUS_OK;
}

static int check_layout(hid_t creation, hid_t dataset, const char *name, struct failure *failure)
{
    hsize_t chunk[H5S_MAX_RANK];
    H5D_layout_t layout = H5Pget_layout(creation);
    if (layout == H5D_VIRTUAL || H5Pget_external_count(creation) > 0)
        return failure_set(failure, STATUS_UNSUPPORTED, "%s keeps its values in other files", name);
    if (layout != H5D_CHUNKED)
        return STATUS_OK;
    int rank = H5Pget_chunk(creation, H5S_MAX_RANK, chunk);
    hid_t type = H5Dget_type(dataset);
    hsize_t bytes = H5Tget_size(type);
    H5Tclose(type);
    for (int i = 0; i < rank && bytes <= CHUNK_BYTES_MAX; i++)
        bytes = chunk[i] > CHUNK_BYTES_MAX ? HSIZE_UNDEF : bytes * chunk[i];
    if (rank < 0 || bytes > CHUNK_BYTES_MAX)
        return failure_set(failure, STATUS_UNSUPPORTED, "%s has chunks above %llu MiB", name,
                           (unsigned long long)(CHUNK_BYTES_MAX >> 20));
    return STATUS_OK;
}

int hdf_check_storage(hid_t dataset, const char *name, struct failure *failure)
{
    hid_t creation = H5Dget_create_plist(dataset);
    if (creation < 0)
        return hdf_failure(failure, name);
    int status = check_layout(creation, dataset, name, failure);
    if (status == STATUS_OK)
        status = check_filters(creation, name, failure);
    H5Pclose(creation);
    return status;
}
