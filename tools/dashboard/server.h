/**
 * @file server.h
 * The web server: the files of the page over HTTP, and for every screen a WebSocket that gets the
 * newest picture as binary and everything else as JSON text. One thread. A screen that reads slowly
 * skips pictures; one whose texts pile up has them dropped and is told the whole state instead.
 * Screens cost at most SERVER_QUEUE texts and one picture each.
 */
#ifndef ROLLSCOPE_TOOLS_DASHBOARD_SERVER_H
#define ROLLSCOPE_TOOLS_DASHBOARD_SERVER_H

#include "gate.h"
#include "shelf.h"

#include <stdint.h>

#define SERVER_SCREENS       32   /* at once */
#define SERVER_QUEUE         64   /* texts that wait for a screen */
#define SERVER_MESSAGE_BYTES 4096 /* longest message from a screen */
#define SERVER_MESSAGES_S    50   /* of one screen a second */

struct server;
struct screen;

/** What the server asks and says. */
struct server_options {
    const char *address; /**< to listen on: an IP address */
    struct gate gate;    /**< port 0: any that is free */
    const struct shelf *shelf;
    void *context;
    /** @return the state as JSON, to be freed by the server; NULL: out of memory */
    char *(*state)(void *context);
    /** A message from a screen, a JSON text of at most SERVER_MESSAGE_BYTES. */
    void (*message)(void *context, struct screen *screen, const char *text, size_t size);
    /** Called again and again. @return after how many milliseconds next */
    int (*tick)(void *context);
};

/** What came and went; only grows, but for the first. */
struct server_health {
    unsigned screens;
    uint64_t joined, refused, pictures, skipped, overrun;
};

/** Begins to listen. @return STATUS_OK, STATUS_BUSY when the address is taken, STATUS_SYSTEM */
int server_open(struct server **result, const struct server_options *options,
                struct failure *failure);

/** The port it listens on. */
int server_port(const struct server *server);

/** Waits for something and does it. @return STATUS_OK or STATUS_SYSTEM */
int server_turn(struct server *server);

/** Room for the next picture, [size] bytes, for server_picture(). NULL: out of memory */
uint8_t *server_picture_room(struct server *server, size_t size);

/** The picture is written: shows it on every screen. */
void server_picture(struct server *server);

/** The same to one screen, after its texts. */
void server_picture_to(struct screen *screen, const uint8_t *bytes, size_t size);

/** Says a text to every screen, or to one. */
void server_say(struct server *server, const char *text);
void server_answer(struct screen *screen, const char *text);

/** Tells every screen the state anew. */
void server_refresh(struct server *server);

/** How many pictures a second a screen wants; 0: none. */
void server_watch(struct screen *screen, double rate_hz);

void server_health(const struct server *server, struct server_health *health);

/** Says goodbye to all screens. NULL is allowed. */
void server_close(struct server *server);

#endif
