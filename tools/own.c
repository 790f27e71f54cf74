#include "own.h"

#include <stdio.h>
#include <uuid/uuid.h>

#define READERS_MOST 16
#define RING_MOST_S  86400
#define SYNC_LEAST_S 0.05
#define SYNC_MOST_S  3600

enum { OWN_SESSION = OPTION_OWN, OWN_READERS, OWN_RING, OWN_SYNC };

#define SESSION                                                                                    \
    {                                                                                              \
        .name = "session", .key = OWN_SESSION, .arg = "UUID",                                      \
        .doc = "the session (default: new, "                                                       \
               "or the one on the bus)"                                                            \
    }
#define READERS                                                                                    \
    {                                                                                              \
        .name = "readers", .key = OWN_READERS, .arg = "N", .doc = "wait for so many readers"       \
    }

#define RING                                                                                       \
    {                                                                                              \
        .name = "ring", .key = OWN_RING, .arg = "SECONDS",                                         \
        .doc = "how long a reader may be away without a loss (default 300)"                        \
    }
#define SYNC                                                                                       \
    {                                                                                              \
        .name = "sync", .key = OWN_SYNC, .arg = "SECONDS",                                         \
        .doc = "how much of a recording a power cut may cost (default 1)"                          \
    }

const struct argp_option own_acquire[] = {SESSION, READERS, RING, {0}};
const struct argp_option own_detect[] = {SESSION, READERS, {0}};
const struct argp_option own_record[] = {SESSION, SYNC, {0}};
const struct argp_option own_live[] = {RING, SYNC, {0}};

static int session_take(struct own *own, const char *value, struct failure *failure)
{
    uuid_t id;
    if (uuid_parse(value, id))
        return failure_set(failure, STATUS_ARGUMENT, "--session: '%s' is no UUID", value);
    uuid_unparse_lower(id, own->session);
    return STATUS_OK;
}

int own_take(void *storage, int key, const char *value, struct failure *failure)
{
    struct own *own = storage;
    double number = 0;
    int status;
    switch (key) {
    case OWN_SESSION:
        return session_take(own, value, failure);
    case OWN_READERS:
        status = option_number(&number, "--readers", value, 0, READERS_MOST, failure);
        own->readers = (unsigned)number;
        return status;
    case OWN_SYNC:
        return option_number(&own->sync_s, "--sync", value, SYNC_LEAST_S, SYNC_MOST_S, failure);
    default:
        return option_number(&own->ring_s, "--ring", value, 1, RING_MOST_S, failure);
    }
}

void own_session(const struct own *own, char id[BUS_SESSION_ID_SIZE])
{
    if (*own->session) {
        snprintf(id, BUS_SESSION_ID_SIZE, "%s", own->session);
        return;
    }
    uuid_t random;
    uuid_generate_random(random);
    uuid_unparse_lower(random, id);
}
