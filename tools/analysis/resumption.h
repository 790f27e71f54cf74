/**
 * @file resumption.h
 * A detector that goes on where another died, though frames between the session's first and its own
 * first are gone for good: its numbers, ids and times begin anew, and are fitted to what was said.
 * Where no frame is missing nothing of this is needed: the same frames give the same events.
 */
#ifndef ROLLSCOPE_TOOLS_RESUMPTION_H
#define ROLLSCOPE_TOOLS_RESUMPTION_H

#include "bus/bus.h"

/** What has ids of its own. */
enum resumption_id { ID_CONTACT, ID_STROKE, ID_HOLD, ID_BOUT, ID_SPOT, ID_COUNT };

struct resumption {
    bool needed;                    /**< frames are gone */
    bool events_said, metrics_said; /**< some were, up to these frames */
    uint64_t events_frame, metrics_frame;
    uint32_t ids[ID_COUNT]; /**< the highest that were said, as far as the ring goes back */
    double shift_s;         /**< from the session's first frame to the first one seen */
};

/** The frames that are gone. */
struct resumption_gap {
    uint64_t first; /**< number of the first; 0: the detector saw none before */
    double shift_s; /**< from the session's first frame to the one after the gap */
};

/** Frames are gone. Nothing changes where the detector has itself said all that was said. */
void resumption_begin(struct resumption *resumption, const struct bus_publisher *events,
                      const struct bus_publisher *metrics, const struct resumption_gap *gap);

/** Fits an event or metrics to what was said.
 *  @return false: of a frame of which everything was said already */
bool resumption_event(const struct resumption *resumption, const struct bus_publisher *events,
                      struct event *event);
bool resumption_metrics(const struct resumption *resumption, const struct bus_publisher *publisher,
                        struct metrics *metrics);

#endif
