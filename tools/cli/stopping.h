/**
 * @file stopping.h
 * SIGINT and SIGTERM as a question that loops ask. Main thread only.
 */
#ifndef ROLLSCOPE_TOOLS_STOPPING_H
#define ROLLSCOPE_TOOLS_STOPPING_H

#include <stdbool.h>
#include <stdint.h>

/** From now on SIGINT and SIGTERM are counted and interrupt what waits, also those that came while
 *  they were held; SIGPIPE and SIGXFSZ (a
 *  file at its size limit) are ignored: the write says what is wrong. */
void stopping_catch(void);

/** Holds SIGINT and SIGTERM back, or lets them through; a child inherits it. */
void stopping_hold(bool hold);

/** How often one of them came: 1: finish what you do; 2 and more: leave at once. */
unsigned stopping_count(void);

/** Monotonic time, milliseconds. */
int64_t monotonic_ms(void);

#endif
