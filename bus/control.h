/**
 * @file control.h
 * What readers ask a publisher and what it answers, as JSON. Described in docs/streams.md.
 *
 *   {"ask":"hello","reader":"record","from":0}            the session, and how far the stream is
 *   {"ask":"state","reader":"record","from":10}           how far the stream is
 *   {"ask":"range","reader":"record","from":10,"count":256}    messages again
 *   {"ask":"last"}                                         the newest message
 *   {"ask":"ack","reader":"record","from":266}            no answer
 *   {"ask":"bye","reader":"record"}                       nothing more is wanted; no answer
 *
 * Everything below "from" is done with. "reader" registers; it may be left out.
 * An answer is {"session":{...}, "first", "next", "ended", "from"}; after a range the messages
 * follow as further parts. Only the answer to hello carries the whole session.
 */
#ifndef ROLLSCOPE_BUS_CONTROL_H
#define ROLLSCOPE_BUS_CONTROL_H

#include "bus.h"

/** Longest request and answer, bytes. */
#define CONTROL_SIZE 4096

#define READER_NAME_SIZE 32

enum ask { ASK_HELLO, ASK_STATE, ASK_RANGE, ASK_LAST, ASK_ACK, ASK_BYE, ASK_COUNT };

struct request {
    enum ask ask;
    char reader[READER_NAME_SIZE]; /**< empty does not register */
    uint64_t from;                 /**< everything below is done with */
    uint64_t count;                /**< range */
};

struct answer {
    struct bus_session session; /**< id always; the rest where whole is set */
    bool whole;
    bool ended;
    uint64_t first, next; /**< what the ring holds: first .. next - 1 */
    uint64_t from;        /**< range: number of the first message that follows */
    uint64_t count;       /**< range: how many follow */
};

/** @return length, or STATUS_FULL. Any thread. */
int request_write(const struct request *request, char *text, size_t size);
/** @return STATUS_OK or STATUS_FORMAT. Any thread. */
int request_read(struct request *request, const char *text, size_t size);

int answer_write(const struct answer *answer, char *text, size_t size);
int answer_read(struct answer *answer, const char *text, size_t size);

/** What is said when there is nothing to say. */
struct heartbeat {
    const char *stream;
    double uptime_s; /**< of the publisher */
    double time_s;   /**< session time of the last message; NaN: none was published yet */
    struct answer answer;
};

/** As answer_write(); answer_read() reads it. */
int heartbeat_write(const struct heartbeat *heartbeat, char *text, size_t size);

/** A session as text, and back; kept in the ring's note. */
int bus_session_encode(const struct bus_session *session, char *text, size_t size);
int bus_session_decode(struct bus_session *session, const char *text, size_t size);

#endif
