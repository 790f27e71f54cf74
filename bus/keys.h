/**
 * @file keys.h
 * Key files as the sockets need them: the secret half too. Which is why it is not in bus.h.
 */
#ifndef ROLLSCOPE_BUS_KEYS_H
#define ROLLSCOPE_BUS_KEYS_H

#include "bus.h"

#define KEY_BYTES 32

/** A pair of CURVE keys. */
struct key_pair {
    uint8_t public_key[KEY_BYTES], secret_key[KEY_BYTES];
};

/** This machine's own pair. @return as bus_key_own() */
int key_pair_read(struct key_pair *pair, const char *folder, struct failure *failure);

/** Overwrites it. */
void key_pair_forget(struct key_pair *pair);

/** A key from hexadecimal digits. @return STATUS_OK or STATUS_ARGUMENT */
int key_decode(uint8_t key[KEY_BYTES], const char *text, struct failure *failure);

/** Whether a key is on the list of those that are let in. Reads the list again each time. */
bool key_allowed(const char *folder, const uint8_t key[KEY_BYTES]);

#endif
