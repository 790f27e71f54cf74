#include "sockets.h"

#include <errno.h>
#include <time.h>

#include <zmq.h>

int socket_failure(struct failure *failure, const char *what)
{
    int error = zmq_errno();
    if (error == EADDRINUSE || error == ENOENT)
        return failure_system(failure, error, "%s", what);
    return failure_set(failure, error == ENOMEM ? STATUS_MEMORY : STATUS_SYSTEM, "%s: %s", what,
                       zmq_strerror(error));
}

void *socket_make(void *context, int type, const struct socket_option *options,
                  struct failure *failure)
{
    void *socket = zmq_socket(context, type);
    for (; socket && options->name >= 0; options++)
        if (zmq_setsockopt(socket, options->name, &options->value, sizeof options->value)) {
            socket_failure(failure, "bus: a socket option");
            zmq_close(socket);
            return NULL;
        }
    if (!socket)
        socket_failure(failure, "bus: a socket");
    return socket;
}

int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 + 1;
}

bool parts_more(void *socket)
{
    int more = 0;
    size_t size = sizeof more;
    return !zmq_getsockopt(socket, ZMQ_RCVMORE, &more, &size) && more;
}

void parts_skip(void *socket)
{
    while (parts_more(socket)) {
        zmq_msg_t part;
        zmq_msg_init(&part);
        bool got = zmq_msg_recv(&part, socket, ZMQ_DONTWAIT) >= 0;
        zmq_msg_close(&part);
        if (!got)
            return;
    }
}
