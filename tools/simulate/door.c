#include "door.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define FLAGS (SOCK_CLOEXEC | SOCK_NONBLOCK)

static int door_bind(const struct addrinfo *own, const char *address, struct failure *failure)
{
    const int on = 1;
    int door = socket(own->ai_family, own->ai_socktype | FLAGS, own->ai_protocol);
    if (door < 0)
        return failure_system(failure, errno, "tcp://%s", address);
    setsockopt(door, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(door, own->ai_addr, own->ai_addrlen) == 0 && listen(door, 1) == 0)
        return door;
    int status = errno == EADDRINUSE
                     ? failure_set(failure, STATUS_BUSY, "tcp://%s is in use", address)
                     : failure_system(failure, errno, "tcp://%s", address);
    close(door);
    return status;
}

static void door_describe(int door, char *name)
{
    struct sockaddr_storage own;
    socklen_t size = sizeof own;
    char host[DOOR_NAME_SIZE - 24] = "", port[16] = "";
    getsockname(door, (struct sockaddr *)&own, &size);
    getnameinfo((struct sockaddr *)&own, size, host, sizeof host, port, sizeof port,
                NI_NUMERICHOST | NI_NUMERICSERV);
    snprintf(name, DOOR_NAME_SIZE, strchr(host, ':') ? "tcp://[%s]:%s" : "tcp://%s:%s", host, port);
}

int door_open(const char *address, char *name, struct failure *failure)
{
    char host[DOOR_NAME_SIZE];
    const char *colon = strrchr(address, ':');
    if (!colon || colon == address || strlen(address) >= sizeof host)
        return failure_set(failure, STATUS_ARGUMENT, "'%s' is not HOST:PORT", address);
    snprintf(host, sizeof host, "%.*s", (int)(colon - address), address);
    const struct addrinfo wanted = {.ai_socktype = SOCK_STREAM,
                                    .ai_flags = AI_NUMERICSERV | AI_PASSIVE};
    struct addrinfo *own;
    int error = getaddrinfo(host, colon + 1, &wanted, &own);
    if (error)
        return failure_set(failure, STATUS_ARGUMENT, "tcp://%s: %s", address, gai_strerror(error));
    int door = door_bind(own, address, failure);
    freeaddrinfo(own);
    if (door >= 0)
        door_describe(door, name);
    return door;
}

int door_accept(int door)
{
    const int on = 1;
    int host = accept4(door, NULL, NULL, FLAGS);
    if (host >= 0)
        setsockopt(host, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return host;
}
