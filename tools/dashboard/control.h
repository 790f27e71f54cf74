/**
 * @file control.h
 * What `live` and its dashboard say to each other: JSON objects, one a datagram, over a pair of
 * sockets that outlives either of the dashboard's processes.
 *
 * The dashboard says {"at": URL} when it listens, and {"do": "start", "texts": {NAME: TEXT}},
 * {"do": "stop"}, {"do": "next"}. live says {"phase": "ready" | "recording" | "over", "session":
 * ID, "file": PATH, "stays": bool}.
 */
#ifndef ROLLSCOPE_TOOLS_DASHBOARD_CONTROL_H
#define ROLLSCOPE_TOOLS_DASHBOARD_CONTROL_H

#include "mat/mat.h"

#include <jansson.h>

/** Makes the pair; both ends are closed in programs that are started. @return STATUS_OK or
 *  STATUS_SYSTEM */
int control_pair(int ends[2], struct failure *failure);

/** Says something; takes the reference, which may be NULL. What does not fit is lost: the other
 *  side hung for very long. */
void control_say(int end, json_t *said);

/** What was said, if anything. @return a new reference or NULL */
json_t *control_hear(int end);

/** The text of a key; empty where there is none. */
const char *control_text(const json_t *said, const char *key);

#endif
