/**
 * @file metrics_json.h
 * Metrics as JSON, from the tables in mat/metrics.h; on the bus with "session".
 */
#ifndef ROLLSCOPE_BUS_METRICS_JSON_H
#define ROLLSCOPE_BUS_METRICS_JSON_H

#include "bus.h"

/** As metrics_encode(), with the session where it is not NULL. */
int metrics_json_write(const struct metrics *metrics, const char *session, char *text, size_t size);

/** As metrics_decode(), with the session; empty where it names none. */
int metrics_json_read(struct metrics *metrics, char session[BUS_SESSION_ID_SIZE], const char *text,
                      size_t size);

#endif
