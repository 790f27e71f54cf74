#include "disk.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

struct disk_sync {
    int descriptor;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    uint64_t asked, done; /* requests */
    int error;
    bool over;
};

uint64_t disk_room(int descriptor)
{
    struct statvfs disk;
    struct rlimit limit;
    struct stat file;
    uint64_t room = UINT64_MAX;
    if (fstatvfs(descriptor, &disk) == 0)
        room = (uint64_t)disk.f_bavail * disk.f_frsize;
    if (getrlimit(RLIMIT_FSIZE, &limit) < 0 || limit.rlim_cur == RLIM_INFINITY ||
        fstat(descriptor, &file) < 0)
        return room;
    uint64_t below = (uint64_t)file.st_size < limit.rlim_cur
                         ? (uint64_t)limit.rlim_cur - (uint64_t)file.st_size
                         : 0;
    return below < room ? below : room;
}

static void *sync_run(void *argument)
{
    struct disk_sync *sync = argument;
    pthread_mutex_lock(&sync->mutex);
    while (!sync->over || sync->done < sync->asked) {
        if (sync->done == sync->asked) {
            pthread_cond_wait(&sync->changed, &sync->mutex);
            continue;
        }
        uint64_t asked = sync->asked;
        pthread_mutex_unlock(&sync->mutex);
        int error = fdatasync(sync->descriptor) < 0 ? errno : 0;
        pthread_mutex_lock(&sync->mutex);
        sync->error = sync->error ? sync->error : error;
        sync->done = asked;
        pthread_cond_broadcast(&sync->changed);
    }
    pthread_mutex_unlock(&sync->mutex);
    return NULL;
}

/* Signals are for the other threads. */
static int sync_start(struct disk_sync *sync)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&sync->thread, NULL, sync_run, sync);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return error ? -1 : 0;
}

struct disk_sync *disk_sync_create(int descriptor)
{
    struct disk_sync *sync = calloc(1, sizeof *sync);
    if (!sync)
        return NULL;
    sync->descriptor = descriptor;
    pthread_mutex_init(&sync->mutex, NULL);
    pthread_cond_init(&sync->changed, NULL);
    if (sync_start(sync) == 0)
        return sync;
    free(sync);
    return NULL;
}

void disk_sync_request(struct disk_sync *sync)
{
    pthread_mutex_lock(&sync->mutex);
    sync->asked++;
    pthread_cond_broadcast(&sync->changed);
    pthread_mutex_unlock(&sync->mutex);
}

int disk_sync_wait(struct disk_sync *sync)
{
    pthread_mutex_lock(&sync->mutex);
    while (sync->done < sync->asked)
        pthread_cond_wait(&sync->changed, &sync->mutex);
    int error = sync->error;
    pthread_mutex_unlock(&sync->mutex);
    return error;
}

int disk_sync_error(struct disk_sync *sync)
{
    pthread_mutex_lock(&sync->mutex);
    int error = sync->error;
    pthread_mutex_unlock(&sync->mutex);
    return error;
}

bool disk_sync_is_done(struct disk_sync *sync)
{
    pthread_mutex_lock(&sync->mutex);
    bool done = sync->done == sync->asked;
    pthread_mutex_unlock(&sync->mutex);
    return done;
}

void disk_sync_destroy(struct disk_sync *sync)
{
    if (!sync)
        return;
    pthread_mutex_lock(&sync->mutex);
    sync->over = true;
    pthread_cond_broadcast(&sync->changed);
    pthread_mutex_unlock(&sync->mutex);
    pthread_join(sync->thread, NULL);
    pthread_cond_destroy(&sync->changed);
    pthread_mutex_destroy(&sync->mutex);
    free(sync);
}
