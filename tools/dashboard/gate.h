/**
 * @file gate.h
 * Who may come in: what a request says of itself, checked before anything is answered. Pure
 * functions; any thread. Test: tests/dashboard/test_gate.c.
 */
#ifndef ROLLSCOPE_TOOLS_DASHBOARD_GATE_H
#define ROLLSCOPE_TOOLS_DASHBOARD_GATE_H

#include <stdbool.h>
#include <stddef.h>

/** Size of a token as text, with the closing zero: 256 bits, base64url. */
#define GATE_TOKEN_SIZE 44

/** What is let in. */
struct gate {
    char token[GATE_TOKEN_SIZE]; /**< empty: none is wanted (loopback) */
    int port;
    char names[8][256]; /**< [name_count] hosts that the page may be called by, beside loopback */
    size_t name_count;
};

/** Whether an address to listen on reaches this machine only. */
bool gate_is_loopback(const char *address);

/** Makes a token from the system's random numbers. */
void gate_token_make(char token[GATE_TOKEN_SIZE]);

/** Whether the token is this one; takes as long for every wrong one. */
bool gate_token_good(const struct gate *gate, const char *token);

/**
 * Whether a Host header names this server: a loopback name or one of the gate's, and its port.
 * Anything else is a page elsewhere whose name was made to point here.
 */
bool gate_host_good(const struct gate *gate, const char *host);

/** Whether an Origin header is that of our own page, under the same host; programs send none (an
 *  empty text), browsers always do. */
bool gate_origin_good(const char *origin, const char *host);

#endif
