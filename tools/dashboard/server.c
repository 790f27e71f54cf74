#include "server.h"

#include "screens.h"

#include <stdlib.h>
#include <string.h>

#define SOCKETS     (SERVER_SCREENS + 64) /* screens, and requests for files */
#define PROTOCOL    "rollscope.1"
#define TIMEOUT_S   10
#define PING_S      20
#define SILENT_S    45
#define US_PER_MS   1000
#define REASON_SIZE 160

static char last_reason[REASON_SIZE];

static void reason_keep(int level, const char *line)
{
    (void)level;
    const char *text = strstr(line, "E: ");
    snprintf(last_reason, sizeof last_reason, "%s", text ? text + 3 : line);
    last_reason[strcspn(last_reason, "\n")] = 0;
}

static void tick(lws_sorted_usec_list_t *timer)
{
    struct server *server = lws_container_of(timer, struct server, timer);
    int wait_ms = server->options.tick(server->options.context);
    lws_sul_schedule(server->lws, 0, &server->timer, tick, (lws_usec_t)wait_ms * US_PER_MS);
}

static int listen_on(struct server *server, struct failure *failure)
{
    static const lws_retry_bo_t alive = {.secs_since_valid_ping = PING_S,
                                         .secs_since_valid_hangup = SILENT_S};
    static struct lws_protocols protocols[] = {
        {.name = "files", .callback = files_callback},
        {.name = PROTOCOL,
         .callback = screens_callback,
         .per_session_data_size = sizeof(struct screen),
         .rx_buffer_size = SERVER_MESSAGE_BYTES},
        {0},
    };
    const struct server_options *options = &server->options;
    protocols[0].per_session_data_size = files_request_size;
    bool ipv6 = strchr(options->address, ':') != NULL;
    struct lws_context_creation_info info = {
        .port = options->gate.port,
        .iface = options->address,
        .protocols = protocols,
        .user = server,
        .gid = -1,
        .uid = -1,
        .options = LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND | LWS_SERVER_OPTION_VALIDATE_UTF8 |
                   LWS_SERVER_OPTION_EXPLICIT_VHOSTS | (ipv6 ? 0 : LWS_SERVER_OPTION_DISABLE_IPV6),
        .fd_limit_per_thread = SOCKETS,
        .timeout_secs = TIMEOUT_S,
        .retry_and_idle_policy = &alive,
        .vhost_name = "rollscope",
    };
    server->lws = lws_create_context(&info);
    server->vhost = server->lws ? lws_create_vhost(server->lws, &info) : NULL;
    if (server->vhost)
        return STATUS_OK;
    return failure_set(failure, STATUS_BUSY, "http://%s:%d: cannot be served (%s)",
                       options->address, options->gate.port, last_reason);
}

int server_open(struct server **result, const struct server_options *options,
                struct failure *failure)
{
    *result = NULL;
    struct server *server = calloc(1, sizeof *server);
    if (!server)
        return failure_set(failure, STATUS_MEMORY, "dashboard: out of memory");
    server->options = *options;
    lws_set_log_level(LLL_ERR, reason_keep);
    int status = listen_on(server, failure);
    if (status) {
        server_close(server);
        return status;
    }
    if (!server->options.gate.port)
        server->options.gate.port = lws_get_vhost_listen_port(server->vhost);
    lws_sul_schedule(server->lws, 0, &server->timer, tick, 1);
    *result = server;
    return STATUS_OK;
}

int server_port(const struct server *server)
{
    return server->options.gate.port;
}

int server_turn(struct server *server)
{
    return lws_service(server->lws, 0) < 0 ? STATUS_SYSTEM : STATUS_OK;
}

uint8_t *server_picture_room(struct server *server, size_t size)
{
    if (size > server->picture_room) {
        uint8_t *bytes = realloc(server->picture, LWS_PRE + size);
        if (!bytes)
            return NULL;
        server->picture = bytes;
        server->picture_room = size;
    }
    server->picture_size = size;
    return server->picture + LWS_PRE;
}

void server_picture(struct server *server)
{
    server->pictures++;
    for (struct screen *screen = server->screens; screen; screen = screen->next)
        lws_callback_on_writable(screen->wsi);
}

void server_picture_to(struct screen *screen, const uint8_t *bytes, size_t size)
{
    struct parcel *parcel = parcel_make(bytes, size, true);
    if (!parcel)
        return;
    parcel->personal = true;
    screen_give(screen, parcel);
    parcel_leave(parcel);
}

void server_say(struct server *server, const char *text)
{
    struct parcel *parcel = server->screens ? parcel_make(text, strlen(text), false) : NULL;
    if (!parcel)
        return;
    for (struct screen *screen = server->screens; screen; screen = screen->next)
        screen_give(screen, parcel);
    parcel_leave(parcel);
}

void server_answer(struct screen *screen, const char *text)
{
    struct parcel *parcel = parcel_make(text, strlen(text), false);
    if (!parcel)
        return;
    parcel->personal = true;
    screen_give(screen, parcel);
    parcel_leave(parcel);
}

void server_refresh(struct server *server)
{
    for (struct screen *screen = server->screens; screen; screen = screen->next) {
        screen->wants_state = true;
        lws_callback_on_writable(screen->wsi);
    }
}

void server_watch(struct screen *screen, double rate_hz)
{
    screen->period_s = rate_hz > 0 ? 1 / rate_hz : -1;
}

void server_health(const struct server *server, struct server_health *health)
{
    *health = server->health;
}

void server_close(struct server *server)
{
    if (!server)
        return;
    if (server->lws)
        lws_context_destroy(server->lws);
    free(server->picture);
    free(server);
}
