#include "replacement.h"

#include "file_lock.h"
#include "mat/mat.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define COPY_SUFFIX ".new"
#define COPY_BYTES  ((size_t)64 << 20)

static int remove_left_over(const char *copy, struct failure *failure)
{
    if (access(copy, F_OK) < 0)
        return STATUS_OK;
    int lock = file_lock_take(copy, failure);
    if (lock < 0)
        return lock;
    close(lock);
    return unlink(copy) < 0 ? failure_system(failure, errno, "%s: cannot be removed", copy)
                            : STATUS_OK;
}

int replacement_begin(struct replacement *replacement, const char *path, struct failure *failure)
{
    *replacement = (struct replacement){.path = path};
    replacement->lock = file_lock_take(path, failure);
    if (replacement->lock < 0)
        return replacement->lock;
    char *copy = replacement->copy;
    if (snprintf(copy, sizeof replacement->copy, "%s" COPY_SUFFIX, path) >= PATH_MAX) {
        *copy = '\0';
        return failure_system(failure, ENAMETOOLONG, "%s", path);
    }
    int status = remove_left_over(copy, failure);
    if (status < 0)
        *copy = '\0';
    return status;
}

static int copy_bytes(int from, int to)
{
    struct stat file;
    if (fstat(from, &file) < 0)
        return -1;
    off64_t at = 0;
    while (at < file.st_size) {
        ssize_t moved = copy_file_range(from, &at, to, NULL, COPY_BYTES, 0);
        if (moved < 0 && errno == EINTR)
            continue;
        if (moved <= 0)
            return -1;
    }
    return 0;
}

int replacement_copy(const struct replacement *replacement, struct failure *failure)
{
    int to = open(replacement->copy, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    if (to < 0)
        return failure_system(failure, errno, "%s", replacement->copy);
    int status = STATUS_OK;
    if (copy_bytes(replacement->lock, to) < 0)
        status = failure_system(failure, errno, "%s: cannot be copied to %s", replacement->path,
                                replacement->copy);
    if (close(to) < 0 && status == STATUS_OK)
        status = failure_system(failure, errno, "%s", replacement->copy);
    return status;
}

static int sync_file(const char *path)
{
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return -1;
    int result = fsync(descriptor);
    int error = errno;
    close(descriptor);
    errno = error;
    return result;
}

int replacement_commit(struct replacement *replacement, struct failure *failure)
{
    struct stat original;
    const char *copy = replacement->copy;
    if (fstat(replacement->lock, &original) < 0 || chmod(copy, original.st_mode & 07777) < 0 ||
        sync_file(copy) < 0)
        return failure_system(failure, errno, "%s", copy);
    if (rename(copy, replacement->path) < 0)
        return failure_system(failure, errno, "%s: cannot take the place of %s", copy,
                              replacement->path);
    replacement->copy[0] = '\0';
    return STATUS_OK;
}

void replacement_end(struct replacement *replacement)
{
    if (replacement->copy[0])
        unlink(replacement->copy);
    if (replacement->lock >= 0)
        close(replacement->lock);
}
