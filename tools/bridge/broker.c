#include "broker.h"

#include "../cli/say.h"
#include "../cli/stopping.h"

#include <mosquitto.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KEEP_ALIVE_S  15
#define PATIENCE_MS   10000 /* with a broker that does not answer */
#define RETRY_MS      500   /* the first time; doubles */
#define RETRY_MOST_MS 15000
#define NEWEST_MOST   8 /* on their way at once */
#define EACH_MOST     256
#define FAREWELL_MS   500
#define TOPIC_SIZE    256
#define AUTHORITIES   "/etc/ssl/certs"
#define ONLINE        "online"
#define OFFLINE       "offline"

struct broker {
    struct broker_options options;
    struct mosquitto *client;
    struct broker_health health;
    char status[TOPIC_SIZE];
    bool asked, connected;
    bool told; /* that it cannot be reached */
    int64_t next_ms;
    int retry_ms;
};

static uint64_t on_their_way(const struct broker *broker)
{
    return broker->health.sent - broker->health.confirmed;
}

/* What it keeps for the next connection where this one broke just now is sent, too. */
static int publish(struct broker *broker, const char *topic, const char *text, size_t size,
                   bool retain)
{
    int code = mosquitto_publish(broker->client, NULL, topic, (int)size, text, 1, retain);
    bool kept = code == MOSQ_ERR_SUCCESS || code == MOSQ_ERR_NO_CONN ||
                code == MOSQ_ERR_CONN_LOST || code == MOSQ_ERR_ERRNO;
    broker->health.sent += kept;
    return kept ? STATUS_OK : STATUS_SYSTEM;
}

static void say_away(struct broker *broker, const char *why)
{
    if (!broker->told)
        say_error("broker %s:%d: %s; trying again", broker->options.host, broker->options.port,
                  why);
    broker->told = true;
}

/* It is tried again later, each time a longer while. */
static void leave(struct broker *broker, const char *why)
{
    say_away(broker, why);
    broker->asked = broker->connected = false;
    broker->next_ms = monotonic_ms() + broker->retry_ms;
    broker->retry_ms = broker->retry_ms * 2 < RETRY_MOST_MS ? broker->retry_ms * 2 : RETRY_MOST_MS;
}

static void connected(struct mosquitto *client, void *context, int code)
{
    struct broker *broker = context;
    (void)client;
    if (code) {
        leave(broker, mosquitto_connack_string(code));
        return;
    }
    broker->connected = true;
    broker->told = false;
    broker->retry_ms = RETRY_MS;
    broker->health.connects++;
    say("broker %s:%d: connected", broker->options.host, broker->options.port);
    publish(broker, broker->status, ONLINE, strlen(ONLINE), true);
}

static void confirmed(struct mosquitto *client, void *context, int message)
{
    struct broker *broker = context;
    (void)client;
    (void)message;
    broker->health.confirmed++;
}

static const char *reason(int code)
{
    return code == MOSQ_ERR_ERRNO ? strerror(errno) : mosquitto_strerror(code);
}

static int prepare(struct broker *broker, struct failure *failure)
{
    const struct broker_options *options = &broker->options;
    if (mosquitto_pub_topic_check(options->topic) ||
        snprintf(broker->status, sizeof broker->status, "%s/status", options->topic) >=
            (int)sizeof broker->status)
        return failure_set(failure, STATUS_ARGUMENT, "'%s' cannot be the beginning of a topic",
                           options->topic);
    int code =
        mosquitto_will_set(broker->client, broker->status, (int)strlen(OFFLINE), OFFLINE, 1, true);
    if (!code && options->user)
        code = mosquitto_username_pw_set(broker->client, options->user, options->password);
    if (!code && options->tls)
        code = mosquitto_tls_set(broker->client, options->authorities,
                                 options->authorities ? NULL : AUTHORITIES, NULL, NULL, NULL);
    if (code == MOSQ_ERR_INVAL && options->authorities)
        return failure_set(failure, STATUS_ARGUMENT, "%s: cannot be read", options->authorities);
    if (code)
        return failure_set(failure, STATUS_SYSTEM, "MQTT: %s", reason(code));
    mosquitto_connect_callback_set(broker->client, connected);
    mosquitto_publish_callback_set(broker->client, confirmed);
    return STATUS_OK;
}

int broker_open(struct broker **result, const struct broker_options *options,
                struct failure *failure)
{
    struct broker *broker = calloc(1, sizeof *broker);
    *result = broker;
    if (!broker)
        return failure_set(failure, STATUS_MEMORY, "MQTT: out of memory");
    broker->options = *options;
    broker->retry_ms = RETRY_MS;
    mosquitto_lib_init();
    broker->client = mosquitto_new(NULL, true, broker);
    return broker->client ? prepare(broker, failure)
                          : failure_system(failure, errno, "MQTT: no client");
}

static void ask(struct broker *broker)
{
    const struct broker_options *options = &broker->options;
    int code = mosquitto_connect_async(broker->client, options->host, options->port, KEEP_ALIVE_S);
    if (code) {
        leave(broker, reason(code));
        return;
    }
    broker->asked = true;
    broker->next_ms = monotonic_ms() + PATIENCE_MS;
}

void broker_tend(struct broker *broker, int timeout_ms)
{
    if (!broker->asked && monotonic_ms() >= broker->next_ms)
        ask(broker);
    if (!broker->asked) {
        usleep((useconds_t)timeout_ms * 1000);
        return;
    }
    int code = mosquitto_loop(broker->client, timeout_ms, 1);
    if (code && broker->asked)
        leave(broker, reason(code));
    else if (broker->asked && !broker->connected && monotonic_ms() >= broker->next_ms)
        leave(broker, "does not answer");
}

bool broker_takes(const struct broker *broker, enum broker_care care)
{
    return broker->connected &&
           on_their_way(broker) < (care == BROKER_NEWEST ? NEWEST_MOST : EACH_MOST);
}

int broker_send(struct broker *broker, const char *name, const char *text, size_t size,
                enum broker_care care)
{
    char topic[TOPIC_SIZE];
    if (!broker_takes(broker, care) ||
        snprintf(topic, sizeof topic, "%s/%s", broker->options.topic, name) >= (int)sizeof topic)
        return STATUS_SYSTEM;
    return publish(broker, topic, text, size, care != BROKER_EACH);
}

bool broker_settled(const struct broker *broker)
{
    return !on_their_way(broker);
}

void broker_health(const struct broker *broker, struct broker_health *health)
{
    *health = broker->health;
}

void broker_close(struct broker *broker)
{
    if (!broker)
        return;
    int64_t until_ms = monotonic_ms() + FAREWELL_MS;
    if (broker->connected)
        publish(broker, broker->status, OFFLINE, strlen(OFFLINE), true);
    while (broker->connected && !broker_settled(broker) && monotonic_ms() < until_ms)
        broker_tend(broker, 10);
    mosquitto_disconnect(broker->client);
    mosquitto_destroy(broker->client);
    mosquitto_lib_cleanup();
    free(broker);
}
