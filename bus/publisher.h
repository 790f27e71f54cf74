/**
 * @file publisher.h
 * One stream's publisher: ring, PUB, ROUTER and the readers that are registered.
 */
#ifndef ROLLSCOPE_BUS_PUBLISHER_H
#define ROLLSCOPE_BUS_PUBLISHER_H

#include "bus.h"
#include "ring.h"

struct publisher;

/** Locks the ring `<folder>/<name>.ring`; nothing can be asked or published yet. */
int publisher_open(struct publisher **result, const char *folder, const char *name,
                   struct failure *failure);

struct ring *publisher_ring(struct publisher *publisher);

/** The session that the ring was left with. @return 1, or 0 where there is none */
int publisher_left_session(const struct publisher *publisher, struct bus_session *session);

/** Empties the ring for a new session. */
int publisher_format(struct publisher *publisher, const struct bus_session *session,
                     uint32_t slot_size, uint32_t slots, struct failure *failure);

/** Binds the sockets, for the session that the ring now holds. */
int publisher_start(struct publisher *publisher, const struct bus_session *session,
                    struct failure *failure);

const struct bus_session *publisher_session(const struct publisher *publisher);

/** Commits what was written at ring_begin() and publishes it. @return 1 or STATUS_SYSTEM */
int publisher_send(struct publisher *publisher, const char *topic, size_t size,
                   struct failure *failure);

/** As in bus.h. */
int publisher_serve(struct publisher *publisher, int timeout_ms);
bool publisher_room(const struct publisher *publisher);
void publisher_end(struct publisher *publisher);
bool publisher_left(const struct publisher *publisher);
void publisher_health(const struct publisher *publisher, struct bus_publisher_health *health);
void publisher_close(struct publisher *publisher);

#endif
