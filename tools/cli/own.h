/**
 * @file own.h
 * The options that only the processes of the pipeline take.
 */
#ifndef ROLLSCOPE_TOOLS_OWN_H
#define ROLLSCOPE_TOOLS_OWN_H

#include "split.h"
#include "bus/bus.h"
#include "options.h"
#include "record/record.h"

#define OWN_TEXTS 7 /* of a session */

struct own {
    char session[BUS_SESSION_ID_SIZE]; /**< empty: any, or a new one */
    unsigned readers;                  /**< registered readers to wait for */
    double ring_s;                     /**< 0: the bus's default */
    double sync_s;                     /**< 0: the recorder's default */
    struct split split;
    char split_text[32];                /**< as it was given */
    double planned_s;                   /**< how long the session is to be; 0: not said */
    struct annotation texts[OWN_TEXTS]; /**< what is said of the session beforehand */
    size_t text_count;
    const char *http, *key; /**< of the dashboard; NULL: its defaults */
    bool open, stay;        /**< a browser is opened; sessions are begun on the page */
};

/** Those of each process; of live, those of record and what the dashboard needs. */
extern const struct argp_option own_acquire[], own_detect[], own_record[], own_live[];

/** As struct option_request's take; storage is a struct own. */
int own_take(void *storage, int key, const char *value, struct failure *failure);

/** The session id given, or a new random one. */
void own_session(const struct own *own, char id[BUS_SESSION_ID_SIZE]);

#endif
