/**
 * @file reader_ring.h
 * A reader's messages out of the ring of a publisher on this machine, instead of from its socket.
 */
#ifndef ROLLSCOPE_BUS_READER_RING_H
#define ROLLSCOPE_BUS_READER_RING_H

#include "reader_state.h"

/** To be called once the session is known. Where there is no ring of that session, messages come
 *  live. */
void reader_ring_open(struct bus_reader *reader);

/** Gives the next message, and notes losses and the end. @return 1 or 0 */
int reader_ring_next(struct bus_reader *reader);

/** Waits for the next. @return false when a signal came */
bool reader_ring_wait(struct bus_reader *reader, int timeout_ms);

#endif
