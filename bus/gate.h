/**
 * @file gate.h
 * Who is let in from the network: answers libzmq's questions (ZAP, RFC 27) about each connection
 * to a socket that speaks CURVE, from the list of allowed keys.
 */
#ifndef ROLLSCOPE_BUS_GATE_H
#define ROLLSCOPE_BUS_GATE_H

#include "bus.h"

struct gate {
    void *socket; /* NULL: there is no gate */
    char keys[BUS_KEYS_PATH_SIZE];
    uint64_t admitted, refused;
};

/** Opens the gate of a ZeroMQ context; before any of its sockets is bound. @param keys folder */
int gate_open(struct gate *gate, void *context, const char *keys, struct failure *failure);

/** Answers the questions that wait; does not block. */
void gate_serve(struct gate *gate);

void gate_close(struct gate *gate);

#endif
