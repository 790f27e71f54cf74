#include "stream.h"

static const struct stream *const streams[BUS_STREAM_COUNT] = {
    [BUS_FRAMES] = &stream_frames,
    [BUS_EVENTS] = &stream_events,
    [BUS_METRICS] = &stream_metrics,
    [BUS_NOTES] = &stream_notes,
};

const struct stream *stream_of(enum bus_stream stream)
{
    return streams[stream];
}
