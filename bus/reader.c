#include "reader_ring.h"
#include "sockets.h"

#include <string.h>

#define RANGE        256 /* messages asked for at once */
#define ACK_EVERY    16  /* where readers set the pace */
#define ACK_RARELY   256
#define ASK_AGAIN_MS 500  /* an answer that takes longer is asked for again */
#define QUIET_MS     100  /* of silence, after which the state is asked for */
#define FINISH_MS    1000 /* how long bus_reader_finish() waits for the publisher's word */
#define TURN_MS      50   /* the longest wait in one go */
#define LOOK_MS      20   /* with a ring: between two looks at the sockets */
#define TELL_MS      1000 /* with a ring: how often a registered reader says that it is there */

void reader_ask(struct bus_reader *reader, enum ask what)
{
    struct request request = {.ask = what, .from = reader->next, .count = RANGE};
    memcpy(request.reader, reader->name, sizeof request.reader);
    char text[CONTROL_SIZE];
    int length = request_write(&request, text, sizeof text);
    if (length > 0)
        zmq_send(reader->asked, text, (size_t)length, ZMQ_DONTWAIT);
    reader->told_ms = now_ms();
    if (what != ASK_BYE)
        reader->acknowledged = reader->next;
    if (what != ASK_BYE && what != ASK_ACK)
        reader->asked_ms = now_ms();
}

static void acknowledge(struct bus_reader *reader, uint64_t least)
{
    if (reader->known && *reader->name && reader->next - reader->acknowledged >= least)
        reader_ask(reader, ASK_ACK);
}

/* Whether a session's messages are the ones that are read. */
static bool session_fits(struct bus_reader *reader, const char *id)
{
    if (!reader->known)
        return !*reader->wanted || !strcmp(id, reader->wanted);
    if (!strcmp(id, reader->session.id))
        return true;
    if (!*reader->wanted)
        reader->displaced = true;
    return false;
}

static void state_take(struct bus_reader *reader, const struct answer *answer)
{
    if (!session_fits(reader, answer->session.id))
        return;
    if (answer->whole && !reader->known) {
        reader->session = answer->session;
        reader->known = true;
        reader_ring_open(reader);
    }
    if (answer->next > reader->newest)
        reader->newest = answer->next;
    bool finishes = reader->finish_ms && !reader->ring;
    if (reader->known && !reader->ended && (answer->ended || finishes)) {
        reader->ended = true;
        reader->end = answer->next;
    }
}

static void state_read(struct bus_reader *reader, const char *text, size_t size)
{
    struct answer answer;
    if (answer_read(&answer, text, size)) {
        reader->health.malformed++;
        return;
    }
    state_take(reader, &answer);
    if (reader->known && !reader->skip && !answer.count && answer.from > reader->next)
        reader_lost(reader, answer.from);
}

/* Takes the head of an answer; the messages of a range stay in the socket. */
static void answer_take(struct bus_reader *reader)
{
    char text[CONTROL_SIZE];
    int length = zmq_recv(reader->asked, text, sizeof text, ZMQ_DONTWAIT);
    if (length < 0)
        return;
    reader->asked_ms = 0;
    reader->heard_ms = now_ms();
    reader->begun = reader->known;
    state_read(reader, text, (size_t)length);
}

/* @return whether the message is one of this session's; its number */
static bool message_peek(struct bus_reader *reader, zmq_msg_t *message, uint64_t *number)
{
    char session[BUS_SESSION_ID_SIZE];
    if (reader->stream->peek(zmq_msg_data(message), zmq_msg_size(message), number, session)) {
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
static int asked_next(struct bus_reader *reader)
{
    while (parts_more(reader->asked)) {
        zmq_msg_t message;
        uint64_t number;
        zmq_msg_init(&message);
        if (zmq_msg_recv(&message, reader->asked, ZMQ_DONTWAIT) < 0)
            break;
        if (message_peek(reader, &message, &number)) {
            if (number > reader->next && !reader->skip)
                reader_lost(reader, number);
            reader->health.asked_again++;
            return reader_give(reader, &message, number);
        }
        zmq_msg_close(&message);
    }
    return 0;
}

static void hold(struct bus_reader *reader, zmq_msg_t *message, uint64_t number)
{
    zmq_msg_move(&reader->held, message);
    reader->holding = true;
    reader->held_number = number;
    if (reader->newest < number + 1)
        reader->newest = number + 1;
}

static int held_next(struct bus_reader *reader)
{
    if (!reader->holding || (reader->held_number > reader->next && !reader->skip))
        return 0;
    reader->holding = false;
    if (reader->held_number < reader->next)
        return 0;
    return reader_give(reader, &reader->held, reader->held_number);
}

static bool topic_is(const char *topic, int length, const char *name)
{
    return (size_t)length == strlen(name) && !memcmp(topic, name, (size_t)length);
}

/* @return 1 a live message is given; 0 none is there, or one is held */
static int live_next(struct bus_reader *reader)
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
        if (topic_is(topic, length, "end") || topic_is(topic, length, "heartbeat"))
            state_read(reader, zmq_msg_data(&message), zmq_msg_size(&message));
        else if (topic_is(topic, length, HEALTH_TOPIC))
            zmq_msg_move(&reader->said, &message);
        else if (message_peek(reader, &message, &number))
            hold(reader, &message, number);
        zmq_msg_close(&message);
        if (held_next(reader))
            return 1;
    }
    return 0;
}

/* A publisher that was started again does not know who reads. */
static void presence_tell(struct bus_reader *reader, int64_t now)
{
    if (*reader->name && now - reader->told_ms > (reader->session.paced ? QUIET_MS : TELL_MS))
        reader_ask(reader, ASK_STATE);
}

/* Asks for what is missing, or whether something is. */
static void questions_ask(struct bus_reader *reader)
{
    int64_t now = now_ms();
    if (reader->asked_ms && now - reader->asked_ms < ASK_AGAIN_MS)
        return;
    if (!reader->known)
        reader_ask(reader, ASK_HELLO);
    else if (reader->ring)
        presence_tell(reader, now);
    else if (reader->skip && !reader->begun)
        reader_ask(reader, ASK_LAST);
    else if (!reader->skip && (reader->holding || reader->newest > reader->next))
        reader_ask(reader, ASK_RANGE);
    else if (reader->finish_ms ? !reader->ended : now - reader->heard_ms > QUIET_MS)
        reader_ask(reader, ASK_STATE);
}

static bool at_end(const struct bus_reader *reader)
{
    bool passed = reader->skip && !reader->ring && !reader->holding;
    return reader->ended && (reader->next >= reader->end || passed);
}

/* Whether the publisher is silent about where to finish: then it is here. */
static bool finish_late(const struct bus_reader *reader)
{
    return reader->finish_ms && !reader->ended && now_ms() - reader->finish_ms >= FINISH_MS;
}

/* Waits for either socket. @return false when a signal came */
static bool messages_wait(struct bus_reader *reader, int64_t until_ms)
{
    int64_t left = until_ms - now_ms();
    int wait_ms = left < 0 ? 0 : left < TURN_MS ? (int)left : TURN_MS;
    if (reader->ring)
        return reader_ring_wait(reader, wait_ms);
    zmq_pollitem_t items[] = {
        {.socket = reader->asked, .events = ZMQ_POLLIN},
        {.socket = reader->live, .events = ZMQ_POLLIN},
    };
    int count = reader->holding || !reader->known ? 1 : 2;
    return zmq_poll(items, count, wait_ms) >= 0;
}

const struct bus_session *bus_reader_session(struct bus_reader *reader, int timeout_ms)
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

/* With a ring the sockets only say counters, heartbeats and the end. */
static void sockets_look(struct bus_reader *reader)
{
    int64_t now = now_ms();
    if (now - reader->looked_ms < LOOK_MS)
        return;
    reader->looked_ms = now;
    answer_take(reader);
    parts_skip(reader->asked);
    live_next(reader);
}

static int message_take(struct bus_reader *reader)
{
    if (reader->ring) {
        sockets_look(reader);
        return reader_ring_next(reader);
    }
    if (asked_next(reader))
        return 1;
    answer_take(reader);
    return asked_next(reader) || held_next(reader) || live_next(reader);
}

int reader_next(struct bus_reader *reader, const uint8_t **bytes, size_t *size, int timeout_ms,
                struct failure *failure)
{
    int64_t until_ms = now_ms() + timeout_ms;
    acknowledge(reader, reader->session.paced ? ACK_EVERY : ACK_RARELY);
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

void bus_reader_finish(struct bus_reader *reader)
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
