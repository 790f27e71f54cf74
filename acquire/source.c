#include "acquire.h"

#include <stdlib.h>

struct source {
    const struct source_ops *ops;
    void *self;
    uint64_t number; /* of the next frame */
};

int source_open_custom(struct source **source, const struct source_ops *ops, void *self,
                       struct failure *failure)
{
    *source = malloc(sizeof **source);
    if (!*source) {
        ops->close(self);
        return failure_set(failure, STATUS_MEMORY, "out of memory for a source");
    }
    **source = (struct source){.ops = ops, .self = self};
    return STATUS_OK;
}

int source_read(struct source *source, struct frame *frame, int timeout_ms, struct failure *failure)
{
    int status = source->ops->read(source->self, frame, timeout_ms, failure);
    if (status > 0)
        frame->number = source->number++;
    return status;
}

const struct mat_info *source_info(const struct source *source)
{
    return source->ops->info(source->self);
}

const char *source_calibration(const struct source *source)
{
    return source->ops->calibration ? source->ops->calibration(source->self) : NULL;
}

void source_health(const struct source *source, struct source_health *health)
{
    *health = (struct source_health){.frames = 0};
    if (source->ops->health)
        source->ops->health(source->self, health);
    health->frames = source->number;
}

void source_close(struct source *source)
{
    if (!source)
        return;
    source->ops->close(source->self);
    free(source);
}
