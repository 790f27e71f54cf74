/**
 * @file session_json.h
 * What a session on the bus is, as programs are told: `id`, `source`, `device`, `serial`, `rows`,
 * `cols`, `pitch_x_mm`, `pitch_y_mm`, `calibrated`.
 */
#ifndef ROLLSCOPE_TOOLS_SOURCES_SESSION_JSON_H
#define ROLLSCOPE_TOOLS_SOURCES_SESSION_JSON_H

#include "bus/bus.h"

#include <jansson.h>

/** @return a new reference; NULL when out of memory */
json_t *session_json(const struct bus_session *session);

#endif
