#include "endpoints.h"
#include "keys.h"
#include "reader_state.h"
#include "sockets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define QUEUE        256 /* live messages waiting here; more wait at the publisher */
#define REQUESTS     64  /* waiting for a publisher that is not there */
#define GOODBYE_MS   200
#define MESSAGE_MOST (256 << 10) /* bytes; a frame has 131128 at most */

/* With a server's key the connection speaks CURVE. */
static int curve_set(void *socket, const struct bus_reader_options *options,
                     struct failure *failure)
{
    struct key_pair pair;
    uint8_t server[KEY_BYTES];
    char folder[BUS_KEYS_PATH_SIZE];
    int status = key_decode(server, options->server_key, failure);
    if (!status)
        status = bus_keys_folder(folder, failure);
    if (!status)
        status = key_pair_read(&pair, folder, failure);
    if (!status && (zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, server, KEY_BYTES) ||
                    zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, pair.public_key, KEY_BYTES) ||
                    zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, pair.secret_key, KEY_BYTES)))
        status = socket_failure(failure, "bus: CURVE");
    key_pair_forget(&pair);
    return status;
}

/* Of a publisher on this machine only what is not in its ring. */
static int subscribe(const struct bus_reader *reader)
{
    static const char *const told[] = {"end", "heartbeat", HEALTH_TOPIC};
    int bad = 0;
    if (endpoint_is_remote(reader->place))
        return zmq_setsockopt(reader->live, ZMQ_SUBSCRIBE, "", 0);
    for (size_t i = 0; i < sizeof told / sizeof told[0]; i++)
        bad |= zmq_setsockopt(reader->live, ZMQ_SUBSCRIBE, told[i], strlen(told[i]));
    return bad;
}

static int socket_connect(void *socket, const struct bus_reader *reader,
                          const struct bus_reader_options *options, struct failure *failure)
{
    const int64_t longest = MESSAGE_MOST;
    bool subscribes = socket == reader->live;
    char endpoint[ENDPOINT_SIZE];
    int status = endpoint_of(endpoint, reader->place, reader->number, !subscribes, failure);
    if (!status && options->server_key)
        status = curve_set(socket, options, failure);
    if (status)
        return status;
    if ((subscribes && subscribe(reader)) ||
        zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &longest, sizeof longest) ||
        zmq_connect(socket, endpoint))
        return socket_failure(failure, endpoint);
    return STATUS_OK;
}

static int sockets_open(struct bus_reader *reader, const struct bus_reader_options *options,
                        struct failure *failure)
{
    static const struct socket_option live[] = {
        {ZMQ_RCVHWM, QUEUE}, {ZMQ_LINGER, 0}, {ZMQ_IPV6, 1}, {-1, 0}};
    static const struct socket_option asked[] = {{ZMQ_SNDHWM, REQUESTS},
                                                 {ZMQ_LINGER, GOODBYE_MS},
                                                 {ZMQ_RECONNECT_IVL, 20},
                                                 {ZMQ_IPV6, 1},
                                                 {-1, 0}};
    reader->context = zmq_ctx_new();
    if (!reader->context)
        return socket_failure(failure, "bus: a context");
    reader->live = socket_make(reader->context, ZMQ_SUB, live, failure);
    reader->asked = socket_make(reader->context, ZMQ_DEALER, asked, failure);
    if (!reader->live || !reader->asked)
        return STATUS_SYSTEM;
    int status = socket_connect(reader->live, reader, options, failure);
    return status ? status : socket_connect(reader->asked, reader, options, failure);
}

static void options_take(struct bus_reader *reader, const struct bus_reader_options *options)
{
    snprintf(reader->name, sizeof reader->name, "%s", options->name ? options->name : "");
    snprintf(reader->wanted, sizeof reader->wanted, "%s", options->session ? options->session : "");
    reader->next = reader->acknowledged = options->from;
    reader->skip = options->skip;
    reader->look_ms = options->look_ms;
}

int bus_reader_open(struct bus_reader **result, const char *folder, enum bus_stream stream,
                    const struct bus_reader_options *options, struct failure *failure)
{
    static const struct bus_reader_options usual;
    *result = NULL;
    struct bus_reader *reader = calloc(1, sizeof *reader);
    if (!reader)
        return failure_set(failure, STATUS_MEMORY, "bus %s: out of memory", folder);
    snprintf(reader->place, sizeof reader->place, "%s", folder);
    reader->number = stream;
    reader->stream = stream_of(stream);
    reader->heard_ms = now_ms();
    options_take(reader, options ? options : &usual);
    zmq_msg_init(&reader->current);
    zmq_msg_init(&reader->held);
    zmq_msg_init(&reader->said);
    int status = STATUS_OK;
    if (stream == BUS_FRAMES)
        reader->cells = malloc(sizeof *reader->cells * MAT_SIDE_MAX * MAT_SIDE_MAX);
    if (stream == BUS_FRAMES && !reader->cells)
        status = failure_set(failure, STATUS_MEMORY, "bus %s: out of memory", folder);
    if (!status)
        status = sockets_open(reader, options ? options : &usual, failure);
    if (status)
        bus_reader_close(reader);
    else
        *result = reader;
    return status;
}

uint64_t bus_reader_lost(struct bus_reader *reader, uint64_t *first, uint64_t *last)
{
    uint64_t count = reader->lost_count;
    *first = reader->lost_first;
    *last = reader->lost_last;
    reader->lost_count = 0;
    return count;
}

size_t bus_reader_text(const struct bus_reader *reader, const char **text)
{
    zmq_msg_t *current = (zmq_msg_t *)&reader->current;
    *text = zmq_msg_data(current);
    return zmq_msg_size(current);
}

size_t bus_reader_counters(const struct bus_reader *reader, const char **text)
{
    zmq_msg_t *said = (zmq_msg_t *)&reader->said;
    *text = zmq_msg_data(said);
    return zmq_msg_size(said);
}

void bus_reader_health(const struct bus_reader *reader, struct bus_reader_health *health)
{
    *health = reader->health;
    health->next = reader->next;
    health->newest = reader->newest;
    health->silent_s = (double)(now_ms() - reader->heard_ms) * 1e-3;
}

int64_t bus_reader_origin(const struct bus_reader *reader)
{
    return reader->ring ? ring_watch_origin(reader->ring) : 0;
}

void bus_reader_seek(struct bus_reader *reader, uint64_t from)
{
    reader->next = reader->acknowledged = from;
}

void bus_reader_close(struct bus_reader *reader)
{
    if (!reader)
        return;
    if (reader->known && *reader->name)
        reader_ask(reader, ASK_BYE);
    zmq_msg_close(&reader->current);
    zmq_msg_close(&reader->held);
    zmq_msg_close(&reader->said);
    if (reader->live)
        zmq_close(reader->live);
    if (reader->asked)
        zmq_close(reader->asked);
    if (reader->context)
        zmq_ctx_term(reader->context);
    ring_watch_close(reader->ring);
    free(reader->cells);
    free(reader);
}
