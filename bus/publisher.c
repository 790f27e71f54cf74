#include "publisher.h"

#include "control.h"
#include "folder.h"
#include "peers.h"
#include "sockets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <zmq.h>

#define QUEUE_BYTES  (8U << 20) /* for one slow subscriber */
#define QUEUE_LEAST  16
#define QUEUE_MOST   1000
#define ANSWERS_MOST 8          /* waiting for one reader that does not read them */
#define RANGE_BYTES  (1U << 20) /* in one answer */
#define BATCH        64         /* requests served before the caller's turn */
#define SILENCE_MS   1000       /* after which a reader is probed */
#define FORGET_MS    10000      /* after which a vanished reader is no longer waited for */
#define LINGER_MS    500

struct publisher {
    char folder[BUS_FOLDER_SIZE];
    const char *name;
    struct ring *ring;
    void *context, *publish, *answer;
    struct bus_session session;
    struct peers peers;
    uint64_t window; /* paced: how far a reader may be behind */
    int64_t probed_ms;
    struct bus_publisher_health health;
};

int publisher_open(struct publisher **result, const char *folder, const char *name,
                   struct failure *failure)
{
    *result = NULL;
    struct publisher *publisher = calloc(1, sizeof *publisher);
    if (!publisher)
        return failure_set(failure, STATUS_MEMORY, "bus %s: out of memory", folder);
    memcpy(publisher->folder, folder, strnlen(folder, BUS_FOLDER_SIZE - 1));
    publisher->name = name;
    char path[BUS_PATH_SIZE];
    bus_ring_path(path, folder, name);
    int status = ring_open(&publisher->ring, path, failure);
    if (status)
        publisher_close(publisher);
    else
        *result = publisher;
    return status;
}

struct ring *publisher_ring(struct publisher *publisher)
{
    return publisher->ring;
}

int publisher_left_session(const struct publisher *publisher, struct bus_session *session)
{
    const char *note = ring_note(publisher->ring);
    return *note && !bus_session_decode(session, note, strlen(note));
}

int publisher_format(struct publisher *publisher, const struct bus_session *session,
                     uint32_t slot_size, uint32_t slots, struct failure *failure)
{
    char note[RING_NOTE_SIZE];
    if (bus_session_encode(session, note, sizeof note) < 0)
        return failure_set(failure, STATUS_ARGUMENT,
                           "bus %s: the mat's names are no UTF-8 or too long", publisher->folder);
    return ring_format(publisher->ring, slot_size, slots, note, failure);
}

static int queue_length(const struct publisher *publisher)
{
    unsigned length = QUEUE_BYTES / ring_slot_size(publisher->ring);
    return (int)(length < QUEUE_LEAST ? QUEUE_LEAST : length > QUEUE_MOST ? QUEUE_MOST : length);
}

static int socket_bind(struct publisher *publisher, void *socket, const char *suffix,
                       struct failure *failure)
{
    char endpoint[BUS_PATH_SIZE];
    bus_endpoint(endpoint, publisher->folder, publisher->name, suffix);
    return socket && !zmq_bind(socket, endpoint) ? STATUS_OK : socket_failure(failure, endpoint);
}

int publisher_start(struct publisher *publisher, const struct bus_session *session,
                    struct failure *failure)
{
    publisher->session = *session;
    int queue = queue_length(publisher);
    uint64_t half = ring_capacity(publisher->ring) / 2;
    publisher->window = half < (uint64_t)queue / 2 ? half : (uint64_t)queue / 2;
    const struct socket_option publish[] = {{ZMQ_SNDHWM, queue}, {ZMQ_LINGER, LINGER_MS}, {-1, 0}};
    const struct socket_option answer[] = {
        {ZMQ_SNDHWM, ANSWERS_MOST}, {ZMQ_ROUTER_MANDATORY, 1}, {ZMQ_LINGER, LINGER_MS}, {-1, 0}};
    publisher->context = zmq_ctx_new();
    if (!publisher->context)
        return socket_failure(failure, "bus: a context");
    publisher->publish = socket_make(publisher->context, ZMQ_PUB, publish, failure);
    publisher->answer = socket_make(publisher->context, ZMQ_ROUTER, answer, failure);
    if (!publisher->publish || !publisher->answer)
        return STATUS_SYSTEM;
    int status = socket_bind(publisher, publisher->publish, "", failure);
    return status ? status : socket_bind(publisher, publisher->answer, ".ask", failure);
}

const struct bus_session *publisher_session(const struct publisher *publisher)
{
    return &publisher->session;
}

static int publish(struct publisher *publisher, const char *topic, const void *bytes, size_t size)
{
    if (zmq_send(publisher->publish, topic, strlen(topic), ZMQ_SNDMORE) < 0 ||
        zmq_send(publisher->publish, bytes, size, 0) < 0)
        return STATUS_SYSTEM;
    return 1;
}

int publisher_send(struct publisher *publisher, const char *topic, size_t size,
                   struct failure *failure)
{
    const uint8_t *bytes = ring_begin(publisher->ring);
    ring_commit(publisher->ring, size);
    if (publish(publisher, topic, bytes, size) < 1)
        return socket_failure(failure, "bus: publish");
    return 1;
}

static void answer_fill(const struct publisher *publisher, struct answer *answer)
{
    memset(answer, 0, sizeof *answer);
    memcpy(answer->session.id, publisher->session.id, sizeof answer->session.id);
    answer->ended = ring_ended(publisher->ring);
    answer->first = ring_first(publisher->ring);
    answer->next = ring_next(publisher->ring);
}

/* @return 0, or the errno of a peer that is not there (EHOSTUNREACH) or does not read (EAGAIN) */
static int answer_send(struct publisher *publisher, const struct peer_identity *peer,
                       const struct answer *answer, bool more)
{
    char text[CONTROL_SIZE];
    int length = answer_write(answer, text, sizeof text);
    if (length < 0)
        return EINVAL;
    if (zmq_send(publisher->answer, peer->bytes, peer->size, ZMQ_SNDMORE | ZMQ_DONTWAIT) < 0)
        return zmq_errno();
    int flags = ZMQ_DONTWAIT | (more ? ZMQ_SNDMORE : 0);
    return zmq_send(publisher->answer, text, (size_t)length, flags) < 0 ? zmq_errno() : 0;
}

/* The part of the ring that one answer carries; a torn message is left out, at either end. */
static void range_cut(const struct publisher *publisher, const struct request *request,
                      struct answer *answer)
{
    const uint8_t *bytes;
    size_t size, total = 0;
    answer->from = request->from < answer->first ? answer->first : request->from;
    while (answer->from < answer->next &&
           ring_read(publisher->ring, answer->from, &bytes, &size) < 1)
        answer->from++;
    for (uint64_t number = answer->from; number < answer->next && answer->count < request->count;
         number++) {
        if (ring_read(publisher->ring, number, &bytes, &size) < 1 || total + size > RANGE_BYTES)
            break;
        total += size;
        answer->count++;
    }
}

static void range_answer(struct publisher *publisher, const struct peer_identity *peer,
                         const struct request *request)
{
    struct answer answer;
    answer_fill(publisher, &answer);
    range_cut(publisher, request, &answer);
    if (answer_send(publisher, peer, &answer, answer.count > 0))
        return;
    for (uint64_t i = 0; i < answer.count; i++) {
        const uint8_t *bytes = (const uint8_t *)"";
        size_t size = 0;
        ring_read(publisher->ring, answer.from + i, &bytes, &size);
        int flags = ZMQ_DONTWAIT | (i + 1 < answer.count ? ZMQ_SNDMORE : 0);
        if (zmq_send(publisher->answer, bytes, size, flags) < 0)
            return;
        publisher->health.resent++;
    }
}

static void state_answer(struct publisher *publisher, const struct peer_identity *identity,
                         bool whole)
{
    struct answer answer;
    answer_fill(publisher, &answer);
    answer.whole = whole;
    if (whole)
        answer.session = publisher->session;
    answer_send(publisher, identity, &answer, false);
}

/* A killed reader's socket cannot be sent to; a stopped one's can. */
static void peer_probe(struct publisher *publisher, struct peer *peer)
{
    struct answer answer;
    if (peer->gone_ms)
        return;
    answer_fill(publisher, &answer);
    peer->heard_ms = now_ms();
    if (answer_send(publisher, &peer->identity, &answer, false) == EHOSTUNREACH)
        peer->gone_ms = peer->heard_ms;
}

/* Who comes or goes under a name tells that an older one of that name was perhaps killed. */
static void namesakes_probe(struct publisher *publisher, const char *name)
{
    for (unsigned i = 0; i < publisher->peers.count; i++)
        if (!strcmp(publisher->peers.list[i].name, name))
            peer_probe(publisher, &publisher->peers.list[i]);
}

/* Any request registers its reader, so that one that outlives its publisher is known to the next.
 */
static void reader_heard(struct publisher *publisher, const struct peer_identity *identity,
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

static void request_serve(struct publisher *publisher, const struct peer_identity *identity,
                          const struct request *request)
{
    publisher->health.requests++;
    reader_heard(publisher, identity, request);
    if (request->ask == ASK_RANGE)
        range_answer(publisher, identity, request);
    if (request->ask == ASK_HELLO || request->ask == ASK_STATE)
        state_answer(publisher, identity, request->ask == ASK_HELLO);
}

/* @return 1 when a request was there, well-formed or not */
static int request_take(struct publisher *publisher)
{
    struct peer_identity identity;
    int size = zmq_recv(publisher->answer, identity.bytes, sizeof identity.bytes, ZMQ_DONTWAIT);
    if (size < 0)
        return 0;
    identity.size = (size_t)size;
    char text[CONTROL_SIZE];
    struct request request;
    bool good = identity.size <= sizeof identity.bytes && parts_more(publisher->answer);
    int length = good ? zmq_recv(publisher->answer, text, sizeof text, ZMQ_DONTWAIT) : -1;
    good = length >= 0 && (size_t)length < sizeof text && !parts_more(publisher->answer) &&
           !request_read(&request, text, (size_t)length);
    parts_skip(publisher->answer);
    if (good)
        request_serve(publisher, &identity, &request);
    else
        publisher->health.malformed++;
    return 1;
}

static void peers_probe(struct publisher *publisher)
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

int publisher_serve(struct publisher *publisher, int timeout_ms)
{
    zmq_pollitem_t item = {.socket = publisher->answer, .events = ZMQ_POLLIN};
    int served = 0;
    if (timeout_ms > 0 && zmq_poll(&item, 1, timeout_ms) < 0)
        return 0;
    while (served < BATCH && request_take(publisher))
        served++;
    peers_probe(publisher);
    return served;
}

bool publisher_room(const struct publisher *publisher)
{
    uint64_t next = ring_next(publisher->ring);
    return !publisher->session.paced ||
           next - peers_slowest(&publisher->peers, next) < publisher->window;
}

void publisher_end(struct publisher *publisher)
{
    if (ring_ended(publisher->ring))
        return;
    ring_end(publisher->ring);
    struct answer answer;
    answer_fill(publisher, &answer);
    char text[CONTROL_SIZE];
    int length = answer_write(&answer, text, sizeof text);
    if (length > 0)
        publish(publisher, "end", text, (size_t)length);
}

bool publisher_left(const struct publisher *publisher)
{
    return publisher->peers.count == 0;
}

void publisher_health(const struct publisher *publisher, struct bus_publisher_health *health)
{
    *health = publisher->health;
    health->next = ring_next(publisher->ring);
    health->first = ring_first(publisher->ring);
    health->readers = publisher->peers.count;
    health->vanished = peers_vanished(&publisher->peers);
    health->behind = health->next - peers_slowest(&publisher->peers, health->next);
}

void publisher_close(struct publisher *publisher)
{
    if (!publisher)
        return;
    if (publisher->publish)
        zmq_close(publisher->publish);
    if (publisher->answer)
        zmq_close(publisher->answer);
    if (publisher->context)
        zmq_ctx_term(publisher->context);
    if (publisher->ring && ring_ended(publisher->ring) && publisher_left(publisher))
        ring_discard(publisher->ring);
    else
        ring_close(publisher->ring);
    free(publisher);
}
