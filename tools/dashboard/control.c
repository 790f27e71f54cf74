#include "control.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define SAID_BYTES 8192

int control_pair(int ends[2], struct failure *failure)
{
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends))
        return failure_system(failure, errno, "dashboard: no sockets");
    return STATUS_OK;
}

void control_say(int end, json_t *said)
{
    char *text = said ? json_dumps(said, JSON_COMPACT) : NULL;
    if (text && strlen(text) < SAID_BYTES && send(end, text, strlen(text), MSG_NOSIGNAL) < 0)
        errno = 0;
    free(text);
    json_decref(said);
}

json_t *control_hear(int end)
{
    char text[SAID_BYTES];
    ssize_t size = end < 0 ? -1 : recv(end, text, sizeof text, 0);
    return size > 0 ? json_loadb(text, (size_t)size, 0, NULL) : NULL;
}

const char *control_text(const json_t *said, const char *key)
{
    const char *text = json_string_value(json_object_get(said, key));
    return text ? text : "";
}
