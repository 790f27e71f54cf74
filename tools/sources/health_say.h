/**
 * @file health_say.h
 * Puts the counters of a source on the bus, once a second.
 */
#ifndef ROLLSCOPE_TOOLS_HEALTH_SAY_H
#define ROLLSCOPE_TOOLS_HEALTH_SAY_H

#include "acquire/acquire.h"
#include "bus/bus.h"

/** Says them where a second has passed. @param source NULL: the publisher's own counters only
 *  @param said_ms monotonic time of the last time; 0 before the first @return STATUS_OK or negative
 */
int health_say(struct bus_publisher *publisher, const struct source *source, int64_t *said_ms,
               struct failure *failure);

#endif
