#include "pty.h"

#include "door.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define NANO       INT64_C(1000000000)
#define ASK_MS     50
#define LINGER_MS  2000
#define QUIET_MS   10
#define QUIET_ASKS 10
#define CHUNK_SIZE 4096

struct server {
    struct device *device;
    const struct pty_serving *serving;
    int door;          /* of a mat on the network; -1: it is on a terminal */
    int master, slave; /* master: the host's connection; -1: there is none */
    char name[DOOR_NAME_SIZE];
    uint8_t waiting[CHUNK_SIZE]; /* [size], to be written */
    size_t size;
    bool begun;
    int64_t began_ns;
};

static int64_t monotonic_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * NANO + now.tv_nsec;
}

/* ---- The terminal ---- */

/* The slave stays open here too: so a host may come and go. */
static int open_terminal(struct server *server, struct failure *failure)
{
    server->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    if (server->master < 0 || grantpt(server->master) < 0 || unlockpt(server->master) < 0 ||
        ptsname_r(server->master, server->name, sizeof server->name) != 0)
        return failure_system(failure, errno, "no pseudo-terminal");
    server->slave = open(server->name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    struct termios settings;
    if (server->slave < 0 || tcgetattr(server->slave, &settings) < 0)
        return failure_system(failure, errno, "%s", server->name);
    cfmakeraw(&settings);
    if (tcsetattr(server->slave, TCSANOW, &settings) < 0)
        return failure_system(failure, errno, "%s", server->name);
    return STATUS_OK;
}

static int place_link(const struct server *server, struct failure *failure)
{
    const char *link = server->serving->link;
    struct stat there;
    if (lstat(link, &there) == 0 && !S_ISLNK(there.st_mode))
        return failure_set(failure, STATUS_BUSY, "%s: is there and is no link", link);
    if (unlink(link) < 0 && errno != ENOENT)
        return failure_system(failure, errno, "%s", link);
    if (symlink(server->name, link) < 0)
        return failure_system(failure, errno, "%s", link);
    return STATUS_OK;
}

static void take_link_away(const struct server *server)
{
    char target[sizeof server->name];
    ssize_t length = readlink(server->serving->link, target, sizeof target);
    if (length > 0 && (size_t)length == strlen(server->name) &&
        !memcmp(target, server->name, (size_t)length))
        unlink(server->serving->link);
}

/* ---- Bytes ---- */

/* A host on the network is gone: what waited for it is, too. */
static int hang_up(struct server *server)
{
    close(server->master);
    server->master = -1;
    server->size = 0;
    return STATUS_OK;
}

static int listen_to_host(struct server *server, struct failure *failure)
{
    uint8_t bytes[512];
    ssize_t size;
    if (server->door >= 0 && server->master < 0)
        server->master = door_accept(server->door);
    if (server->master < 0)
        return STATUS_OK;
    while ((size = read(server->master, bytes, sizeof bytes)) > 0)
        device_receive(server->device, bytes, (size_t)size);
    if (server->door >= 0 && (size == 0 || (errno != EAGAIN && errno != EINTR)))
        return hang_up(server);
    if (size < 0 && errno != EAGAIN && errno != EINTR && errno != EIO)
        return failure_system(failure, errno, "%s", server->name);
    return STATUS_OK;
}

/* @return 1 when all is out, 0 when the host does not take it now */
static int send_to_host(struct server *server, struct failure *failure)
{
    for (;;) {
        if (!server->size)
            server->size = device_output(server->device, server->waiting, sizeof server->waiting);
        if (!server->size)
            return 1;
        if (server->master < 0) {
            server->size = 0;
            continue;
        }
        ssize_t sent = write(server->master, server->waiting, server->size);
        if (sent < 0 && errno != EAGAIN && errno != EINTR && server->door >= 0)
            return hang_up(server);
        if (sent < 0 && errno != EAGAIN && errno != EINTR)
            return failure_system(failure, errno, "%s", server->name);
        if (sent <= 0)
            return 0;
        server->size -= (size_t)sent;
        memmove(server->waiting, server->waiting + sent, server->size);
    }
}

static void wait_for_host(const struct server *server, int64_t wait_ns)
{
    struct pollfd poller = {.fd = server->master < 0 ? server->door : server->master,
                            .events = (short)(POLLIN | (server->size ? POLLOUT : 0))};
    if (wait_ns > ASK_MS * INT64_C(1000000))
        wait_ns = ASK_MS * INT64_C(1000000);
    const struct timespec time = {.tv_nsec = wait_ns > 0 ? wait_ns : 0};
    ppoll(&poller, 1, &time, NULL);
}

/* ---- Scans ---- */

/* Scans what is due. @return 1, or STATUS_END; *wait_ns: time to the next one */
static int scan_due(struct server *server, bool drained, int64_t *wait_ns)
{
    bool at_once = isinf(server->serving->speed);
    int64_t due_us;
    int status;
    *wait_ns = NANO;
    while ((status = device_due_us(server->device, &due_us)) > 0) {
        if (!server->begun) {
            server->begun = true;
            server->began_ns = monotonic_ns();
        }
        if (at_once && !(drained && device_streaming(server->device)))
            return 1;
        double ahead_ns = at_once ? 0 : (double)due_us * 1e3 / server->serving->speed;
        *wait_ns = server->began_ns + (int64_t)ahead_ns - monotonic_ns();
        if (*wait_ns > 0)
            return 1;
        device_scan(server->device);
        *wait_ns = 0;
        if (at_once)
            return 1;
    }
    return status < 0 ? status : 1;
}

static bool read_by_host(const struct server *server)
{
    int unread = 0;
    return ioctl(server->slave, FIONREAD, &unread) < 0 || unread == 0;
}

/* What was written is on its way for a moment before the host could read it. */
static int linger(struct server *server, struct failure *failure)
{
    int64_t latest = monotonic_ns() + LINGER_MS * INT64_C(1000000);
    int quiet = 0;
    while (quiet < QUIET_ASKS && monotonic_ns() < latest &&
           !server->serving->stopped(server->serving->context)) {
        int sent = send_to_host(server, failure);
        if (sent < 0)
            return sent;
        quiet = sent > 0 && read_by_host(server) ? quiet + 1 : 0;
        wait_for_host(server, QUIET_MS * INT64_C(1000000));
    }
    return STATUS_OK;
}

static int serve(struct server *server, struct failure *failure)
{
    for (;;) {
        int64_t wait_ns;
        int status = listen_to_host(server, failure);
        int sent = status < 0 ? status : send_to_host(server, failure);
        if (sent < 0)
            return sent;
        if (server->serving->stopped(server->serving->context))
            return STATUS_OK;
        status = scan_due(server, sent > 0, &wait_ns);
        if (status == STATUS_END)
            return linger(server, failure);
        if (wait_ns > 0)
            wait_for_host(server, wait_ns);
    }
}

int pty_serve(struct device *device, const struct pty_serving *serving, struct failure *failure)
{
    struct server server = {
        .device = device, .serving = serving, .door = -1, .master = -1, .slave = -1};
    int status = open_terminal(&server, failure);
    if (status == STATUS_OK)
        status = place_link(&server, failure);
    if (status == STATUS_OK) {
        if (serving->ready)
            serving->ready(serving->context, serving->link);
        status = serve(&server, failure);
        take_link_away(&server);
    }
    if (server.slave >= 0)
        close(server.slave);
    if (server.master >= 0)
        close(server.master);
    return status;
}

int tcp_serve(struct device *device, const struct pty_serving *serving, struct failure *failure)
{
    struct server server = {.device = device, .serving = serving, .master = -1, .slave = -1};
    server.door = door_open(serving->link, server.name, failure);
    if (server.door < 0)
        return server.door;
    if (serving->ready)
        serving->ready(serving->context, server.name);
    int status = serve(&server, failure);
    if (server.master >= 0)
        close(server.master);
    close(server.door);
    return status;
}
