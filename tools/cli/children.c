#include "children.h"

#include "../verbs.h"
#include "say.h"
#include "stopping.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROGRAM          "/proc/self/exe"
#define BACK_OFF_MS      500
#define BACK_OFF_MOST_MS 5000
#define STEADY_MS        10000 /* who lived so long is started again at once */

void child_prepare(struct child *child, const char *verb)
{
    memset(child, 0, sizeof *child);
    child->verb = verb;
    child_argument(child, "rollscope");
    child_argument(child, "%s", verb);
}

void child_argument(struct child *child, const char *format, ...)
{
    va_list arguments;
    char *text = NULL;
    va_start(arguments, format);
    if (child->count + 1 < CHILD_ARGUMENTS && vasprintf(&text, format, arguments) >= 0)
        child->arguments[child->count++] = text;
    va_end(arguments);
}

void child_parameters(struct child *child, const struct parameters *parameters)
{
    size_t count;
    const struct parameter *table = parameter_table(&count);
    for (size_t i = 0; i < count; i++)
        child_argument(child, "--set=%s=%.17g", table[i].name,
                       parameter_get(parameters, &table[i]));
}

/* In the new process. What it prints goes where errors go: standard output is live's own. */
static void child_become(const struct child *child, pid_t parent)
{
    int nothing = open("/dev/null", O_RDWR);
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0 ||
        (child->mute && dup2(nothing, STDERR_FILENO) < 0) ||
        dup2(STDERR_FILENO, STDOUT_FILENO) < 0 || (child->keep && fcntl(child->keep, F_SETFD, 0)) ||
        getppid() != parent)
        _exit(EXIT_FAILED);
    execvp(child->program ? child->program : PROGRAM, child->arguments);
    _exit(EXIT_FAILED);
}

/* Signals wait until the child is ready for them: stopping_catch() lets them through. */
static void child_start(struct child *child)
{
    pid_t parent = getpid();
    child->begun_ms = monotonic_ms();
    stopping_hold(true);
    child->process = fork();
    if (!child->process)
        child_become(child, parent);
    stopping_hold(false);
    if (child->process > 0) {
        if (child->told)
            kill(child->process, child->told);
        return;
    }
    say_error("%s cannot be started: %s", child->verb, strerror(errno));
    child->process = 0;
    child->again_ms = child->begun_ms + BACK_OFF_MS;
}

static void child_mourn(struct child *child, int number)
{
    int64_t now = monotonic_ms(), wait_ms = 0;
    child->deaths = now - child->begun_ms > STEADY_MS ? 1 : child->deaths + 1;
    if (child->deaths > 1) {
        unsigned doublings = child->deaths - 2 > 8 ? 8 : child->deaths - 2;
        wait_ms = (int64_t)BACK_OFF_MS << doublings;
        wait_ms = wait_ms > BACK_OFF_MOST_MS ? BACK_OFF_MOST_MS : wait_ms;
    }
    child->again_ms = now + wait_ms;
    say_error("%s died (%s); starting it again%s", child->verb, strsignal(number),
              wait_ms ? " in a moment" : "");
}

static void child_tend(struct child *child)
{
    int status;
    if (child->process && waitpid(child->process, &status, WNOHANG) == child->process) {
        child->process = 0;
        child->done = WIFEXITED(status) || child->needless;
        child->exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_DONE;
        if (!child->done)
            child_mourn(child, WTERMSIG(status));
    }
    if (!child->process && !child->done && monotonic_ms() >= child->again_ms)
        child_start(child);
}

unsigned children_tend(struct child *children, unsigned count)
{
    unsigned left = 0;
    for (unsigned i = 0; i < count; i++) {
        if (!children[i].done)
            child_tend(&children[i]);
        left += !children[i].done;
    }
    return left;
}

void children_signal(struct child *children, unsigned count, int number)
{
    for (unsigned i = 0; i < count; i++) {
        children[i].told = number;
        if (children[i].process)
            kill(children[i].process, number);
        children[i].done |= number == SIGKILL;
    }
}

void children_free(struct child *children, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        for (unsigned j = 0; j < children[i].count; j++)
            free(children[i].arguments[j]);
}
