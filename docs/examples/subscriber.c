/* Prints each stroke as it is counted, and the totals at the end.
 *
 * usage: subscriber [BUS FOLDER]
 * build: cc subscriber.c -o subscriber $(pkg-config --cflags --libs libzmq jansson)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>
#include <zmq.h>

#define SILENT_MS 3000 /* a stream that lives says something each second */

static void *connect_to(void *context, int type, const char *bus, const char *name, void *socket)
{
    char endpoint[256];
    snprintf(endpoint, sizeof endpoint, "ipc://%s/%s", bus, name);
    socket = socket ? socket : zmq_socket(context, type);
    zmq_connect(socket, endpoint);
    return socket;
}

/* The next part of a message as JSON; NULL where it is none. */
static json_t *json_take(void *socket)
{
    zmq_msg_t part;
    zmq_msg_init(&part);
    json_t *json = zmq_msg_recv(&part, socket, 0) < 0
                       ? NULL
                       : json_loadb(zmq_msg_data(&part), zmq_msg_size(&part), 0, NULL);
    zmq_msg_close(&part);
    return json;
}

static int total(const json_t *metrics, const char *name)
{
    return (int)json_integer_value(json_object_get(json_object_get(metrics, "strokes"), name));
}

/* Whoever joins late asks for the newest metrics: the totals so far are in them. */
static json_t *last_ask(void *ask)
{
    int more = 0;
    size_t size = sizeof more;
    zmq_send(ask, "{\"ask\":\"last\"}", 14, 0);
    json_decref(json_take(ask));
    zmq_getsockopt(ask, ZMQ_RCVMORE, &more, &size);
    return more ? json_take(ask) : NULL;
}

int main(int argc, char **argv)
{
    static const char *const topics[] = {"stroke", "metrics", "health", "heartbeat", "end"};
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    char bus[200], topic[32];
    if (argc > 1)
        snprintf(bus, sizeof bus, "%s", argv[1]);
    else if (runtime)
        snprintf(bus, sizeof bus, "%s/rollscope/main", runtime);
    else
        snprintf(bus, sizeof bus, "/tmp/rollscope-%u/main", (unsigned)getuid());
    void *context = zmq_ctx_new();
    void *live = connect_to(context, ZMQ_SUB, bus, "events", NULL);
    connect_to(context, ZMQ_SUB, bus, "metrics", live);
    for (size_t i = 0; i < sizeof topics / sizeof topics[0]; i++)
        zmq_setsockopt(live, ZMQ_SUBSCRIBE, topics[i], strlen(topics[i]));
    void *ask = connect_to(context, ZMQ_DEALER, bus, "metrics.ask", NULL);
    json_t *metrics = last_ask(ask);
    printf("so far %d\n", total(metrics, "one_way"));
    for (int ended = 0; ended < 2; fflush(stdout)) {
        zmq_pollitem_t item = {.socket = live, .events = ZMQ_POLLIN};
        if (zmq_poll(&item, 1, SILENT_MS) == 0) {
            printf("silent: is rollscope running?\n");
            continue;
        }
        int length = zmq_recv(live, topic, sizeof topic - 1, 0);
        topic[length < 0 ? 0 : length] = 0;
        json_t *message = json_take(live);
        ended += !strcmp(topic, "end");
        if (!strcmp(topic, "stroke"))
            printf("stroke %d %.0f mm %.0f mm/s\n",
                   (int)json_integer_value(json_object_get(message, "id")),
                   json_number_value(json_object_get(message, "travel_mm")),
                   json_number_value(json_object_get(message, "mean_speed_mm_s")));
        if (!strcmp(topic, "metrics")) {
            json_decref(metrics);
            metrics = json_incref(message);
        }
        json_decref(message);
    }
    printf("total %d cycles %d\n", total(metrics, "one_way"), total(metrics, "cycles"));
    json_decref(metrics);
    zmq_close(live);
    zmq_close(ask);
    zmq_ctx_term(context);
    return 0;
}
