/**
 * @file sockets.h
 * What publisher and reader both need of ZeroMQ.
 */
#ifndef ROLLSCOPE_BUS_SOCKETS_H
#define ROLLSCOPE_BUS_SOCKETS_H

#include "mat/mat.h"

#include <stdbool.h>
#include <stdint.h>

/** One option of a socket. */
struct socket_option {
    int name, value;
};

/** Makes a socket with the options; a negative name ends the list. @return NULL: failure says why
 */
void *socket_make(void *context, int type, const struct socket_option *options,
                  struct failure *failure);

/** Fills in a failure from zmq_errno(). @return its status */
int socket_failure(struct failure *failure, const char *what);

/** Monotonic milliseconds, never 0. */
int64_t now_ms(void);

/** Takes the parts that are left of a message and throws them away. */
void parts_skip(void *socket);

/** Whether the message that is being received has another part. */
bool parts_more(void *socket);

#endif
