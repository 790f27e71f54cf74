#include "publisher_state.h"
#include "sockets.h"

#include <errno.h>
#include <string.h>

#include <zmq.h>

#define RANGE_BYTES  (1U << 20) /* in one answer */
#define BATCH        64         /* requests of a door served before the caller's turn */
#define BATCH_BYTES  (1U << 20) /* sent again before it: a flood of requests costs the flooder */
#define SILENCE_MS   1000       /* after which a reader is probed */
#define HEARTBEAT_MS 1000       /* of nothing to publish */
#define LOOK_MS      10         /* between two looks in passing, where readers set no pace */
#define FORGET_MS    10000      /* after which a vanished reader is no longer waited for */

/* @return 0, or the errno of a peer that is not there (EHOSTUNREACH) or does not read (EAGAIN) */
static int answer_send(struct bus_publisher *publisher, const struct peer_identity *peer,
                       const struct answer *answer, bool more)
{
    void *socket = publisher->doors.list[peer->door].answer;
    char text[CONTROL_SIZE];
    int length = answer_write(answer, text, sizeof text);
    if (length < 0)
        return EINVAL;
    if (zmq_send(socket, peer->bytes, peer->size, ZMQ_SNDMORE | ZMQ_DONTWAIT) < 0)
        return zmq_errno();
    int flags = ZMQ_DONTWAIT | (more ? ZMQ_SNDMORE : 0);
    return zmq_send(socket, text, (size_t)length, flags) < 0 ? zmq_errno() : 0;
}

/* The part of the ring that one answer carries; a torn message is left out, at either end. */
static void range_cut(const struct bus_publisher *publisher, const struct request *request,
                      struct answer *answer)
{
    const uint8_t *bytes;
    size_t size, total = 0;
    uint64_t last = answer->next ? answer->next - 1 : 0;
    uint64_t from = request->ask == ASK_LAST ? last : request->from;
    answer->from = from < answer->first ? answer->first : from;
    while (answer->from < answer->next &&
           ring_read(publisher->ring, answer->from, &bytes, &size) < 1)
        answer->from++;
    uint64_t count = request->ask == ASK_LAST ? 1 : request->count;
    for (uint64_t number = answer->from; number < answer->next && answer->count < count; number++) {
        if (ring_read(publisher->ring, number, &bytes, &size) < 1 || total + size > RANGE_BYTES)
            break;
        total += size;
        answer->count++;
    }
}

/* @return bytes sent */
static size_t range_answer(struct bus_publisher *publisher, const struct peer_identity *peer,
                           const struct request *request)
{
    struct answer answer;
    size_t total = 0;
    void *socket = publisher->doors.list[peer->door].answer;
    publisher_answer(publisher, &answer);
    range_cut(publisher, request, &answer);
    if (answer_send(publisher, peer, &answer, answer.count > 0))
        return total;
    for (uint64_t i = 0; i < answer.count; i++) {
        const uint8_t *bytes = (const uint8_t *)"";
        size_t size = 0;
        ring_read(publisher->ring, answer.from + i, &bytes, &size);
        int flags = ZMQ_DONTWAIT | (i + 1 < answer.count ? ZMQ_SNDMORE : 0);
        if (zmq_send(socket, bytes, size, flags) < 0)
            break;
        total += size;
        publisher->health.resent++;
    }
    return total;
}

static void state_answer(struct bus_publisher *publisher, const struct peer_identity *identity,
                         bool whole)
{
    struct answer answer;
    publisher_answer(publisher, &answer);
    answer.whole = whole;
    if (whole)
        answer.session = publisher->session;
    answer_send(publisher, identity, &answer, false);
}

/* A killed reader's socket cannot be sent to; a stopped one's can. */
static void peer_probe(struct bus_publisher *publisher, struct peer *peer)
{
    struct answer answer;
    if (peer->gone_ms)
        return;
    publisher_answer(publisher, &answer);
    peer->heard_ms = now_ms();
    if (answer_send(publisher, &peer->identity, &answer, false) == EHOSTUNREACH)
        peer->gone_ms = peer->heard_ms;
}

/* Who comes or goes under a name tells that an older one of that name was perhaps killed. */
static void namesakes_probe(struct bus_publisher *publisher, const char *name)
{
    for (unsigned i = 0; i < publisher->peers.count; i++)
        if (!strcmp(publisher->peers.list[i].name, name))
            peer_probe(publisher, &publisher->peers.list[i]);
}

/* Any request registers its reader, so that one that outlives its publisher is known to the next.
 */
static void reader_heard(struct bus_publisher *publisher, const struct peer_identity *identity,
                         const struct request *request)
{
    struct peers *peers = &publisher->peers;
    struct peer *peer = peers_find(peers, identity);
    const char *name = peer ? peer->name : request->reader;
    if (!*name)
        return;
    if (!peer || request->ask == ASK_BYE)
        namesakes_probe(publisher, name);
    if (request->ask == ASK_BYE) {
        peers_leave(peers, identity);
        return;
    }
    if (!peer)
        peer = peers_add(peers, identity, name, request->from);
    if (peers->count > publisher->health.readers_most)
        publisher->health.readers_most = peers->count;
    if (!peer)
        return;
    peer->heard_ms = now_ms();
    peer->gone_ms = 0;
    if (request->from > peer->acknowledged)
        peer->acknowledged = request->from;
}

/* Who comes over a network without a key is served, but waited for by nobody. */
static bool may_register(const struct bus_publisher *publisher,
                         const struct peer_identity *identity)
{
    return !identity->door || publisher->doors.gate.socket;
}

/* @return bytes of messages sent again */
static size_t request_serve(struct bus_publisher *publisher, const struct peer_identity *identity,
                            const struct request *request)
{
    publisher->health.requests++;
    if (may_register(publisher, identity))
        reader_heard(publisher, identity, request);
    if (request->ask == ASK_RANGE || request->ask == ASK_LAST)
        return range_answer(publisher, identity, request);
    if (request->ask == ASK_HELLO || request->ask == ASK_STATE)
        state_answer(publisher, identity, request->ask == ASK_HELLO);
    return 0;
}

/* @return true when a request was there, well-formed or not */
static bool request_take(struct bus_publisher *publisher, unsigned door, size_t *sent)
{
    void *socket = publisher->doors.list[door].answer;
    struct peer_identity identity = {.door = door};
    int size = zmq_recv(socket, identity.bytes, sizeof identity.bytes, ZMQ_DONTWAIT);
    if (size < 0)
        return false;
    identity.size = (size_t)size;
    char text[CONTROL_SIZE];
    struct request request;
    bool good = identity.size <= sizeof identity.bytes && parts_more(socket);
    int length = good ? zmq_recv(socket, text, sizeof text, ZMQ_DONTWAIT) : -1;
    good = length >= 0 && (size_t)length < sizeof text && !parts_more(socket) &&
           !request_read(&request, text, (size_t)length);
    parts_skip(socket);
    if (good)
        *sent += request_serve(publisher, &identity, &request);
    else
        publisher->health.malformed++;
    return true;
}

static void peers_probe(struct bus_publisher *publisher)
{
    int64_t now = now_ms();
    if (now - publisher->probed_ms < SILENCE_MS / 4)
        return;
    publisher->probed_ms = now;
    for (unsigned i = 0; i < publisher->peers.count; i++)
        if (now - publisher->peers.list[i].heard_ms >= SILENCE_MS)
            peer_probe(publisher, &publisher->peers.list[i]);
    peers_forget(&publisher->peers, now - FORGET_MS);
}

/* A dead stream must not look like an idle one. */
static void heartbeat_say(struct bus_publisher *publisher)
{
    int64_t now = now_ms();
    if (now - publisher->sent_ms < HEARTBEAT_MS || ring_ended(publisher->ring))
        return;
    struct heartbeat heartbeat = {.stream = publisher->stream->name,
                                  .uptime_s = (double)(now - publisher->begun_ms) * 1e-3,
                                  .time_s = publisher->time_s};
    publisher_answer(publisher, &heartbeat.answer);
    char text[CONTROL_SIZE];
    int length = heartbeat_write(&heartbeat, text, sizeof text);
    if (length > 0)
        publisher_say(publisher, "heartbeat", text, (size_t)length);
}

/* Each look costs system calls, and a mat's frames ask for a thousand a second. */
static bool look_due(struct bus_publisher *publisher)
{
    int64_t now = now_ms();
    if (!publisher->session.paced && now - publisher->looked_ms < LOOK_MS)
        return false;
    publisher->looked_ms = now;
    return true;
}

int bus_publisher_serve(struct bus_publisher *publisher, int timeout_ms)
{
    int served = 0;
    size_t sent = 0;
    if (!timeout_ms && !look_due(publisher))
        return 0;
    if (timeout_ms > 0 && !doors_wait(&publisher->doors, timeout_ms))
        return 0;
    gate_serve(&publisher->doors.gate);
    for (unsigned door = 0; door < publisher->doors.count; door++)
        for (int i = 0; i < BATCH && sent < BATCH_BYTES; i++) {
            if (!request_take(publisher, door, &sent))
                break;
            served++;
        }
    peers_probe(publisher);
    heartbeat_say(publisher);
    return served;
}
