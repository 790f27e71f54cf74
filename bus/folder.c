#include "bus.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEFAULT_NAME "main"

static int name_check(const char *name, struct failure *failure)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789-_.";
    if (name[strspn(name, letters)] || name[0] == '.')
        return failure_set(failure, STATUS_ARGUMENT,
                           "bus '%s': a name has letters, digits, '-', '_' and '.' only", name);
    return STATUS_OK;
}

static int folder_make(const char *folder, struct failure *failure)
{
    if (mkdir(folder, 0700) && errno != EEXIST)
        return failure_system(failure, errno, "bus %s: cannot be made", folder);
    struct stat about;
    if (lstat(folder, &about))
        return failure_system(failure, errno, "bus %s", folder);
    if (!S_ISDIR(about.st_mode))
        return failure_set(failure, STATUS_ARGUMENT, "bus %s: is not a folder", folder);
    if (about.st_uid != geteuid())
        return failure_set(failure, STATUS_ARGUMENT, "bus %s: belongs to another user", folder);
    if (about.st_mode & (S_IWGRP | S_IWOTH))
        return failure_set(failure, STATUS_ARGUMENT, "bus %s: others may write there", folder);
    return STATUS_OK;
}

/* The parent of named buses. */
static int names_folder(char *folder, size_t size, struct failure *failure)
{
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    int length = runtime && *runtime
                     ? snprintf(folder, size, "%s/rollscope", runtime)
                     : snprintf(folder, size, "/tmp/rollscope-%u", (unsigned)geteuid());
    if (length < 0 || (size_t)length >= size)
        return failure_set(failure, STATUS_ARGUMENT,
                           "XDG_RUNTIME_DIR is too long for a socket: give a bus folder");
    return folder_make(folder, failure);
}

static int folder_of(char folder[BUS_FOLDER_SIZE], const char *bus, struct failure *failure)
{
    if (strchr(bus, '/')) {
        int length = snprintf(folder, BUS_FOLDER_SIZE, "%s", bus);
        return length < BUS_FOLDER_SIZE
                   ? STATUS_OK
                   : failure_set(failure, STATUS_ARGUMENT,
                                 "bus %s: longer than %d bytes, too long for a socket", bus,
                                 BUS_FOLDER_SIZE - 1);
    }
    int status = name_check(bus, failure);
    char parent[BUS_FOLDER_SIZE];
    if (!status)
        status = names_folder(parent, sizeof parent, failure);
    if (status)
        return status;
    int length = snprintf(folder, BUS_FOLDER_SIZE, "%s/%s", parent, bus);
    if (length < 0 || length >= BUS_FOLDER_SIZE)
        return failure_set(failure, STATUS_ARGUMENT, "bus '%s': too long for a socket", bus);
    return STATUS_OK;
}

int bus_folder(char folder[BUS_FOLDER_SIZE], const char *bus, struct failure *failure)
{
    int status = folder_of(folder, bus && *bus ? bus : DEFAULT_NAME, failure);
    return status ? status : folder_make(folder, failure);
}
