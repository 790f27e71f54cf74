#include "workers.h"

#include "say.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TICK_NS     200000000
#define AHEAD       4 /* items begun beyond the next one to be printed, per process */
#define COPY_SIZE   65536
#define EXIT_WORKER 1

/* Shared with the workers. */
struct slot {
    struct worker_share share;
    struct failure failure;
};

struct item {
    pid_t process;             /* 0: not running */
    int outputs[WORK_STREAMS]; /* -1: none */
    bool finished;
};

struct pool {
    const struct work *work;
    struct slot *slots; /* [work->count] */
    struct item *items; /* [work->count] */
    size_t begun, printed, running, failed;
};

static int outputs_create(struct item *item, const struct work *work)
{
    for (size_t i = 0; i < WORK_STREAMS; i++)
        item->outputs[i] = -1;
    for (size_t i = 0; i < WORK_STREAMS; i++) {
        if (work->streams[i])
            item->outputs[i] = memfd_create("rollscope", MFD_CLOEXEC);
        if (work->streams[i] && item->outputs[i] < 0)
            return STATUS_SYSTEM;
    }
    return STATUS_OK;
}

static int work_and_close(const struct pool *pool, size_t index)
{
    const struct work *work = pool->work;
    struct slot *slot = &pool->slots[index];
    FILE *streams[WORK_STREAMS] = {NULL};
    int status = STATUS_OK;
    for (size_t i = 0; i < WORK_STREAMS; i++) {
        int output = pool->items[index].outputs[i];
        streams[i] = output < 0 ? NULL : fdopen(output, "w");
        if (output >= 0 && !streams[i])
            return STATUS_MEMORY;
    }
    status = work->run(work->context, index, streams, &slot->share, &slot->failure);
    for (size_t i = 0; i < WORK_STREAMS; i++)
        if (streams[i] && fclose(streams[i]) != 0 && status >= 0)
            status = failure_system(&slot->failure, errno, "%s", work->names[index]);
    return status;
}

static _Noreturn void work_on(const struct pool *pool, size_t index)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    _exit(work_and_close(pool, index) < 0 ? EXIT_WORKER : 0);
}

static int begin(struct pool *pool, size_t index)
{
    struct item *item = &pool->items[index];
    struct failure *failure = &pool->slots[index].failure;
    if (outputs_create(item, pool->work))
        return failure_system(failure, errno, "%s", pool->work->names[index]);
    item->process = fork();
    if (item->process == 0)
        work_on(pool, index);
    if (item->process > 0)
        return STATUS_OK;
    item->process = 0;
    return failure_system(failure, errno, "%s", pool->work->names[index]);
}

static void begin_more(struct pool *pool)
{
    const struct work *work = pool->work;
    while (pool->begun < work->count && pool->running < work->jobs &&
           pool->begun < pool->printed + AHEAD * work->jobs) {
        if (begin(pool, pool->begun) == STATUS_OK)
            pool->running++;
        else
            pool->items[pool->begun].finished = true;
        pool->begun++;
    }
}

static void copy_output(int output, FILE *stream)
{
    static char bytes[COPY_SIZE];
    ssize_t count;
    lseek(output, 0, SEEK_SET);
    while ((count = read(output, bytes, sizeof bytes)) > 0)
        fwrite(bytes, 1, (size_t)count, stream);
    fflush(stream);
}

/* Prints the items that are finished and whose turn it is. */
static void print_finished(struct pool *pool)
{
    while (pool->printed < pool->work->count && pool->items[pool->printed].finished) {
        struct item *item = &pool->items[pool->printed];
        const struct failure *failure = &pool->slots[pool->printed].failure;
        progress_hide();
        for (size_t i = 0; i < WORK_STREAMS; i++) {
            if (item->outputs[i] < 0)
                continue;
            if (!failure->status)
                copy_output(item->outputs[i], pool->work->streams[i]);
            close(item->outputs[i]);
        }
        if (failure->status) {
            say_failure(failure);
            pool->failed++;
        }
        pool->printed++;
    }
}

static void note_end(struct pool *pool, pid_t process, int state)
{
    for (size_t i = pool->printed; i < pool->begun; i++) {
        struct item *item = &pool->items[i];
        if (item->process != process)
            continue;
        struct failure *failure = &pool->slots[i].failure;
        const char *name = pool->work->names[i];
        pool->slots[i].share.done = 1;
        item->process = 0;
        item->finished = true;
        pool->running--;
        if (WIFSIGNALED(state))
            failure_set(failure, STATUS_SYSTEM, "%s: its worker died: %s", name,
                        strsignal(WTERMSIG(state)));
        else if (WEXITSTATUS(state) != 0 && !failure->status)
            failure_set(failure, STATUS_SYSTEM, "%s: its worker failed", name);
        return;
    }
}

static void wait_a_tick(struct pool *pool, const sigset_t *child)
{
    struct timespec tick = {.tv_nsec = TICK_NS};
    sigtimedwait(child, NULL, &tick);
    int state;
    pid_t process;
    while ((process = waitpid(-1, &state, WNOHANG)) > 0)
        note_end(pool, process, state);
    double done = 0, all = 0;
    for (size_t i = 0; i < pool->work->count; i++) {
        done += pool->slots[i].share.done * pool->work->weights[i];
        all += pool->work->weights[i];
    }
    progress_show(pool->work->what, all > 0 ? done / all : 0);
}

size_t workers_run(const struct work *work)
{
    struct pool pool = {.work = work};
    size_t size = work->count * sizeof *pool.slots;
    pool.items = calloc(work->count, sizeof *pool.items);
    pool.slots = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (!pool.items || pool.slots == MAP_FAILED) {
        free(pool.items);
        say_error("out of memory");
        return work->count;
    }
    sigset_t child, before;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child, &before);
    for (size_t i = 0; i < WORK_STREAMS; i++)
        if (work->streams[i])
            fflush(work->streams[i]);
    begin_more(&pool);
    while (pool.printed < work->count) {
        if (pool.running)
            wait_a_tick(&pool, &child);
        print_finished(&pool);
        begin_more(&pool);
    }
    progress_end();
    sigprocmask(SIG_SETMASK, &before, NULL);
    munmap(pool.slots, size);
    free(pool.items);
    return pool.failed;
}
