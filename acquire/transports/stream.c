#include "transports.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#define CONNECT_MS 2000
#define WRITE_MS   20
#define DEAD_MS    2000 /* a network peer that does not acknowledge for so long is gone */

struct stream {
    struct address address;
    char name[ADDRESS_SIZE + 32];
    bool tcp;
    int descriptor;
};

static int device_open(struct stream *stream, struct failure *failure)
{
    int descriptor = open(stream->address.target, O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0)
        return errno == EBUSY ? failure_set(failure, STATUS_BUSY, "%s is in use by another program",
                                            stream->name)
                              : failure_system(failure, errno, "%s", stream->name);
    struct stat status;
    int result = STATUS_OK;
    if (fstat(descriptor, &status) || !S_ISCHR(status.st_mode))
        result =
            failure_set(failure, STATUS_ARGUMENT, "%s is not a character device", stream->name);
    else
        result = descriptor_claim(descriptor, stream->name, failure);
    struct termios settings;
    if (!result && !tcgetattr(descriptor, &settings)) {
        cfmakeraw(&settings);
        tcsetattr(descriptor, TCSANOW, &settings);
    }
    if (result)
        close(descriptor);
    else
        stream->descriptor = descriptor;
    return result;
}

static int connect_within(int descriptor, const struct addrinfo *peer)
{
    if (connect(descriptor, peer->ai_addr, peer->ai_addrlen) == 0)
        return 0;
    if (errno != EINPROGRESS)
        return errno;
    struct pollfd waited = {.fd = descriptor, .events = POLLOUT};
    if (poll(&waited, 1, CONNECT_MS) != 1)
        return ETIMEDOUT;
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size);
    return error;
}

static void socket_tune(int descriptor)
{
    const int on = 1, seconds = 1, dead_ms = DEAD_MS;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(descriptor, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    setsockopt(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, &seconds, sizeof seconds);
    setsockopt(descriptor, IPPROTO_TCP, TCP_KEEPINTVL, &seconds, sizeof seconds);
    setsockopt(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, &dead_ms, sizeof dead_ms);
}

static int peers_connect(struct stream *stream, const struct addrinfo *peers,
                         struct failure *failure)
{
    int error = 0;
    for (const struct addrinfo *peer = peers; peer; peer = peer->ai_next) {
        int descriptor = socket(peer->ai_family, peer->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK,
                                peer->ai_protocol);
        error = descriptor < 0 ? errno : connect_within(descriptor, peer);
        if (error == 0) {
            socket_tune(descriptor);
            stream->descriptor = descriptor;
            return STATUS_OK;
        }
        if (descriptor >= 0)
            close(descriptor);
    }
    return failure_system(failure, error, "%s", stream->name);
}

static int host_open(struct stream *stream, struct failure *failure)
{
    char host[ADDRESS_SIZE];
    snprintf(host, sizeof host, "%s", stream->address.target);
    char *port = strrchr(host, ':');
    if (!port || port == host || !port[1])
        return failure_set(failure, STATUS_ARGUMENT, "%s is not tcp://HOST:PORT", stream->name);
    *port++ = 0;
    size_t length = strlen(host);
    char *name = host;
    if (host[0] == '[' && host[length - 1] == ']') {
        host[length - 1] = 0;
        name++;
    }
    const struct addrinfo wanted = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
    struct addrinfo *peers;
    int error = getaddrinfo(name, port, &wanted, &peers);
    if (error)
        return failure_set(failure, STATUS_NOT_FOUND, "%s: %s", stream->name, gai_strerror(error));
    int status = peers_connect(stream, peers, failure);
    freeaddrinfo(peers);
    return status;
}

static int connection_open(struct stream *stream, struct failure *failure)
{
    return stream->tcp ? host_open(stream, failure) : device_open(stream, failure);
}

static void connection_close(struct stream *stream)
{
    if (stream->descriptor >= 0)
        close(stream->descriptor);
    stream->descriptor = -1;
}

static int gone(struct stream *stream, struct failure *failure)
{
    connection_close(stream);
    return failure_set(failure, STATUS_LOST, "%s is gone", stream->name);
}

static int stream_read(void *self, uint8_t *bytes, size_t size, int timeout_ms, int64_t *arrival_us,
                       struct failure *failure)
{
    struct stream *stream = self;
    if (stream->descriptor < 0)
        return gone(stream, failure);
    int ready = descriptor_wait(stream->descriptor, POLLIN, timeout_ms);
    if (ready == 0)
        return 0;
    ssize_t count = ready < 0 ? 0 : read(stream->descriptor, bytes, size);
    *arrival_us = clock_now_us();
    if (count < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    return count > 0 ? (int)count : gone(stream, failure);
}

static int stream_write(void *self, const uint8_t *bytes, size_t size, struct failure *failure)
{
    struct stream *stream = self;
    while (size > 0) {
        int ready =
            stream->descriptor < 0 ? -1 : descriptor_wait(stream->descriptor, POLLOUT, WRITE_MS);
        if (ready == 0)
            return failure_set(failure, STATUS_BUSY, "%s takes no bytes", stream->name);
        if (ready < 0)
            return gone(stream, failure);
        ssize_t count = stream->tcp ? send(stream->descriptor, bytes, size, MSG_NOSIGNAL)
                                    : write(stream->descriptor, bytes, size);
        if (count < 0 && errno != EAGAIN && errno != EINTR)
            return gone(stream, failure);
        if (count > 0) {
            bytes += count;
            size -= (size_t)count;
        }
    }
    return STATUS_OK;
}

static int stream_reopen(void *self, struct failure *failure)
{
    struct stream *stream = self;
    connection_close(stream);
    if (connection_open(stream, failure))
        return gone(stream, failure);
    return STATUS_OK;
}

static void stream_close(void *self)
{
    connection_close(self);
    free(self);
}

int stream_open(struct transport *transport, const struct address *address, struct failure *failure)
{
    static const struct transport_ops ops = {
        .read = stream_read, .write = stream_write, .reopen = stream_reopen, .close = stream_close};
    struct stream *stream = malloc(sizeof *stream);
    if (!stream)
        return failure_set(failure, STATUS_MEMORY, "%s: out of memory", address->target);
    *stream = (struct stream){
        .address = *address, .tcp = !strcmp(address->scheme, "tcp"), .descriptor = -1};
    snprintf(stream->name, sizeof stream->name, "%s:%s%s", address->scheme, stream->tcp ? "//" : "",
             address->target);
    int status = connection_open(stream, failure);
    if (status) {
        free(stream);
        return status;
    }
    *transport = (struct transport){&ops, stream};
    return STATUS_OK;
}
