#include "endpoints.h"

#include "stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCHEME       "tcp://"
#define PORTS        (2 * BUS_STREAM_COUNT)
#define PORT_LARGEST 65535

bool endpoint_is_remote(const char *place)
{
    return !strncmp(place, SCHEME, strlen(SCHEME));
}

bool endpoint_is_loopback(const char *address)
{
    const char *host = address + strlen(SCHEME);
    return endpoint_is_remote(address) &&
           (!strncmp(host, "127.0.0.1:", 10) || !strncmp(host, "[::1]:", 6));
}

static int remote_of(char endpoint[ENDPOINT_SIZE], const char *address, unsigned offset,
                     struct failure *failure)
{
    const char *colon = strrchr(address + strlen(SCHEME), ':');
    char *end = NULL;
    unsigned long port = colon ? strtoul(colon + 1, &end, 10) : 0;
    bool good = colon && colon > address + strlen(SCHEME) && end > colon + 1 && !*end && port > 0 &&
                port + PORTS - 1 <= PORT_LARGEST;
    int host = good ? (int)(colon - address) : 0;
    if (!good || host + 8 > ENDPOINT_SIZE)
        return failure_set(
            failure, STATUS_ARGUMENT,
            "'%.80s': an address is tcp://HOST:PORT, with %d free ports from PORT on", address,
            PORTS);
    snprintf(endpoint, ENDPOINT_SIZE, "%.*s:%lu", host, address, port + offset);
    return STATUS_OK;
}

int endpoint_of(char endpoint[ENDPOINT_SIZE], const char *place, enum bus_stream stream, bool ask,
                struct failure *failure)
{
    if (endpoint_is_remote(place))
        return remote_of(endpoint, place, 2 * (unsigned)stream + ask, failure);
    snprintf(endpoint, ENDPOINT_SIZE, "ipc://%.*s/%s%s", BUS_FOLDER_SIZE, place,
             stream_of(stream)->name, ask ? ".ask" : "");
    return STATUS_OK;
}

void ring_path(char path[ENDPOINT_SIZE], const char *folder, const char *name)
{
    snprintf(path, ENDPOINT_SIZE, "%.*s/%s.ring", BUS_FOLDER_SIZE, folder, name);
}
