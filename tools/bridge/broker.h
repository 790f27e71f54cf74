/**
 * @file broker.h
 * A connection to an MQTT broker (libmosquitto, MQTT 3.1.1) that comes back by itself. Nothing
 * waits for it: what it cannot take is refused, and the caller keeps it or lets it go. One thread.
 *
 * Under the prefix `status` says, retained, `online` or, also where this process dies, `offline`.
 */
#ifndef ROLLSCOPE_TOOLS_BRIDGE_BROKER_H
#define ROLLSCOPE_TOOLS_BRIDGE_BROKER_H

#include "mat/mat.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** How to reach it. Texts are used until broker_close(). */
struct broker_options {
    const char *host;
    int port;
    const char *topic;    /**< prefix of all topics, no wildcards, no '/' at its ends */
    const char *user;     /**< NULL: none */
    const char *password; /**< NULL: none */
    bool tls;
    const char *authorities; /**< PEM file of those trusted; NULL: the system's */
};

/** How a message is sent: always at least once (QoS 1). */
enum broker_care {
    BROKER_EACH,  /**< every one of its name matters */
    BROKER_STATE, /**< kept by the broker for who comes later, in the place of the one before */
    BROKER_NEWEST /**< such a state, of which the next one comes soon: not taken where more than a
                       few messages are on their way */
};

/** What was done; only grows. */
struct broker_health {
    uint64_t connects, sent, confirmed; /**< confirmed by the broker */
};

struct broker;

/** Begins to connect. @return STATUS_OK, STATUS_ARGUMENT for a topic or a file of authorities that
 *  cannot be, STATUS_MEMORY, STATUS_SYSTEM */
int broker_open(struct broker **result, const struct broker_options *options,
                struct failure *failure);

/** Receives and sends, connects again where needed, for about timeout_ms. Says what changed. */
void broker_tend(struct broker *broker, int timeout_ms);

/** Whether it would take such a message now. */
bool broker_takes(const struct broker *broker, enum broker_care care);

/** Sends to TOPIC/name. @return STATUS_OK, or STATUS_SYSTEM where broker_takes() is false */
int broker_send(struct broker *broker, const char *name, const char *text, size_t size,
                enum broker_care care);

/** Whether everything that was sent is there. */
bool broker_settled(const struct broker *broker);

void broker_health(const struct broker *broker, struct broker_health *health);

/** Says `offline` and goodbye. NULL is allowed. */
void broker_close(struct broker *broker);

#endif
