#include "stopping.h"

#include <signal.h>
#include <stddef.h>
#include <time.h>

static volatile sig_atomic_t count;

static void take(int number)
{
    (void)number;
    if (count < 100)
        count++;
}

void stopping_catch(void)
{
    struct sigaction action = {.sa_handler = take};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, NULL);
    sigaction(SIGXFSZ, &action, NULL);
    stopping_hold(false);
}

void stopping_hold(bool hold)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigprocmask(hold ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL);
}

unsigned stopping_count(void)
{
    return (unsigned)count;
}

int64_t monotonic_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
