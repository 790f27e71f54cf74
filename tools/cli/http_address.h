/**
 * @file http_address.h
 * Where the page is served, as `--http` says it.
 */
#ifndef ROLLSCOPE_TOOLS_CLI_HTTP_ADDRESS_H
#define ROLLSCOPE_TOOLS_CLI_HTTP_ADDRESS_H

#include "mat/mat.h"

#include <stdbool.h>

struct http_address {
    char address[64]; /**< an IP address */
    int port;
    bool asked; /**< for this very port; else any free one will do */
};

/** 127.0.0.1, port 8080. */
extern const struct http_address http_address_default;

/** Reads ADDRESS, ADDRESS:PORT or [ADDRESS]:PORT. @return STATUS_OK or STATUS_ARGUMENT */
int http_address_parse(struct http_address *http, const char *value, struct failure *failure);

#endif
