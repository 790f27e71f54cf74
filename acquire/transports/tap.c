#include "transports.h"

#include <stdlib.h>

/* A transport that shows what is read from another one. */
struct tap {
    struct transport inner;
    struct source_tap shown;
};

static int tap_read(void *self, uint8_t *bytes, size_t size, int timeout_ms, int64_t *arrival_us,
                    struct failure *failure)
{
    struct tap *tap = self;
    int count = tap->inner.ops->read(tap->inner.self, bytes, size, timeout_ms, arrival_us, failure);
    if (count > 0)
        tap->shown.bytes(tap->shown.context, *arrival_us, bytes, (size_t)count);
    return count;
}

static int tap_write(void *self, const uint8_t *bytes, size_t size, struct failure *failure)
{
    struct tap *tap = self;
    return tap->inner.ops->write(tap->inner.self, bytes, size, failure);
}

static int tap_reopen(void *self, struct failure *failure)
{
    struct tap *tap = self;
    return tap->inner.ops->reopen(tap->inner.self, failure);
}

static const char *tap_line(void *self)
{
    struct tap *tap = self;
    return tap->inner.ops->line ? tap->inner.ops->line(tap->inner.self) : NULL;
}

static void tap_close(void *self)
{
    struct tap *tap = self;
    tap->inner.ops->close(tap->inner.self);
    free(tap);
}

int tap_open(struct transport *transport, const struct source_tap *shown, struct failure *failure)
{
    static const struct transport_ops ops = {.read = tap_read,
                                             .write = tap_write,
                                             .reopen = tap_reopen,
                                             .line = tap_line,
                                             .close = tap_close};
    struct tap *tap = malloc(sizeof *tap);
    if (!tap)
        return failure_set(failure, STATUS_MEMORY, "out of memory for a capture");
    *tap = (struct tap){*transport, *shown};
    *transport = (struct transport){&ops, tap};
    return STATUS_OK;
}
