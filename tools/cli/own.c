#include "own.h"

#include "http_address.h"

#include <stdio.h>
#include <string.h>
#include <uuid/uuid.h>

#define READERS_MOST   16
#define RING_MOST_S    86400
#define SYNC_LEAST_S   0.05
#define SYNC_MOST_S    3600
#define PLANNED_MOST_S 1e8

enum {
    OWN_SESSION = OPTION_OWN,
    OWN_READERS,
    OWN_RING,
    OWN_SYNC,
    OWN_SPLIT,
    OWN_PLANNED,
    OWN_ABOUT,
    OWN_HTTP,
    OWN_KEY,
    OWN_OPEN,
    OWN_STAY
};

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

#define ABOUT                                                                                      \
    {                                                                                              \
        .name = "about", .key = OWN_ABOUT, .arg = "NAME=TEXT",                                     \
        .doc = "what the session is: title, subject, body_part, side, tool, operator or notes. "   \
               "May be repeated"                                                                   \
    }
#define HTTP                                                                                       \
    {                                                                                              \
        .name = "http", .key = OWN_HTTP, .arg = "ADDRESS[:PORT]",                                  \
        .doc = "where the page is served (default 127.0.0.1:8080, or a free port)"                 \
    }
#define KEY                                                                                        \
    {                                                                                              \
        .name = "key", .key = OWN_KEY, .arg = "TEXT",                                              \
        .doc = "what screens of other machines must know (default: made anew)"                     \
    }
#define OPEN                                                                                       \
    {                                                                                              \
        .name = "open", .key = OWN_OPEN, .doc = "open the page in a browser"                       \
    }
#define STAY                                                                                       \
    {                                                                                              \
        .name = "stay", .key = OWN_STAY,                                                           \
        .doc = "begin sessions on the page, one after the other, until Ctrl-C"                     \
    }
#define SPLIT                                                                                      \
    {                                                                                              \
        .name = "split", .key = OWN_SPLIT, .arg = "SIZE",                                          \
        .doc = "into files of at most so much: 30min, 2h, 500MB, 2GB"                              \
    }
#define PLANNED                                                                                    \
    {                                                                                              \
        .name = "planned", .key = OWN_PLANNED, .arg = "SECONDS",                                   \
        .doc = "how long the session is to be, to see first whether the disk can take it "         \
               "(default: an hour)"                                                                \
    }

const struct argp_option own_acquire[] = {SESSION, READERS, RING, {0}};
const struct argp_option own_detect[] = {SESSION, READERS, {0}};
const struct argp_option own_record[] = {SESSION, SYNC, SPLIT, PLANNED, ABOUT, {0}};
const struct argp_option own_live[] = {RING, SYNC, SPLIT, PLANNED, ABOUT,
                                       HTTP, KEY,  OPEN,  STAY,    {0}};

static int session_take(struct own *own, const char *value, struct failure *failure)
{
    uuid_t id;
    if (uuid_parse(value, id))
        return failure_set(failure, STATUS_ARGUMENT, "--session: '%s' is no UUID", value);
    uuid_unparse_lower(id, own->session);
    return STATUS_OK;
}

static int about_take(struct own *own, const char *value, struct failure *failure)
{
    static const char *const names[OWN_TEXTS] = {"title", "subject",  "body_part", "side",
                                                 "tool",  "operator", "notes"};
    const char *equals = strchr(value, '=');
    size_t length = equals ? (size_t)(equals - value) : 0;
    if (equals && strlen(equals + 1) < SESSION_TEXT_SIZE && own->text_count < OWN_TEXTS)
        for (size_t i = 0; i < OWN_TEXTS; i++)
            if (strlen(names[i]) == length && !strncmp(names[i], value, length)) {
                own->texts[own->text_count++] = (struct annotation){names[i], equals + 1};
                return STATUS_OK;
            }
    return failure_set(failure, STATUS_ARGUMENT, "--about: '%s' is not NAME=TEXT", value);
}

static int page_take(struct own *own, int key, const char *value, struct failure *failure)
{
    struct http_address http;
    if (key == OWN_HTTP && http_address_parse(&http, value, failure))
        return STATUS_ARGUMENT;
    own->http = key == OWN_HTTP ? value : own->http;
    own->key = key == OWN_KEY ? value : own->key;
    own->open |= key == OWN_OPEN;
    own->stay |= key == OWN_STAY;
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
    case OWN_ABOUT:
        return about_take(own, value, failure);
    case OWN_HTTP:
    case OWN_KEY:
    case OWN_OPEN:
    case OWN_STAY:
        return page_take(own, key, value, failure);
    case OWN_SPLIT:
        snprintf(own->split_text, sizeof own->split_text, "%s", value);
        return split_parse(&own->split, value, failure);
    case OWN_PLANNED:
        return option_number(&own->planned_s, "--planned", value, 0, PLANNED_MOST_S, failure);
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
