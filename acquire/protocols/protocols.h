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
extern const struct protocol protocol_sensingtex_matrix;
extern const struct protocol protocol_jq;
extern const struct protocol protocol_flexitac;
extern const struct protocol protocol_wiresens;
extern const struct protocol protocol_sensel;
extern const struct protocol protocol_described;
extern const struct protocol protocol_text;

#endif
