#include "gate.h"

#include "keys.h"
#include "sockets.h"

#include <stdio.h>
#include <string.h>

#include <zmq.h>

#define PART_SIZE 256

/* Version, request id, domain, address, identity, mechanism, key. */
enum { PART_VERSION, PART_REQUEST, PART_MECHANISM = 5, PART_KEY, PART_COUNT };

struct question {
    char parts[PART_COUNT][PART_SIZE];
    int sizes[PART_COUNT];
};

int gate_open(struct gate *gate, void *context, const char *keys, struct failure *failure)
{
    static const struct socket_option options[] = {{ZMQ_LINGER, 0}, {-1, 0}};
    snprintf(gate->keys, sizeof gate->keys, "%s", keys);
    gate->socket = socket_make(context, ZMQ_REP, options, failure);
    if (!gate->socket)
        return STATUS_SYSTEM;
    if (zmq_bind(gate->socket, "inproc://zeromq.zap.01"))
        return socket_failure(failure, "bus: the gate");
    return STATUS_OK;
}

static bool part_is(const struct question *question, int part, const char *text)
{
    size_t length = strlen(text);
    return question->sizes[part] == (int)length && !memcmp(question->parts[part], text, length);
}

/* @return false when none waits */
static bool question_take(struct gate *gate, struct question *question)
{
    memset(question, 0, sizeof *question);
    for (int part = 0; part < PART_COUNT; part++) {
        question->sizes[part] =
            zmq_recv(gate->socket, question->parts[part], PART_SIZE, ZMQ_DONTWAIT);
        if (question->sizes[part] < 0)
            return false;
        if (!parts_more(gate->socket))
            break;
    }
    parts_skip(gate->socket);
    return true;
}

static void question_answer(struct gate *gate, const struct question *question)
{
    bool good =
        part_is(question, PART_VERSION, "1.0") && part_is(question, PART_MECHANISM, "CURVE") &&
        question->sizes[PART_KEY] == KEY_BYTES && question->sizes[PART_REQUEST] <= PART_SIZE &&
        key_allowed(gate->keys, (const uint8_t *)question->parts[PART_KEY]);
    gate->admitted += good;
    gate->refused += !good;
    size_t request = (size_t)question->sizes[PART_REQUEST];
    zmq_send(gate->socket, "1.0", 3, ZMQ_SNDMORE);
    zmq_send(gate->socket, question->parts[PART_REQUEST], request < PART_SIZE ? request : 0,
             ZMQ_SNDMORE);
    zmq_send(gate->socket, good ? "200" : "400", 3, ZMQ_SNDMORE);
    zmq_send(gate->socket, good ? "OK" : "no", 2, ZMQ_SNDMORE);
    zmq_send(gate->socket, "", 0, ZMQ_SNDMORE);
    zmq_send(gate->socket, "", 0, 0);
}

void gate_serve(struct gate *gate)
{
    struct question question;
    while (gate->socket && question_take(gate, &question))
        question_answer(gate, &question);
}

void gate_close(struct gate *gate)
{
    if (gate->socket)
        zmq_close(gate->socket);
    gate->socket = NULL;
}
