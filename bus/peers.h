/**
 * @file peers.h
 * The readers registered at a publisher, by the identity that the ROUTER socket gives them.
 */
#ifndef ROLLSCOPE_BUS_PEERS_H
#define ROLLSCOPE_BUS_PEERS_H

#include "control.h"

/** More readers than these are served but not registered. */
#define PEERS_MAX 16

#define PEER_IDENTITY_SIZE 32

struct peer_identity {
    unsigned door; /**< through which it came */
    uint8_t bytes[PEER_IDENTITY_SIZE];
    size_t size;
};

struct peer {
    struct peer_identity identity;
    char name[READER_NAME_SIZE];
    uint64_t acknowledged; /**< everything below is done with */
    int64_t heard_ms;      /**< when it last said something */
    int64_t gone_ms;       /**< when it was found to be gone; 0: it is there */
};

struct peers {
    struct peer list[PEERS_MAX];
    unsigned count;
};

struct peer *peers_find(struct peers *peers, const struct peer_identity *identity);

/** Registers a reader, in the place of a vanished one of its name. @return NULL: no more room */
struct peer *peers_add(struct peers *peers, const struct peer_identity *identity, const char *name,
                       uint64_t from);

/** Removes a reader, and those of its name that vanished before it. */
void peers_leave(struct peers *peers, const struct peer_identity *identity);

/** Forgets those that have been gone since before_ms, or that came back as another. */
void peers_forget(struct peers *peers, int64_t before_ms);

/** How many of them are gone. */
unsigned peers_vanished(const struct peers *peers);

/** The lowest number that a reader still wants; `otherwise` where there is none. */
uint64_t peers_slowest(const struct peers *peers, uint64_t otherwise);

#endif
