#include "reader.h"

#include "control.h"
#include "folder.h"
#include "sockets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zmq.h>

#define QUEUE        256 /* live messages waiting here; more wait at the publisher */
#define REQUESTS     64  /* waiting for a publisher that is not there */
#define RANGE        256 /* messages asked for at once */
#define ACK_EVERY    16
#define ASK_AGAIN_MS 500  /* an answer that takes longer is asked for again */
#define QUIET_MS     100  /* of silence, after which the state is asked for */
#define FINISH_MS    1000 /* how long reader_finish() waits for the publisher's word */
#define GOODBYE_MS   200
#define TURN_MS      50 /* the longest wait in one go */

struct reader {
    const struct stream_kind *kind;
    char name[READER_NAME_SIZE];
    char wanted[BUS_SESSION_ID_SIZE]; /* empty: any session */
    bool skip;
    void *context, *live, *asked;
    struct bus_session session;
    bool known;     /* the session is */
    bool displaced; /* another session began */
    bool ended;
    uint64_t next;   /* the number to give next */
    uint64_t newest; /* number after the newest known to exist */
    uint64_t end;    /* where it ended */
    uint64_t acknowledged;
    zmq_msg_t current; /* what was given last */
    zmq_msg_t held;    /* came live, ahead of its turn */
    bool holding;
    uint64_t held_number;
    int64_t asked_ms; /* when the last question went out; 0: none is open */
    int64_t heard_ms; /* when anything last came */
    int64_t finish_ms;
    uint64_t lost_first, lost_last, lost_count;
    struct bus_reader_health health;
};

static void *reader_connect(struct reader *reader, const char *folder, int type,
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
    bus_endpoint(endpoint, folder, reader->kind->name, subscribes ? "" : ".ask");
    if ((subscribes && zmq_setsockopt(socket, ZMQ_SUBSCRIBE, "", 0)) ||
        zmq_connect(socket, endpoint)) {
        socket_failure(failure, endpoint);
        zmq_close(socket);
        return NULL;
    }
    return socket;
}

static void options_take(struct reader *reader, const struct bus_reader_options *options)
{
    if (!options)
        return;
    snprintf(reader->name, sizeof reader->name, "%s", options->name ? options->name : "");
    snprintf(reader->wanted, sizeof reader->wanted, "%s", options->session ? options->session : "");
    reader->next = reader->acknowledged = options->from;
    reader->skip = options->skip;
}

int reader_open(struct reader **result, const char *folder, const struct stream_kind *kind,
                const struct bus_reader_options *options, struct failure *failure)
{
    *result = NULL;
    struct reader *reader = calloc(1, sizeof *reader);
    if (!reader)
        return failure_set(failure, STATUS_MEMORY, "bus %s: out of memory", folder);
    reader->kind = kind;
    options_take(reader, options);
    zmq_msg_init(&reader->current);
    zmq_msg_init(&reader->held);
    reader->context = zmq_ctx_new();
    if (reader->context)
        reader->live = reader_connect(reader, folder, ZMQ_SUB, failure);
    if (reader->live)
        reader->asked = reader_connect(reader, folder, ZMQ_DEALER, failure);
    if (!reader->asked) {
        reader_close(reader);
        return STATUS_SYSTEM;
    }
    *result = reader;
    return STATUS_OK;
}

static void ask(struct reader *reader, enum ask what)
{
    struct request request = {.ask = what, .from = reader->next, .count = RANGE};
    memcpy(request.reader, reader->name, sizeof request.reader);
    char text[CONTROL_SIZE];
    int length = request_write(&request, text, sizeof text);
    if (length > 0)
        zmq_send(reader->asked, text, (size_t)length, ZMQ_DONTWAIT);
    if (what != ASK_BYE)
        reader->acknowledged = reader->next;
    if (what != ASK_BYE && what != ASK_ACK)
        reader->asked_ms = now_ms();
}

static void acknowledge(struct reader *reader, uint64_t least)
{
    if (reader->known && *reader->name && reader->next - reader->acknowledged >= least)
        ask(reader, ASK_ACK);
}

/* Whether a session's messages are the ones that are read. */
static bool session_fits(struct reader *reader, const char *id)
{
    if (!reader->known)
        return !*reader->wanted || !strcmp(id, reader->wanted);
    if (!strcmp(id, reader->session.id))
        return true;
    if (!*reader->wanted)
        reader->displaced = true;
    return false;
}

static void state_take(struct reader *reader, const struct answer *answer)
{
    if (!session_fits(reader, answer->session.id))
        return;
    if (answer->whole && !reader->known) {
        reader->session = answer->session;
        reader->known = true;
    }
    if (answer->next > reader->newest)
        reader->newest = answer->next;
    if (reader->known && !reader->ended && (answer->ended || reader->finish_ms)) {
        reader->ended = true;
        reader->end = answer->next;
    }
}

static void lost_note(struct reader *reader, uint64_t number)
{
    if (!reader->lost_count)
        reader->lost_first = reader->next;
    reader->lost_last = number - 1;
    reader->lost_count += number - reader->next;
    reader->health.lost += number - reader->next;
    reader->next = number;
}

static void state_read(struct reader *reader, const char *text, size_t size)
{
    struct answer answer;
    if (answer_read(&answer, text, size)) {
        reader->health.malformed++;
        return;
    }
    state_take(reader, &answer);
    if (reader->known && !answer.count && answer.from > reader->next)
        lost_note(reader, answer.from);
}

/* Takes the head of an answer; the messages of a range stay in the socket. */
static void answer_take(struct reader *reader)
{
    char text[CONTROL_SIZE];
    int length = zmq_recv(reader->asked, text, sizeof text, ZMQ_DONTWAIT);
    if (length < 0)
        return;
    reader->asked_ms = 0;
    reader->heard_ms = now_ms();
    state_read(reader, text, (size_t)length);
}

static int give(struct reader *reader, zmq_msg_t *message, uint64_t number)
{
    zmq_msg_move(&reader->current, message);
    reader->next = number + 1;
    if (reader->newest < reader->next)
        reader->newest = reader->next;
    return 1;
}

/* @return whether the message is one of this session's; its number */
static bool message_peek(struct reader *reader, zmq_msg_t *message, uint64_t *number)
{
    char session[BUS_SESSION_ID_SIZE];
    if (reader->kind->peek(zmq_msg_data(message), zmq_msg_size(message), number, session)) {
        reader->health.malformed++;
        return false;
    }
    if (!session_fits(reader, session) || !reader->known)
        return false;
    if (*number >= reader->next)
        return true;
    reader->health.duplicates++;
    return false;
}

/* @return 1 a message that was asked for is given; 0 none */
static int asked_next(struct reader *reader)
{
    while (parts_more(reader->asked)) {
        zmq_msg_t message;
        uint64_t number;
        zmq_msg_init(&message);
        if (zmq_msg_recv(&message, reader->asked, ZMQ_DONTWAIT) < 0)
            break;
        if (message_peek(reader, &message, &number)) {
            if (number > reader->next)
                lost_note(reader, number);
            reader->health.asked_again++;
            return give(reader, &message, number);
        }
        zmq_msg_close(&message);
    }
    return 0;
}

static void hold(struct reader *reader, zmq_msg_t *message, uint64_t number)
{
    zmq_msg_move(&reader->held, message);
    reader->holding = true;
    reader->held_number = number;
    if (reader->newest < number + 1)
        reader->newest = number + 1;
}

static int held_next(struct reader *reader)
{
    if (!reader->holding || (reader->held_number > reader->next && !reader->skip))
        return 0;
    reader->holding = false;
    if (reader->held_number < reader->next)
        return 0;
    return give(reader, &reader->held, reader->held_number);
}

/* @return 1 a live message is given; 0 none is there, or one is held */
static int live_next(struct reader *reader)
{
    while (!reader->holding) {
        char topic[32];
        int length = zmq_recv(reader->live, topic, sizeof topic, ZMQ_DONTWAIT);
        zmq_msg_t message;
        uint64_t number;
        if (length < 0)
            return 0;
        zmq_msg_init(&message);
        if (parts_more(reader->live))
            zmq_msg_recv(&message, reader->live, ZMQ_DONTWAIT);
        parts_skip(reader->live);
        reader->heard_ms = now_ms();
        if (length == 3 && !memcmp(topic, "end", 3))
            state_read(reader, zmq_msg_data(&message), zmq_msg_size(&message));
        else if (message_peek(reader, &message, &number))
            hold(reader, &message, number);
        zmq_msg_close(&message);
        if (held_next(reader))
            return 1;
    }
    return 0;
}

/* Asks for what is missing, or whether something is. */
static void questions_ask(struct reader *reader)
{
    int64_t now = now_ms();
    if (reader->asked_ms && now - reader->asked_ms < ASK_AGAIN_MS)
        return;
    if (!reader->known)
        ask(reader, ASK_HELLO);
    else if (!reader->skip && (reader->holding || reader->newest > reader->next))
        ask(reader, ASK_RANGE);
    else if (reader->finish_ms ? !reader->ended : now - reader->heard_ms > QUIET_MS)
        ask(reader, ASK_STATE);
}

static bool at_end(const struct reader *reader)
{
    return reader->ended && (reader->next >= reader->end || (reader->skip && !reader->holding));
}

/* Whether the publisher is silent about where to finish: then it is here. */
static bool finish_late(const struct reader *reader)
{
    return reader->finish_ms && !reader->ended && now_ms() - reader->finish_ms >= FINISH_MS;
}

/* Waits for either socket. @return false when a signal came */
static bool messages_wait(struct reader *reader, int64_t until_ms)
{
    int64_t left = until_ms - now_ms();
    zmq_pollitem_t items[] = {
        {.socket = reader->asked, .events = ZMQ_POLLIN},
        {.socket = reader->live, .events = ZMQ_POLLIN},
    };
    int count = reader->holding || !reader->known ? 1 : 2;
    return zmq_poll(items, count, left < 0 ? 0 : left < TURN_MS ? left : TURN_MS) >= 0;
}

const struct bus_session *reader_session(struct reader *reader, int timeout_ms)
{
    int64_t until_ms = now_ms() + timeout_ms;
    for (;;) {
        if (!reader->known)
            answer_take(reader);
        if (reader->known)
            return &reader->session;
        questions_ask(reader);
        if (now_ms() >= until_ms || !messages_wait(reader, until_ms))
            return NULL;
    }
}

static int message_take(struct reader *reader)
{
    if (asked_next(reader))
        return 1;
    answer_take(reader);
    return asked_next(reader) || held_next(reader) || live_next(reader);
}

int reader_next(struct reader *reader, const uint8_t **bytes, size_t *size, int timeout_ms,
                struct failure *failure)
{
    int64_t until_ms = now_ms() + timeout_ms;
    acknowledge(reader, ACK_EVERY);
    for (;;) {
        if (!at_end(reader) && message_take(reader)) {
            *bytes = zmq_msg_data(&reader->current);
            *size = zmq_msg_size(&reader->current);
            return 1;
        }
        if (at_end(reader) || finish_late(reader))
            return STATUS_END;
        if (reader->displaced)
            return failure_set(failure, STATUS_LOST, "bus: another session began before the end");
        questions_ask(reader);
        if (reader->session.paced)
            acknowledge(reader, 1);
        if (now_ms() >= until_ms || !messages_wait(reader, until_ms))
            return 0;
    }
}

uint64_t reader_lost(struct reader *reader, uint64_t *first, uint64_t *last)
{
    uint64_t count = reader->lost_count;
    *first = reader->lost_first;
    *last = reader->lost_last;
    reader->lost_count = 0;
    return count;
}

void reader_finish(struct reader *reader)
{
    if (reader->finish_ms)
        return;
    reader->finish_ms = now_ms();
    reader->asked_ms = 0;
    if (!reader->known) {
        reader->ended = true;
        reader->end = reader->next;
    }
}

void reader_health(const struct reader *reader, struct bus_reader_health *health)
{
    *health = reader->health;
    health->next = reader->next;
    health->newest = reader->newest;
}

void reader_close(struct reader *reader)
{
    if (!reader)
        return;
    if (reader->known && *reader->name)
        ask(reader, ASK_BYE);
    zmq_msg_close(&reader->current);
    zmq_msg_close(&reader->held);
    if (reader->live)
        zmq_close(reader->live);
    if (reader->asked)
        zmq_close(reader->asked);
    if (reader->context)
        zmq_ctx_term(reader->context);
    free(reader);
}
