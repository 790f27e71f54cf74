/**
 * @file door.h
 * A listening socket, for a simulated mat as a serial server or a Wi-Fi board.
 */
#ifndef ROLLSCOPE_SIMULATE_DOOR_H
#define ROLLSCOPE_SIMULATE_DOOR_H

#include "mat/mat.h"

/** Room for an address as door_open() names it. */
#define DOOR_NAME_SIZE 128

/**
 * Listens.
 * @param address "HOST:PORT"; port 0: any that is free
 * @param name [DOOR_NAME_SIZE] set to "tcp://HOST:PORT", with the port that it is
 * @return a descriptor that does not block; STATUS_ARGUMENT, STATUS_BUSY, STATUS_SYSTEM
 */
int door_open(const char *address, char *name, struct failure *failure);

/** Takes the next host in. @return a descriptor that does not block; -1: nobody waits */
int door_accept(int door);

#endif
