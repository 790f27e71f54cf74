/**
 * @file salvage_events.h
 * The events of a file that a kill, a full disk or a power cut left.
 */
#ifndef ROLLSCOPE_RECORD_SALVAGE_EVENTS_H
#define ROLLSCOPE_RECORD_SALVAGE_EVENTS_H

#include "record.h"

/**
 * Copies what their checksums prove: of each kind the rows before the first that is torn, of kinds
 * that are said again every other row. Markers without checksums are taken as they are.
 * @param goes_on the recording does, and events are given again: a torn row of a kind that is said
 *        again is kept for it. Otherwise events of frames that the file does not have are left out
 * @param recovery says what was lost
 * @return as recorder_event()
 */
int salvage_events(struct session *from, struct recorder *to, bool goes_on,
                   struct recovery *recovery, struct failure *failure);

#endif
