/**
 * @file queue.h
 * Events on their way out, numbered in the order of publication.
 */
#ifndef ROLLSCOPE_DETECT_QUEUE_H
#define ROLLSCOPE_DETECT_QUEUE_H

#include "mat/mat.h"

#include <stddef.h>

/** More than one frame can bring about. */
#define QUEUE_SIZE 512

struct queue {
    uint64_t number, frame; /**< of the next event; of the present frame */
    double now_s;           /**< time of the present frame */
    size_t first, count;
    struct event events[QUEUE_SIZE];
};

/** Appends an event of a type; number, frame and time are filled in. @return where to put the rest.
 *  The caller drains the queue every frame, so it never runs full. */
struct event *queue_add(struct queue *queue, enum event_type type);

/** Takes the oldest. @return 1, or 0 when there is none */
int queue_take(struct queue *queue, struct event *event);

/** The i-th waiting event, oldest first. @param i below count */
const struct event *queue_peek(const struct queue *queue, size_t i);

/** Empties it and begins to count anew. */
void queue_reset(struct queue *queue);

#endif
