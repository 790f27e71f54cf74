#include "file_lock.h"

#include "record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define NAME_SIZE 32

void file_lock_share(int descriptor)
{
    flock(descriptor, LOCK_SH | LOCK_NB);
}

/* @return a process, 0 when there is none, -1 when the system does not tell */
static long holder_of(int descriptor)
{
    char line[256], key[64];
    struct stat file;
    FILE *locks = fopen("/proc/locks", "re");
    long holder = locks ? 0 : -1;
    if (!locks || fstat(descriptor, &file) < 0)
        memset(&file, 0, sizeof file);
    snprintf(key, sizeof key, " %02x:%02x:%lu ", major(file.st_dev), minor(file.st_dev),
             (unsigned long)file.st_ino);
    while (locks && !holder && fgets(line, sizeof line, locks))
        if (!strstr(line, "->") && strstr(line, key) &&
            sscanf(line, "%*s FLOCK %*s %*s %ld", &holder) != 1)
            holder = 0;
    if (locks)
        fclose(locks);
    return holder;
}

static void name_of(long process, char name[NAME_SIZE])
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%ld/comm", process);
    FILE *file = fopen(path, "re");
    if (!file || !fgets(name, NAME_SIZE, file))
        strcpy(name, "?");
    name[strcspn(name, "\n")] = '\0';
    if (file)
        fclose(file);
}

static int refuse(int descriptor, const char *path, struct failure *failure)
{
    char name[NAME_SIZE];
    long holder = holder_of(descriptor);
    close(descriptor);
    if (holder <= 0)
        return failure_set(failure, STATUS_BUSY, "%s: is in use by another process", path);
    name_of(holder, name);
    return failure_set(failure, STATUS_BUSY, "%s: is in use by process %ld (%s)", path, holder,
                       name);
}

bool session_is_held(const char *path)
{
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0)
        return false;
    long holder = holder_of(descriptor);
    close(descriptor);
    return holder != 0;
}

int file_lock_take(const char *path, struct failure *failure)
{
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0)
        return failure_system(failure, errno, "%s", path);
    if (flock(descriptor, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK)
        return refuse(descriptor, path, failure);
    flock(descriptor, LOCK_SH | LOCK_NB);
    return descriptor;
}

int file_claim(const char *path, struct failure *failure)
{
    int descriptor = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
    if (descriptor < 0 && errno == EEXIST)
        return failure_set(failure, STATUS_BUSY, "%s: exists already; it is not overwritten", path);
    if (descriptor < 0)
        return failure_system(failure, errno, "%s: cannot be created", path);
    close(descriptor);
    return STATUS_OK;
}
