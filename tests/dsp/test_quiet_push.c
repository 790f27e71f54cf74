/* A push allocates nothing, takes no lock and asks nothing of the system: each part by itself, and
   all that runs on a frame together. */
#include "dsp/dsp.h"
#include "support_mat.h"
#include "tools/analysis/analysis.h"

#include <dlfcn.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static unsigned long allocations, locks;

/* The library's own, found where this program's hides it. */
static int pass_on(const char *name, void *lock)
{
    int (*take)(void *);
    void *found = dlsym(RTLD_NEXT, name);
    memcpy(&take, &found, sizeof take);
    locks++;
    return take(lock);
}

int pthread_mutex_lock(pthread_mutex_t *mutex)
{
    return pass_on("pthread_mutex_lock", mutex);
}

int pthread_rwlock_rdlock(pthread_rwlock_t *lock)
{
    return pass_on("pthread_rwlock_rdlock", lock);
}

int pthread_rwlock_wrlock(pthread_rwlock_t *lock)
{
    return pass_on("pthread_rwlock_wrlock", lock);
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
int __sanitizer_install_malloc_and_free_hooks(void (*on_malloc)(const volatile void *, size_t),
                                              void (*on_free)(const volatile void *));

static void count_malloc(const volatile void *block, size_t size)
{
    (void)block;
    (void)size;
    allocations++;
}

static void count_free(const volatile void *block)
{
    allocations += block != NULL;
}

static void watch(void)
{
    assert_true(__sanitizer_install_malloc_and_free_hooks(count_malloc, count_free) > 0);
}
#else
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *block, size_t size);
extern void __libc_free(void *block);

void *malloc(size_t size)
{
    allocations++;
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    allocations++;
    return __libc_calloc(count, size);
}

void *realloc(void *block, size_t size)
{
    allocations++;
    return __libc_realloc(block, size);
}

void free(void *block)
{
    allocations += block != NULL;
    __libc_free(block);
}

static void watch(void)
{
}
#endif

struct objects {
    struct test_mat mat;
    struct conditioner *conditioner;
    struct split *split;
    struct rhythm *rhythm;
    struct analysis *analysis;
    float map[1024];
};

static struct objects *all;

static int set_up(void **state)
{
    (void)state;
    struct parameters parameters;
    parameters_default(&parameters);
    all = calloc(1, sizeof *all);
    test_mat_make(&all->mat, 32, 32);
    all->conditioner = conditioner_create(&all->mat.geometry, &parameters);
    all->split = split_create(1024, 100, 0.5);
    all->rhythm = rhythm_create();
    all->analysis = analysis_create(&all->mat.geometry, &parameters);
    int status = all->analysis ? analysis_split(all->analysis) : -1;
    watch();
    return status == STATUS_OK && all->conditioner && all->split && all->rhythm ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    conditioner_destroy(all->conditioner);
    split_destroy(all->split);
    rhythm_destroy(all->rhythm);
    analysis_destroy(all->analysis);
    free(all);
    return 0;
}

/* A frame through everything, and all that can be asked of it. */
static void analyse(const struct frame *frame)
{
    const struct contact *contacts;
    struct parts parts;
    struct contact_parts apart;
    struct metrics metrics;
    struct event event;
    analysis_push(all->analysis, frame);
    while (analysis_next(all->analysis, &event))
        ;
    analysis_metrics(all->analysis, &metrics);
    analysis_parts(all->analysis, &parts);
    analysis_moving_share(all->analysis);
    for (size_t i = analysis_contacts(all->analysis, &contacts); i-- > 0;)
        analysis_contact_parts(all->analysis, contacts[i].id, &apart);
    analysis_map(all->analysis, SPLIT_FAST, all->map);
}

/* Twelve seconds with a load, a fault, a gap and a reset. */
static void push_everything(void)
{
    for (int n = 0; n < 1200; n++) {
        test_mat_clear(&all->mat);
        all->mat.load[99] = 3500;
        test_mat_ball(&all->mat, 1500, 12, n % 32, 1.5);
        struct pressure pressure;
        conditioner_push(all->conditioner, test_mat_frame(&all->mat), &pressure);
        split_push(all->split, pressure.time_s, pressure.kpa);
        struct motion motion = {pressure.time_s, n % 32, 12, 200};
        rhythm_push(all->rhythm, &motion);
        analyse(&all->mat.frame);
        if (n == 600)
            all->mat.frame.time_us += 5000000;
        if (n == 800)
            conditioner_reset(all->conditioner);
    }
    rhythm_cadence(all->rhythm);
    rhythm_breathing(all->rhythm, 0, 20);
    rhythm_vibration(all->rhythm);
}

static void a_push_allocates_and_frees_nothing_and_takes_no_lock(void **state)
{
    (void)state;
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    unsigned long before = allocations, locked = locks;
    push_everything();
    assert_int_equal(allocations, before);
    assert_int_equal(locks, locked);
    void *volatile block = malloc(1);
    free(block);
    assert_true(allocations >= before + 2);
    pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
    assert_int_equal(locks, locked + 1);
}

/* Strict seccomp kills at the first system call other than read, write and exit. */
static void a_push_makes_no_system_call(void **state)
{
    (void)state;
    pid_t child = fork();
    assert_true(child >= 0);
    if (!child) {
        if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT))
            syscall(SYS_exit, 77);
        push_everything();
        syscall(SYS_exit, 0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
        print_message("seccomp is not available here\n");
        skip();
    }
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_push_allocates_and_frees_nothing_and_takes_no_lock),
        cmocka_unit_test(a_push_makes_no_system_call),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
