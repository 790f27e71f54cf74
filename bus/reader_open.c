#include "folder.h"
#include "reader_state.h"
#include "sockets.h"

#include <stdio.h>
#include <stdlib.h>

#define QUEUE      256 /* live messages waiting here; more wait at the publisher */
#define REQUESTS   64  /* waiting for a publisher that is not there */
#define GOODBYE_MS 200

static void *reader_connect(struct bus_reader *reader, const char *folder, int type,
                            struct failure *failure)
{
    static const struct socket_option live[] = {{ZMQ_RCVHWM, QUEUE}, {ZMQ_LINGER, 0}, {-1, 0}};
    static const struct socket_option asked[] = {
        {ZMQ_SNDHWM, REQUESTS}, {ZMQ_LINGER, GOODBYE_MS}, {ZMQ_RECONNECT_IVL, 20}, {-1, 0}};
    bool subscribes = type == ZMQ_SUB;
    void *socket = socket_make(reader->context, type, subscribes ? live : asked, failure);
    if (!socket)
        return NULL;
    char endpoint[BUS_PATH_SIZE];
    bus_endpoint(endpoint, folder, reader->stream->name, subscribes ? "" : ".ask");
    if ((subscribes && zmq_setsockopt(socket, ZMQ_SUBSCRIBE, "", 0)) ||
        zmq_connect(socket, endpoint)) {
        socket_failure(failure, endpoint);
        zmq_close(socket);
        return NULL;
    }
    return socket;
}

static void options_take(struct bus_reader *reader, const struct bus_reader_options *options)
{
    if (!options)
        return;
    snprintf(reader->name, sizeof reader->name, "%s", options->name ? options->name : "");
    snprintf(reader->wanted, sizeof reader->wanted, "%s", options->session ? options->session : "");
    reader->next = reader->acknowledged = options->from;
    reader->skip = options->skip;
}

int bus_reader_open(struct bus_reader **result, const char *folder, enum bus_stream stream,
                    const struct bus_reader_options *options, struct failure *failure)
{
    *result = NULL;
    struct bus_reader *reader = calloc(1, sizeof *reader);
    if (!reader)
        return failure_set(failure, STATUS_MEMORY, "bus %s: out of memory", folder);
    reader->stream = stream_of(stream);
    reader->heard_ms = now_ms();
    options_take(reader, options);
    zmq_msg_init(&reader->current);
    zmq_msg_init(&reader->held);
    if (stream == BUS_FRAMES)
        reader->cells = malloc(sizeof *reader->cells * MAT_SIDE_MAX * MAT_SIDE_MAX);
    if (stream == BUS_FRAMES && !reader->cells) {
        bus_reader_close(reader);
        return failure_set(failure, STATUS_MEMORY, "bus %s: out of memory", folder);
    }
    reader->context = zmq_ctx_new();
    if (reader->context)
        reader->live = reader_connect(reader, folder, ZMQ_SUB, failure);
    if (reader->live)
        reader->asked = reader_connect(reader, folder, ZMQ_DEALER, failure);
    if (!reader->asked) {
        bus_reader_close(reader);
        return STATUS_SYSTEM;
    }
    *result = reader;
    return STATUS_OK;
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

void bus_reader_health(const struct bus_reader *reader, struct bus_reader_health *health)
{
    *health = reader->health;
    health->next = reader->next;
    health->newest = reader->newest;
    health->silent_s = (double)(now_ms() - reader->heard_ms) * 1e-3;
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
    if (reader->live)
        zmq_close(reader->live);
    if (reader->asked)
        zmq_close(reader->asked);
    if (reader->context)
        zmq_ctx_term(reader->context);
    free(reader->cells);
    free(reader);
}
