/**
 * @file children.h
 * The processes that `live` starts: this program again, with other verbs. Each has a process group
 * of its own, so that Ctrl-C reaches `live` alone, and is told to finish when `live` dies.
 */
#ifndef ROLLSCOPE_TOOLS_CHILDREN_H
#define ROLLSCOPE_TOOLS_CHILDREN_H

#include "mat/mat.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define CHILD_ARGUMENTS 96

struct child {
    const char *verb;
    const char *program;              /**< NULL: this one */
    int keep;                         /**< a descriptor that it inherits; 0: none */
    bool mute;                        /**< what it says is thrown away */
    char *arguments[CHILD_ARGUMENTS]; /**< argv, NULL at the end */
    unsigned count;
    pid_t process;    /**< 0: not running */
    bool done;        /**< left by itself; it is not started again */
    int exit_code;    /**< once done */
    unsigned deaths;  /**< in a row */
    int64_t begun_ms; /**< when it was last started */
    int64_t again_ms; /**< when it is to be started again */
    bool needless;    /**< its work is done: if it dies it is not started again */
    int told;         /**< a signal that it was sent, and is sent again after a restart */
};

/** Begins the arguments: the program and the verb. */
void child_prepare(struct child *child, const char *verb);

/** Appends an argument, printf-like. Out of memory or of places: the last one is left out. */
void child_argument(struct child *child, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** Appends `--set NAME=VALUE` for every parameter. */
void child_parameters(struct child *child, const struct parameters *parameters);

/** Starts those that are due, takes note of those that ended; one killed by a signal is started
 *  again, at once and then with back-off, and that is said. @return how many are not done */
unsigned children_tend(struct child *children, unsigned count);

/** Sends a signal to those that are not done, also when they are started again. */
void children_signal(struct child *children, unsigned count, int number);

/** Frees the arguments. */
void children_free(struct child *children, unsigned count);

#endif
