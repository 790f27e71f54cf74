#include "peers.h"

#include <stdio.h>
#include <string.h>

struct peer *peers_find(struct peers *peers, const struct peer_identity *identity)
{
    for (unsigned i = 0; i < peers->count; i++) {
        const struct peer_identity *known = &peers->list[i].identity;
        if (known->door == identity->door && known->size == identity->size &&
            !memcmp(known->bytes, identity->bytes, known->size))
            return &peers->list[i];
    }
    return NULL;
}

static struct peer *vanished(struct peers *peers, const char *name)
{
    for (unsigned i = 0; i < peers->count; i++)
        if (peers->list[i].gone_ms && !strcmp(peers->list[i].name, name))
            return &peers->list[i];
    return NULL;
}

struct peer *peers_add(struct peers *peers, const struct peer_identity *identity, const char *name,
                       uint64_t from)
{
    struct peer *peer = peers_find(peers, identity);
    if (!peer)
        peer = vanished(peers, name);
    if (!peer && peers->count < PEERS_MAX)
        peer = &peers->list[peers->count++];
    if (!peer)
        return NULL;
    memset(peer, 0, sizeof *peer);
    peer->identity = *identity;
    snprintf(peer->name, sizeof peer->name, "%s", name);
    peer->acknowledged = from;
    return peer;
}

static void peers_remove(struct peers *peers, struct peer *peer)
{
    *peer = peers->list[--peers->count];
}

void peers_leave(struct peers *peers, const struct peer_identity *identity)
{
    char name[READER_NAME_SIZE];
    struct peer *peer = peers_find(peers, identity);
    if (!peer)
        return;
    memcpy(name, peer->name, sizeof name);
    peers_remove(peers, peer);
    while ((peer = vanished(peers, name)))
        peers_remove(peers, peer);
}

/* It was restarted before it was found to be gone. */
static bool replaced(const struct peers *peers, const struct peer *peer)
{
    for (unsigned i = 0; i < peers->count; i++)
        if (!peers->list[i].gone_ms && !strcmp(peers->list[i].name, peer->name))
            return true;
    return false;
}

void peers_forget(struct peers *peers, int64_t before_ms)
{
    for (unsigned i = peers->count; i-- > 0;) {
        struct peer *peer = &peers->list[i];
        if (peer->gone_ms && (peer->gone_ms < before_ms || replaced(peers, peer)))
            peers_remove(peers, peer);
    }
}

unsigned peers_vanished(const struct peers *peers)
{
    unsigned count = 0;
    for (unsigned i = 0; i < peers->count; i++)
        count += peers->list[i].gone_ms != 0;
    return count;
}

uint64_t peers_slowest(const struct peers *peers, uint64_t otherwise)
{
    uint64_t slowest = otherwise;
    for (unsigned i = 0; i < peers->count; i++)
        if (peers->list[i].acknowledged < slowest)
            slowest = peers->list[i].acknowledged;
    return slowest;
}
