/**
 * @file publisher.h
 * What the streams need of their publisher.
 */
#ifndef ROLLSCOPE_BUS_PUBLISHER_H
#define ROLLSCOPE_BUS_PUBLISHER_H

#include "bus.h"
#include "ring.h"

struct ring *publisher_ring(const struct bus_publisher *publisher);

/** Whether it is a message's turn. @return 1, 0 when it was published before, STATUS_ARGUMENT when
 *  others are due before it */
int publisher_turn(const struct bus_publisher *publisher, uint64_t number, struct failure *failure);

/** A message that was written at ring_begin(). */
struct message {
    const char *topic;
    size_t size;   /**< bytes */
    double time_s; /**< session time that it tells of */
};

/** Keeps a message and publishes it. @return 1 or STATUS_SYSTEM */
int publisher_send(struct bus_publisher *publisher, const struct message *message,
                   struct failure *failure);

#endif
