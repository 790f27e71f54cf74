#include "http_address.h"

#include "options.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#define PORT_MOST 65535

const struct http_address http_address_default = {.address = "127.0.0.1", .port = 8080};

static bool is_address(const char *text)
{
    unsigned char binary[sizeof(struct in6_addr)];
    return inet_pton(AF_INET, text, binary) == 1 || inet_pton(AF_INET6, text, binary) == 1;
}

int http_address_parse(struct http_address *http, const char *value, struct failure *failure)
{
    bool brackets = *value == '[';
    const char *begin = value + brackets, *end = begin + strcspn(begin, brackets ? "]" : ":");
    const char *port = brackets && *end ? end + 1 : end;
    double number = http_address_default.port;
    snprintf(http->address, sizeof http->address, "%.*s", (int)(end - begin), begin);
    if (!strcmp(http->address, "localhost"))
        *http = http_address_default;
    if (!is_address(http->address) || (*port && *port != ':'))
        return failure_set(failure, STATUS_ARGUMENT, "--http: '%s' is not ADDRESS[:PORT]", value);
    int status =
        *port ? option_number(&number, "--http", port + 1, 0, PORT_MOST, failure) : STATUS_OK;
    http->port = (int)number;
    http->asked = *port != 0;
    return status;
}
