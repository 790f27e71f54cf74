/**
 * @file publisher_state.h
 * What a publisher is made of; for the files publisher*.c only.
 */
#ifndef ROLLSCOPE_BUS_PUBLISHER_STATE_H
#define ROLLSCOPE_BUS_PUBLISHER_STATE_H

#include "control.h"
#include "doors.h"
#include "peers.h"
#include "publisher.h"
#include "stream.h"

struct bus_publisher {
    char folder[BUS_FOLDER_SIZE];
    const struct stream *stream;
    struct ring *ring;
    struct doors doors;
    struct bus_session session;
    struct peers peers;
    uint64_t window; /* paced: how far a reader may be behind */
    int64_t probed_ms, looked_ms;
    int64_t begun_ms, sent_ms; /* opened; last published */
    double time_s;             /* session time of the last message; NaN: unknown */
    struct bus_publisher_health health;
};

/** What the ring holds now. */
void publisher_answer(const struct bus_publisher *publisher, struct answer *answer);

/** Publishes bytes under a topic. @return 1 or STATUS_SYSTEM */
int publisher_say(struct bus_publisher *publisher, const char *topic, const void *bytes,
                  size_t size);

#endif
