/**
 * @file contact_signals.h
 * The long signals of each contact: its rhythms, and its position and force as still, moving and
 * fast. A few contacts are remembered; the one longest unseen makes room for a new one.
 */
#ifndef ROLLSCOPE_TOOLS_CONTACT_SIGNALS_H
#define ROLLSCOPE_TOOLS_CONTACT_SIGNALS_H

#include "analysis.h"
#include "dsp/dsp.h"

struct contact_signals;

/** @return NULL when out of memory */
struct contact_signals *contact_signals_create(void);

/** Splits position and force from now on. @return STATUS_OK or STATUS_MEMORY */
int contact_signals_split(struct contact_signals *signals, double rate_hz, double gap_s);

/** Takes the contacts of a frame. Allocates nothing. */
void contact_signals_push(struct contact_signals *signals, const struct contact *contacts,
                          size_t count);

/** The rhythms of a contact. @return NULL when it is not remembered */
struct rhythm *contact_signals_rhythm(const struct contact_signals *signals, uint32_t contact);

/** The newest moment of a contact's position and force. @return false when there is none */
bool contact_signals_parts(const struct contact_signals *signals, uint32_t contact,
                           struct contact_parts *parts);

/** NULL is allowed. */
void contact_signals_destroy(struct contact_signals *signals);

#endif
