/**
 * @file beside.h
 * The dashboard beside `live`: its process, started again when it dies, and what is said with it.
 * When it cannot run, the session goes on without it.
 */
#ifndef ROLLSCOPE_TOOLS_DASHBOARD_BESIDE_H
#define ROLLSCOPE_TOOLS_DASHBOARD_BESIDE_H

#include "../cli/children.h"

#include "mat/mat.h"

#include <jansson.h>

/** The environment variable that holds the key: others see a command line, but not this. */
#define BESIDE_KEY "ROLLSCOPE_KEY"

/** How it is to be served. */
struct beside_options {
    const char *folder; /**< of the bus */
    const struct parameters *parameters;
    const char *http, *key; /**< of --http, --key; NULL: the defaults */
    bool stays;             /**< for more than one session */
    bool open;              /**< a browser is opened */
};

struct beside {
    struct child child;
    struct beside_options options;
    int ends[2];  /**< ours, the dashboard's; [0] < 0: there is no dashboard */
    json_t *news; /**< what was said last; it is said again to one that starts again */
    bool told;    /**< the address was said */
};

/** Starts it, or says why there is none. */
void beside_begin(struct beside *beside, const struct beside_options *options);

/** Says where the session stands: "ready", "recording" or "over". */
void beside_say(struct beside *beside, const char *phase, const char *session, const char *file);

/** Looks after it. @return what a screen asks for ({"do": ...}), a new reference, or NULL */
json_t *beside_tend(struct beside *beside);

/** Lets it say goodbye; waits until it has left. */
void beside_end(struct beside *beside);

#endif
