/**
 * @file doors.h
 * Where a publisher is reached: always through the sockets in its folder, on request through TCP
 * ports too. Beyond this machine's loopback a door speaks CURVE, and its gate lets in known keys
 * only.
 */
#ifndef ROLLSCOPE_BUS_DOORS_H
#define ROLLSCOPE_BUS_DOORS_H

#include "gate.h"
#include "stream.h"

#define DOORS_MOST 2

/** A PUB socket and the ROUTER socket beside it. */
struct door {
    void *publish, *answer;
};

struct doors {
    void *context;
    struct gate gate;
    struct door list[DOORS_MOST];
    unsigned count;
};

/** How doors are made. */
struct doors_plan {
    const char *folder;
    enum bus_stream stream;
    int queue; /**< messages kept for one slow subscriber */
    const struct bus_publisher_options *options;
};

/** Opens them. @return STATUS_OK; on failure what was opened is to be closed by doors_close() */
int doors_open(struct doors *doors, const struct doors_plan *plan, struct failure *failure);

/** Publishes through all. @return 1 or STATUS_SYSTEM */
int doors_publish(struct doors *doors, const char *topic, const void *bytes, size_t size);

/** Waits until a question comes. @return false when a signal did */
bool doors_wait(struct doors *doors, int timeout_ms);

void doors_close(struct doors *doors);

#endif
