/**
 * @file say.h
 * The one place that talks to people: lines on standard error, each beginning with `rollscope: `,
 * and a progress line where standard error is a terminal. Results go to standard output and are not
 * its business. Main thread only.
 */
#ifndef ROLLSCOPE_TOOLS_SAY_H
#define ROLLSCOPE_TOOLS_SAY_H

#include "mat/mat.h"

#include <stdbool.h>

/** Silences say() and progress (`--quiet`); errors are still said. */
void say_quiet(bool quiet);

/** Says something good to know. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** Says what went wrong. */
void say_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** Says a failure. @return EXIT_FAILED, so that a verb can `return say_failure(&failure)` */
int say_failure(const struct failure *failure);

/**
 * Shows how far long work is, with the time left: `what  42 %  0:12 left`. Redraws at most five
 * times a second; does nothing where standard error is no terminal.
 * @param what names the work
 * @param share 0 .. 1
 */
void progress_show(const char *what, double share);

/** Shows a line of one's own in the place of the progress line, on a terminal, a few times a
 * second.
 */
void progress_line(const char *text);

/** Takes the progress line away, for other output, until the next progress_show(). */
void progress_hide(void);

/** The work is over: the next progress_show() measures a new piece of it. */
void progress_end(void);

#endif
