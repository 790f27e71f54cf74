#include "queue.h"

#include <assert.h>
#include <string.h>

struct event *queue_add(struct queue *queue, enum event_type type)
{
    assert(queue->count < QUEUE_SIZE);
    struct event *event = &queue->events[(queue->first + queue->count++) % QUEUE_SIZE];
    memset(event, 0, sizeof *event);
    event->type = type;
    event->number = queue->number++;
    event->frame = queue->frame;
    event->published_s = queue->now_s;
    return event;
}

const struct event *queue_peek(const struct queue *queue, size_t i)
{
    return &queue->events[(queue->first + i) % QUEUE_SIZE];
}

int queue_take(struct queue *queue, struct event *event)
{
    if (!queue->count)
        return 0;
    *event = queue->events[queue->first];
    queue->first = (queue->first + 1) % QUEUE_SIZE;
    queue->count--;
    return 1;
}

void queue_reset(struct queue *queue)
{
    queue->number = queue->frame = 0;
    queue->now_s = 0;
    queue->first = queue->count = 0;
}
