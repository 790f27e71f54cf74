#include "screens.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define SOCKET_PATH   "/live"
#define KEY_PREFIX    "key."
#define HEADER_SIZE   512
#define SEND_BYTES    65536 /* what may lie in the kernel for a screen: old pictures are no use */
#define US_PER_S      1000000
#define PICTURE_SLACK 0.6 /* of the period: pictures come at their own beat */

struct server *server_of(struct lws *wsi)
{
    return lws_context_user(lws_get_context(wsi));
}

void header_read(struct lws *wsi, enum lws_token_indexes token, char *text, size_t size)
{
    if (lws_hdr_copy(wsi, text, (int)size, token) < 0)
        *text = 0;
}

struct parcel *parcel_make(const void *bytes, size_t size, bool binary)
{
    struct parcel *parcel = malloc(sizeof *parcel + LWS_PRE + size);
    if (!parcel)
        return NULL;
    parcel->owners = 1;
    parcel->size = size;
    parcel->binary = binary;
    parcel->personal = false;
    memcpy(parcel->bytes + LWS_PRE, bytes, size);
    return parcel;
}

void parcel_leave(struct parcel *parcel)
{
    if (!--parcel->owners)
        free(parcel);
}

static void queue_clear(struct screen *screen)
{
    for (; screen->queued; screen->queued--) {
        parcel_leave(screen->queue[screen->first]);
        screen->first = (screen->first + 1) % SERVER_QUEUE;
    }
}

void screen_give(struct screen *screen, struct parcel *parcel)
{
    lws_callback_on_writable(screen->wsi);
    if (screen->wants_state && !parcel->personal)
        return;
    if (screen->queued == SERVER_QUEUE) {
        queue_clear(screen);
        screen->wants_state = true;
        screen->server->health.overrun++;
        return;
    }
    parcel->owners++;
    screen->queue[(screen->first + screen->queued++) % SERVER_QUEUE] = parcel;
}

/* The key comes as a second subprotocol: a page can set no other header. */
static bool key_good(const struct gate *gate, struct lws *wsi)
{
    char offered[HEADER_SIZE];
    header_read(wsi, WSI_TOKEN_PROTOCOL, offered, sizeof offered);
    const char *key = strstr(offered, KEY_PREFIX);
    if (!key)
        return gate_token_good(gate, "");
    key += strlen(KEY_PREFIX);
    offered[(size_t)(key - offered) + strcspn(key, ", ")] = 0;
    return gate_token_good(gate, key);
}

static bool may_come_in(const struct server *server, struct lws *wsi)
{
    char host[HEADER_SIZE], origin[HEADER_SIZE], path[sizeof SOCKET_PATH + 1];
    const struct gate *gate = &server->options.gate;
    header_read(wsi, WSI_TOKEN_HOST, host, sizeof host);
    header_read(wsi, WSI_TOKEN_ORIGIN, origin, sizeof origin);
    header_read(wsi, WSI_TOKEN_GET_URI, path, sizeof path);
    bool origin_said = lws_hdr_total_length(wsi, WSI_TOKEN_ORIGIN) > 0;
    return server->health.screens < SERVER_SCREENS && gate_host_good(gate, host) &&
           origin_said == (*origin != 0) && gate_origin_good(origin, host) &&
           !strcmp(path, SOCKET_PATH) && key_good(gate, wsi);
}

static void screen_join(struct screen *screen, struct lws *wsi)
{
    int room = SEND_BYTES;
    memset(screen, 0, sizeof *screen);
    screen->wsi = wsi;
    screen->server = server_of(wsi);
    screen->next = screen->server->screens;
    screen->wants_state = true;
    screen->allowance = SERVER_MESSAGES_S;
    screen->message_us = lws_now_usecs();
    screen->server->screens = screen;
    screen->server->health.screens++;
    screen->server->health.joined++;
    setsockopt(lws_get_socket_fd(wsi), SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    lws_callback_on_writable(wsi);
}

static void screen_leave(struct screen *screen)
{
    struct server *server = screen->server;
    if (!server)
        return;
    struct screen **place = &server->screens;
    while (*place && *place != screen)
        place = &(*place)->next;
    if (*place) {
        *place = screen->next;
        server->health.screens--;
    }
    queue_clear(screen);
    screen->server = NULL;
}

static int screen_write(struct screen *screen, uint8_t *bytes, size_t size, bool binary)
{
    enum lws_write_protocol kind = binary ? LWS_WRITE_BINARY : LWS_WRITE_TEXT;
    return lws_write(screen->wsi, bytes, size, kind) < (int)size ? -1 : 0;
}

/* What the state says is taken out of the queue. */
static void queue_sift(struct screen *screen)
{
    for (unsigned waiting = screen->queued; waiting; waiting--) {
        struct parcel *parcel = screen->queue[screen->first];
        screen->first = (screen->first + 1) % SERVER_QUEUE;
        screen->queued--;
        if (parcel->personal)
            screen->queue[(screen->first + screen->queued++) % SERVER_QUEUE] = parcel;
        else
            parcel_leave(parcel);
    }
}

static int state_write(struct screen *screen)
{
    const struct server_options *options = &screen->server->options;
    queue_sift(screen);
    char *text = options->state(options->context);
    struct parcel *parcel = text ? parcel_make(text, strlen(text), false) : NULL;
    free(text);
    if (!parcel)
        return -1;
    int result = screen_write(screen, parcel->bytes + LWS_PRE, parcel->size, false);
    parcel_leave(parcel);
    screen->wants_state = false;
    return result;
}

static int parcel_write(struct screen *screen)
{
    struct parcel *parcel = screen->queue[screen->first];
    screen->first = (screen->first + 1) % SERVER_QUEUE;
    screen->queued--;
    int result = screen_write(screen, parcel->bytes + LWS_PRE, parcel->size, parcel->binary);
    parcel_leave(parcel);
    return result;
}

static bool picture_due(const struct screen *screen)
{
    double since_s = (double)(lws_now_usecs() - screen->picture_us) / US_PER_S;
    return screen->seen != screen->server->pictures && screen->period_s >= 0 &&
           since_s >= PICTURE_SLACK * screen->period_s;
}

static int picture_write_newest(struct screen *screen)
{
    struct server *server = screen->server;
    if (!picture_due(screen))
        return 0;
    server->health.skipped += screen->seen ? server->pictures - screen->seen - 1 : 0;
    server->health.pictures++;
    screen->seen = server->pictures;
    screen->picture_us = lws_now_usecs();
    return screen_write(screen, server->picture + LWS_PRE, server->picture_size, true);
}

/* One message a turn: then the next screen has its turn. */
static int screen_serve(struct screen *screen)
{
    int result = screen->wants_state ? state_write(screen)
                 : screen->queued    ? parcel_write(screen)
                                     : picture_write_newest(screen);
    if (screen->queued || screen->wants_state || picture_due(screen))
        lws_callback_on_writable(screen->wsi);
    return result;
}

static int refuse(struct screen *screen, enum lws_close_status status)
{
    screen->server->health.refused++;
    lws_close_reason(screen->wsi, status, NULL, 0);
    return -1;
}

static bool within_allowance(struct screen *screen)
{
    int64_t now_us = lws_now_usecs();
    screen->allowance += SERVER_MESSAGES_S * (double)(now_us - screen->message_us) / US_PER_S;
    if (screen->allowance > SERVER_MESSAGES_S)
        screen->allowance = SERVER_MESSAGES_S;
    screen->message_us = now_us;
    screen->allowance -= 1;
    return screen->allowance >= 0;
}

static int screen_receive(struct screen *screen, const char *bytes, size_t size)
{
    if (lws_frame_is_binary(screen->wsi))
        return refuse(screen, LWS_CLOSE_STATUS_UNACCEPTABLE_OPCODE);
    if (lws_is_first_fragment(screen->wsi))
        screen->text_size = 0;
    if (screen->text_size + size + lws_remaining_packet_payload(screen->wsi) > SERVER_MESSAGE_BYTES)
        return refuse(screen, LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE);
    memcpy(screen->text + screen->text_size, bytes, size);
    screen->text_size += size;
    if (!lws_is_final_fragment(screen->wsi) || lws_remaining_packet_payload(screen->wsi))
        return 0;
    if (!within_allowance(screen))
        return refuse(screen, LWS_CLOSE_STATUS_POLICY_VIOLATION);
    const struct server_options *options = &screen->server->options;
    screen->text[screen->text_size] = 0;
    options->message(options->context, screen, screen->text, screen->text_size);
    return 0;
}

int screens_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                     size_t size)
{
    struct screen *screen = user;
    switch (reason) {
    case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
        if (may_come_in(server_of(wsi), wsi))
            return 0;
        server_of(wsi)->health.refused++;
        lws_return_http_status(wsi, HTTP_STATUS_FORBIDDEN, NULL);
        return -1;
    case LWS_CALLBACK_ESTABLISHED:
        screen_join(screen, wsi);
        return 0;
    case LWS_CALLBACK_CLOSED:
        screen_leave(screen);
        return 0;
    case LWS_CALLBACK_SERVER_WRITEABLE:
        return screen_serve(screen);
    case LWS_CALLBACK_RECEIVE:
        return screen_receive(screen, in, size);
    default:
        return 0;
    }
}
