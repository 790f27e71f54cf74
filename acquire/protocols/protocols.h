/**
 * @file protocols.h
 * The descriptors, one per file. Inside acquire/ only; from outside protocol_table().
 */
#ifndef ROLLSCOPE_ACQUIRE_PROTOCOLS_H
#define ROLLSCOPE_ACQUIRE_PROTOCOLS_H

#include "../acquire.h"

extern const struct protocol protocol_rollscope;
extern const struct protocol protocol_sensingtex;
extern const struct protocol protocol_sensitronics;

#endif
