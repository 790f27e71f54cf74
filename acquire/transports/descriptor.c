#include "transports.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#define PTY_MAJOR  136 /* Linux: UNIX98_PTY_SLAVE_MAJOR and the seven after it */
#define PTY_MAJORS 8

int64_t clock_now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_BOOTTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int descriptor_wait(int descriptor, short events, int timeout_ms)
{
    struct pollfd waited = {.fd = descriptor, .events = events};
    int ready = poll(&waited, 1, timeout_ms < 0 ? 0 : timeout_ms);
    if (ready <= 0)
        return ready < 0 && errno != EINTR ? -1 : 0;
    return waited.revents & events ? 1 : -1;
}

/* The process of a line of /proc/locks such as "1: FLOCK ADVISORY WRITE 4711 00:1b:22 0 EOF", if
 * that is a lock on this file; 0: it is not. */
static int line_holder(char *line, const struct stat *file)
{
    char *rest = NULL, *fields[6] = {NULL};
    fields[0] = strtok_r(line, " ", &rest);
    for (size_t i = 1; i < 6 && fields[i - 1]; i++)
        fields[i] = strtok_r(NULL, " ", &rest);
    if (!fields[5] || strcmp(fields[1], "FLOCK") != 0)
        return 0;
    char *at = fields[5];
    unsigned long major_number = strtoul(at, &at, 16);
    unsigned long minor_number = strtoul(at + (*at == ':'), &at, 16);
    unsigned long long inode = strtoull(at + (*at == ':'), &at, 10);
    bool same = inode == file->st_ino &&
                makedev((unsigned)major_number, (unsigned)minor_number) == file->st_dev;
    return same ? (int)strtol(fields[4], NULL, 10) : 0;
}

/* The process that holds a flock on the descriptor's file; 0: unknown. */
static int lock_holder(int descriptor)
{
    struct stat status;
    FILE *locks = fstat(descriptor, &status) ? NULL : fopen("/proc/locks", "re");
    if (!locks)
        return 0;
    char line[256];
    int holder = 0;
    while (!holder && fgets(line, sizeof line, locks))
        holder = line_holder(line, &status);
    fclose(locks);
    return holder;
}

static int busy(int descriptor, const char *name, struct failure *failure)
{
    int holder = lock_holder(descriptor);
    if (holder <= 0)
        return failure_set(failure, STATUS_BUSY, "%s is in use by another program", name);
    char path[64], command[64] = "";
    snprintf(path, sizeof path, "/proc/%d/comm", holder);
    FILE *comm = fopen(path, "re");
    if (comm) {
        if (fgets(command, sizeof command, comm))
            command[strcspn(command, "\n")] = 0;
        fclose(comm);
    }
    return failure_set(failure, STATUS_BUSY, "%s is in use by process %d (%s)", name, holder,
                       *command ? command : "unknown");
}

static bool is_pseudo_terminal(int descriptor)
{
    struct stat status;
    return fstat(descriptor, &status) == 0 && S_ISCHR(status.st_mode) &&
           major(status.st_rdev) >= PTY_MAJOR && major(status.st_rdev) < PTY_MAJOR + PTY_MAJORS;
}

int descriptor_claim(int descriptor, const char *name, struct failure *failure)
{
    if (flock(descriptor, LOCK_EX | LOCK_NB))
        return errno == EWOULDBLOCK ? busy(descriptor, name, failure)
                                    : failure_system(failure, errno, "%s cannot be locked", name);
    /* On a pseudo-terminal it would outlive us as long as the other program keeps it open, and shut
     * out whoever comes after a crash: there, and where it is not known, the lock has to do. */
    if (!is_pseudo_terminal(descriptor) && ioctl(descriptor, TIOCEXCL) && errno == EBUSY)
        return busy(descriptor, name, failure);
    return STATUS_OK;
}
