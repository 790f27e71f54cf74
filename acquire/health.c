#include "acquire.h"

#include <string.h>

#define COUNT(field, unit_, text_)                                                                 \
    {                                                                                              \
#field, unit_, text_, offsetof(struct source_health, field), false                         \
    }
#define BYTES(field, text_)                                                                        \
    {                                                                                              \
#field, "byte", text_, offsetof(struct source_health, decoder.field), false                \
    }
#define BAD(field, text_)                                                                          \
    {                                                                                              \
#field, "packet", text_, offsetof(struct source_health, decoder.field), false              \
    }
#define REAL(field, unit_, text_)                                                                  \
    {                                                                                              \
#field, unit_, text_, offsetof(struct source_health, field), true                          \
    }

static const struct health_quantity table[] = {
    REAL(rate_hz, "Hz", "frames a second over the last 64 frames, by arrival"),
    REAL(jitter_ms, "ms", "standard deviation of the spacing of the last 64 arrivals"),
    COUNT(frames, "frame", "frames given out"),
    COUNT(lost, "frame", "frames that are missing by the mat's numbers or by the time alone"),
    COUNT(duplicates, "frame", "frames dropped: seen before, or older than one given out"),
    COUNT(restarts, "1", "how often the mat began again"),
    COUNT(disconnects, "1", "how often the device went away"),
    COUNT(clock_jumps, "1", "jumps of the host's wall clock; times do not follow them"),
    COUNT(saturated, "frame", "frames with a cell at full scale: force is a lower bound"),
    COUNT(still_cells, "cell",
          "cells that never changed their count: dead, or not loaded yet on a mat without noise"),
    BYTES(bytes, "bytes received"),
    BYTES(skipped_bytes, "bytes that belong to no good packet"),
    BAD(bad_checksum, "packets dropped: wrong checksum"),
    BAD(bad_length, "packets dropped: a length that cannot be"),
    BAD(bad_type, "packets dropped: of an unknown type"),
    BAD(bad_value, "packets dropped: a value or place that cannot be"),
};

const struct health_quantity *health_table(size_t *count)
{
    *count = sizeof table / sizeof table[0];
    return table;
}

double health_value(const struct source_health *health, const struct health_quantity *quantity)
{
    const char *at = (const char *)health + quantity->offset;
    double real;
    uint64_t whole;
    if (quantity->real) {
        memcpy(&real, at, sizeof real);
        return real;
    }
    memcpy(&whole, at, sizeof whole);
    return (double)whole;
}
