#include "gate.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define HOST_MOST 256

bool gate_is_loopback(const char *address)
{
    return !strncmp(address, "127.", 4) || !strcmp(address, "::1") || !strcmp(address, "localhost");
}

void gate_token_make(char token[GATE_TOKEN_SIZE])
{
    unsigned char bytes[32];
    randombytes_buf(bytes, sizeof bytes);
    sodium_bin2base64(token, GATE_TOKEN_SIZE, bytes, sizeof bytes,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

bool gate_token_good(const struct gate *gate, const char *token)
{
    char given[GATE_TOKEN_SIZE] = "";
    if (!*gate->token)
        return true;
    snprintf(given, sizeof given, "%s", token);
    return sodium_memcmp(given, gate->token, sizeof given) == 0 && strlen(token) < sizeof given;
}

/* "name", "name:port", "[::1]:port": the name, without brackets. @return the port, -1: malformed */
static int host_split(const char *host, char name[HOST_MOST])
{
    const char *end = *host == '[' ? strchr(host, ']') : host + strcspn(host, ":");
    const char *begin = *host == '[' ? host + 1 : host;
    int port = 80, used = 0;
    if (!end || end == begin || end - begin >= HOST_MOST)
        return -1;
    snprintf(name, HOST_MOST, "%.*s", (int)(end - begin), begin);
    end += *host == '[';
    if (*end && (sscanf(end, ":%5d%n", &port, &used) != 1 || end[used]))
        return -1;
    return port;
}

bool gate_host_good(const struct gate *gate, const char *host)
{
    char name[HOST_MOST];
    if (host_split(host, name) != gate->port)
        return false;
    if (!strcasecmp(name, "localhost") || !strcmp(name, "127.0.0.1") || !strcmp(name, "::1"))
        return true;
    for (size_t i = 0; i < gate->name_count; i++)
        if (!strcasecmp(name, gate->names[i]))
            return true;
    return false;
}

bool gate_origin_good(const char *origin, const char *host)
{
    static const char scheme[] = "http://";
    return !*origin || (!strncmp(origin, scheme, sizeof scheme - 1) &&
                        !strcasecmp(origin + sizeof scheme - 1, host));
}
