#include "hdf_apart.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* Where a busy machine gives no tenth of a processor for so long, nothing else works either. */
#define HANGING_S     60
#define HANGING_TIMES 10

static bool write_all(int descriptor, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t written = write(descriptor, bytes, size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        bytes += written;
        size -= (size_t)written;
    }
    return true;
}

static bool read_all(int descriptor, char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t got = read(descriptor, bytes, size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        bytes += got;
        size -= (size_t)got;
    }
    return true;
}

/* A child that uses no processor hangs: a sanitizer's lock may be held by a thread that is not
 * there any more. */
static void die_quietly(unsigned limit_s)
{
    static const int deaths[] = {SIGSEGV, SIGBUS,  SIGFPE,  SIGILL,
                                 SIGABRT, SIGXCPU, SIGPIPE, SIGALRM};
    const struct rlimit none = {0, 0}, enough = {limit_s, limit_s};
    sigset_t all;
    int silence = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (silence >= 0)
        dup2(silence, STDERR_FILENO);
    for (size_t i = 0; i < sizeof deaths / sizeof deaths[0]; i++)
        signal(deaths[i], SIG_DFL);
    sigfillset(&all);
    sigprocmask(SIG_UNBLOCK, &all, NULL);
    setrlimit(RLIMIT_CORE, &none);
    setrlimit(RLIMIT_CPU, &enough);
    alarm(HANGING_S + HANGING_TIMES * limit_s);
}

int hdf_apart(int (*work)(void *context, void *answer, size_t size), void *context, void *answer,
              size_t size, unsigned limit_s)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        return -1;
    pid_t child = fork();
    if (child == 0) {
        die_quietly(limit_s);
        bool done = work(context, answer, size) >= 0 && write_all(ends[1], answer, size);
        _exit(done ? 0 : 1);
    }
    close(ends[1]);
    bool got = child > 0 && read_all(ends[0], answer, size);
    close(ends[0]);
    while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR)
        continue;
    return got ? 0 : -1;
}
