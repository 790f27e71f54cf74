/**
 * @file screens.h
 * The inside of the server: a screen, what waits for it, and the requests for files.
 */
#ifndef ROLLSCOPE_TOOLS_DASHBOARD_SCREENS_H
#define ROLLSCOPE_TOOLS_DASHBOARD_SCREENS_H

#include "server.h"

#include <libwebsockets.h>

/** A message that waits for one screen or more. */
struct parcel {
    unsigned owners;
    bool binary;
    bool personal; /* for one screen: no state says it again */
    size_t size;
    uint8_t bytes[]; /* LWS_PRE, then [size] */
};

struct screen {
    struct lws *wsi;
    struct server *server;
    struct screen *next;
    struct parcel *queue[SERVER_QUEUE]; /* a ring: [queued] from `first` on */
    unsigned first, queued;
    bool wants_state;
    uint64_t seen;                       /* number of the picture it got last */
    int64_t picture_us, message_us;      /* when it got it; when its allowance was counted */
    double period_s, allowance;          /* between two pictures; messages it may still send */
    char text[SERVER_MESSAGE_BYTES + 1]; /* being received */
    size_t text_size;
};

struct server {
    struct server_options options;
    struct lws_context *lws;
    struct lws_vhost *vhost;
    lws_sorted_usec_list_t timer;
    struct screen *screens;
    struct server_health health;
    uint8_t *picture; /* LWS_PRE, then [picture_size] */
    size_t picture_size, picture_room;
    uint64_t pictures; /* number of the newest */
    bool failed;
};

/** The server that a connection belongs to. */
struct server *server_of(struct lws *wsi);

/** A header of a request, cut at `size`; empty where it is missing or too long. */
void header_read(struct lws *wsi, enum lws_token_indexes token, char *text, size_t size);

/** Gives back a parcel. */
void parcel_leave(struct parcel *parcel);

/** A parcel with one owner. @return NULL when out of memory */
struct parcel *parcel_make(const void *bytes, size_t size, bool binary);

/** Puts a parcel into a screen's queue. Of too many all are dropped for the state; what the state
 *  says anyway is not queued. */
void screen_give(struct screen *screen, struct parcel *parcel);

/** libwebsockets' callbacks: a request for a file; a screen. */
int files_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                   size_t size);
int screens_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                     size_t size);

/** Bytes that libwebsockets keeps for a request for a file. */
extern const size_t files_request_size;

#endif
