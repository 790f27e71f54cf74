/**
 * @file reader_state.h
 * What a reader is made of; for reader.c, reader_open.c and the streams.
 */
#ifndef ROLLSCOPE_BUS_READER_STATE_H
#define ROLLSCOPE_BUS_READER_STATE_H

#include "control.h"
#include "endpoints.h"
#include "ring_watch.h"
#include "stream.h"

#include <zmq.h>

struct bus_reader {
    char place[ENDPOINT_SIZE]; /* bus folder or address */
    enum bus_stream number;
    const struct stream *stream;
    char name[READER_NAME_SIZE];
    char wanted[BUS_SESSION_ID_SIZE]; /* empty: any session */
    bool skip;
    int look_ms; /* between two looks for messages; 0: woken by each */
    void *context, *live, *asked;
    struct ring_watch *ring; /* the publisher's, on this machine; NULL: messages come live */
    int64_t looked_ms;       /* with a ring: when the sockets were looked at */
    struct bus_session session;
    bool known;     /* the session is */
    bool displaced; /* another session began */
    bool ended;
    bool begun;      /* skip: the newest message was asked for and answered */
    bool given;      /* a message was */
    uint64_t next;   /* the number to give next */
    uint64_t newest; /* number after the newest known to exist */
    uint64_t end;    /* where it ended */
    uint64_t acknowledged;
    zmq_msg_t current; /* what was given last */
    zmq_msg_t said;    /* the newest counters, as text */
    zmq_msg_t held;    /* came live, ahead of its turn */
    bool holding;
    uint64_t held_number;
    uint16_t *cells;  /* [MAT_SIDE_MAX * MAT_SIDE_MAX] of the frame given last; frames only */
    int64_t asked_ms; /* when the last question went out; 0: none is open */
    int64_t heard_ms; /* when anything last came */
    int64_t told_ms;  /* when anything was last said to the publisher */
    int64_t finish_ms;
    uint64_t lost_first, lost_last, lost_count;
    struct bus_reader_health health;
};

/** Asks the publisher. */
void reader_ask(struct bus_reader *reader, enum ask what);

/** Notes that everything below a number is lost. */
void reader_lost(struct bus_reader *reader, uint64_t number);

/** Makes a message the current one; takes it over. @return 1 */
int reader_give(struct bus_reader *reader, zmq_msg_t *message, uint64_t number);

/** The next message, whatever its stream. @param bytes valid until the next call @return as
 *  bus_read_frame() */
int reader_next(struct bus_reader *reader, const uint8_t **bytes, size_t *size, int timeout_ms,
                struct failure *failure);

#endif
