#include "doors.h"

#include "endpoints.h"
#include "keys.h"
#include "sockets.h"

#include <string.h>

#include <zmq.h>

#define ANSWERS_MOST   8    /* waiting for one reader that does not read them */
#define INCOMING_BYTES 4096 /* the longest question or subscription */
#define LINGER_MS      500

static int door_make(struct doors *doors, struct door *door, int queue, struct failure *failure)
{
    const struct socket_option publish[] = {
        {ZMQ_SNDHWM, queue}, {ZMQ_LINGER, LINGER_MS}, {ZMQ_IPV6, 1}, {-1, 0}};
    const struct socket_option answer[] = {{ZMQ_SNDHWM, ANSWERS_MOST},
                                           {ZMQ_ROUTER_MANDATORY, 1},
                                           {ZMQ_LINGER, LINGER_MS},
                                           {ZMQ_IPV6, 1},
                                           {-1, 0}};
    const int64_t longest = INCOMING_BYTES;
    door->publish = socket_make(doors->context, ZMQ_PUB, publish, failure);
    door->answer = socket_make(doors->context, ZMQ_ROUTER, answer, failure);
    if (!door->publish || !door->answer ||
        zmq_setsockopt(door->publish, ZMQ_MAXMSGSIZE, &longest, sizeof longest) ||
        zmq_setsockopt(door->answer, ZMQ_MAXMSGSIZE, &longest, sizeof longest))
        return socket_failure(failure, "bus: a socket");
    return STATUS_OK;
}

static int bind_to(void *socket, const char *endpoint, struct failure *failure)
{
    return zmq_bind(socket, endpoint) ? socket_failure(failure, endpoint) : STATUS_OK;
}

static int door_bind(const struct door *door, const struct doors_plan *plan, const char *place,
                     struct failure *failure)
{
    char publish[ENDPOINT_SIZE], answer[ENDPOINT_SIZE];
    int status = endpoint_of(publish, place, plan->stream, false, failure);
    if (!status)
        status = endpoint_of(answer, place, plan->stream, true, failure);
    if (!status)
        status = bind_to(door->publish, publish, failure);
    return status ? status : bind_to(door->answer, answer, failure);
}

static int door_lock(const struct door *door, const char *keys, struct failure *failure)
{
    static const int yes = 1;
    struct key_pair pair;
    int status = key_pair_read(&pair, keys, failure);
    void *const sockets[] = {door->publish, door->answer};
    for (int i = 0; i < 2 && !status; i++)
        if (zmq_setsockopt(sockets[i], ZMQ_CURVE_SERVER, &yes, sizeof yes) ||
            zmq_setsockopt(sockets[i], ZMQ_CURVE_SECRETKEY, pair.secret_key, KEY_BYTES) ||
            zmq_setsockopt(sockets[i], ZMQ_ZAP_DOMAIN, "rollscope", 9))
            status = socket_failure(failure, "bus: CURVE");
    key_pair_forget(&pair);
    return status;
}

/* The door to the network. */
static int network_open(struct doors *doors, const struct doors_plan *plan, struct failure *failure)
{
    const struct bus_publisher_options *options = plan->options;
    bool curve = options->curve || !endpoint_is_loopback(options->listen);
    struct door *door = &doors->list[doors->count++];
    char keys[BUS_KEYS_PATH_SIZE];
    int status = door_make(doors, door, plan->queue, failure);
    if (!status && curve)
        status = bus_keys_folder(keys, failure);
    if (!status && curve)
        status = gate_open(&doors->gate, doors->context, keys, failure);
    if (!status && curve)
        status = door_lock(door, keys, failure);
    return status ? status : door_bind(door, plan, options->listen, failure);
}

int doors_open(struct doors *doors, const struct doors_plan *plan, struct failure *failure)
{
    const char *listen = plan->options->listen;
    doors->context = zmq_ctx_new();
    if (!doors->context)
        return socket_failure(failure, "bus: a context");
    struct door *door = &doors->list[doors->count++];
    int status = door_make(doors, door, plan->queue, failure);
    if (!status)
        status = door_bind(door, plan, plan->folder, failure);
    return status || !listen || !*listen ? status : network_open(doors, plan, failure);
}

int doors_publish(struct doors *doors, const char *topic, const void *bytes, size_t size)
{
    for (unsigned i = 0; i < doors->count; i++)
        if (zmq_send(doors->list[i].publish, topic, strlen(topic), ZMQ_SNDMORE) < 0 ||
            zmq_send(doors->list[i].publish, bytes, size, 0) < 0)
            return STATUS_SYSTEM;
    return 1;
}

bool doors_wait(struct doors *doors, int timeout_ms)
{
    zmq_pollitem_t items[DOORS_MOST + 1];
    int count = 0;
    for (unsigned i = 0; i < doors->count; i++)
        items[count++] = (zmq_pollitem_t){.socket = doors->list[i].answer, .events = ZMQ_POLLIN};
    if (doors->gate.socket)
        items[count++] = (zmq_pollitem_t){.socket = doors->gate.socket, .events = ZMQ_POLLIN};
    return zmq_poll(items, count, timeout_ms) >= 0;
}

void doors_close(struct doors *doors)
{
    for (unsigned i = 0; i < doors->count; i++) {
        if (doors->list[i].publish)
            zmq_close(doors->list[i].publish);
        if (doors->list[i].answer)
            zmq_close(doors->list[i].answer);
    }
    gate_close(&doors->gate);
    if (doors->context)
        zmq_ctx_term(doors->context);
}
