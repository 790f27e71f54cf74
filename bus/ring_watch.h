/**
 * @file ring_watch.h
 * A ring as another process on this machine reads along in it: the newest messages without a copy
 * through a socket, and one wake-up for all who wait. Read-only; the publisher knows nothing of it.
 */
#ifndef ROLLSCOPE_BUS_RING_WATCH_H
#define ROLLSCOPE_BUS_RING_WATCH_H

#include "mat/mat.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ring_watch;

/** @return NULL: no ring is there, or out of memory */
struct ring_watch *ring_watch_open(const char *path);

/** As ring_note(). */
const char *ring_watch_note(const struct ring_watch *watch);

/** As ring_origin(). */
int64_t ring_watch_origin(const struct ring_watch *watch);

uint64_t ring_watch_first(const struct ring_watch *watch);
uint64_t ring_watch_next(const struct ring_watch *watch);

/** Whether nothing more will come. */
bool ring_watch_ended(const struct ring_watch *watch);

/** Whether another session took its place; what it holds can still be read. */
bool ring_watch_replaced(const struct ring_watch *watch);

/** Bytes of a message, to make room for it. @return 0: it is not there (any more, or yet) */
size_t ring_watch_size(const struct ring_watch *watch, uint64_t number);

/** Copies a message. @param size as ring_watch_size() said @return false: it was overwritten
 *  meanwhile, or is torn */
bool ring_watch_copy(struct ring_watch *watch, uint64_t number, void *to, size_t size);

/** Waits until message `number` is there, or the end. @return false when a signal came */
bool ring_watch_wait(const struct ring_watch *watch, uint64_t number, int timeout_ms);

/** NULL is allowed. */
void ring_watch_close(struct ring_watch *watch);

#endif
