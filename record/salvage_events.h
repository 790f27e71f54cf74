/**
 * @file salvage_events.h
 * The events of a file that a kill or a power cut left.
 */
#ifndef ROLLSCOPE_RECORD_SALVAGE_EVENTS_H
#define ROLLSCOPE_RECORD_SALVAGE_EVENTS_H

#include "record.h"

/** Copies them. The frames give events again, so all of them are taken or, where some cannot be
 * read or trusted, none; markers are taken where they can be read.
 *  @param recovery says what was lost @return as recorder_event() */
int salvage_events(struct session *from, struct recorder *to, struct recovery *recovery,
                   struct failure *failure);

#endif
