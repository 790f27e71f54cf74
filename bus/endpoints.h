/**
 * @file endpoints.h
 * Where a stream's sockets are: in a bus folder, or on TCP ports counted from one that is given.
 */
#ifndef ROLLSCOPE_BUS_ENDPOINTS_H
#define ROLLSCOPE_BUS_ENDPOINTS_H

#include "bus.h"

#define ENDPOINT_SIZE 160

/**
 * The endpoint of a stream's PUB socket or of the ROUTER beside it.
 * @param place a bus folder, or `tcp://HOST:PORT`: frames have PORT and PORT + 1, events the two
 *        after them, metrics the next two
 * @param ask the ROUTER's
 * @param failure says what is wrong with an address
 * @return STATUS_OK or STATUS_ARGUMENT
 */
int endpoint_of(char endpoint[ENDPOINT_SIZE], const char *place, enum bus_stream stream, bool ask,
                struct failure *failure);

/** Whether a place is an address and not a folder. */
bool endpoint_is_remote(const char *place);

/** Whether an address can be reached from this machine only. */
bool endpoint_is_loopback(const char *address);

/** `<folder>/<name>.ring` */
void ring_path(char path[ENDPOINT_SIZE], const char *folder, const char *name);

#endif
