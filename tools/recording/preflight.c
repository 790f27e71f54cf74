#include "preflight.h"

#include "../cli/say.h"
#include "../cli/stopping.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#define PLANNED_S       3600.0
#define RATE_GUESSED_HZ 100.0
#define FRAME_BYTES     40.0 /* time, sequence, flags, checksum, events */
#define RAW_SHARE       (2.0 / 3)
#define PROBE_BYTES     ((size_t)4 << 20)
#define PROBE_PIECE     ((size_t)256 << 10)
#define PROBE_MS        500 /* no longer, however slow the disk is */
#define SPEED_MARGIN    3.0 /* the disk is to be so many times as fast as the session needs */
#define CLOCK_SLACK_S   86400
#define LOOK_MS         1000
#define STEADY_MS       5000 /* before that the rate of growth says little */
#define MEGABYTE        1e6

double preflight_rate(const struct geometry *geometry)
{
    double rate_hz = geometry->rate_hz > 0 ? geometry->rate_hz : RATE_GUESSED_HZ;
    double raw = (double)geometry_cells(geometry) * sizeof(uint16_t);
    return rate_hz * (raw * RAW_SHARE + FRAME_BYTES);
}

static unsigned check_room(const struct preflight_plan *plan, const char *folder)
{
    struct statvfs disk;
    double planned_s = plan->planned_s > 0 ? plan->planned_s : PLANNED_S;
    double wanted = preflight_rate(plan->geometry) * planned_s;
    if (statvfs(folder, &disk))
        return 0;
    double room = (double)disk.f_bavail * (double)disk.f_frsize;
    if (room >= wanted)
        return 0;
    say_error("warning: %s has %.0f MB of room; %.0f minutes may take %.0f MB, there is room for "
              "about %.0f",
              folder, room / MEGABYTE, planned_s / 60, wanted / MEGABYTE,
              room / preflight_rate(plan->geometry) / 60);
    return 1;
}

/* A file that has no name, or loses it at once. */
static int probe_open(const char *folder)
{
    char path[PATH_MAX];
    int descriptor = open(folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
    if (descriptor >= 0 ||
        snprintf(path, sizeof path, "%s/.rollscope-XXXXXX", folder) >= (int)sizeof path)
        return descriptor;
    descriptor = mkostemp(path, O_CLOEXEC);
    if (descriptor >= 0)
        unlink(path);
    return descriptor;
}

/* @return bytes a second, 0 when nothing can be written */
static double probe_write(int descriptor)
{
    static const char piece[PROBE_PIECE];
    int64_t begun_ms = monotonic_ms(), took_ms = 0;
    size_t written = 0;
    while (written < PROBE_BYTES && took_ms < PROBE_MS) {
        ssize_t got = write(descriptor, piece, sizeof piece);
        if (got <= 0 || fdatasync(descriptor))
            break;
        written += (size_t)got;
        took_ms = monotonic_ms() - begun_ms;
    }
    return 1e3 * (double)written / (double)(took_ms > 0 ? took_ms : 1);
}

static unsigned check_speed(const struct preflight_plan *plan, const char *folder)
{
    double wanted = preflight_rate(plan->geometry);
    int descriptor = probe_open(folder);
    if (descriptor < 0) {
        say_error("warning: %s cannot be written to: %s", folder, strerror(errno));
        return 1;
    }
    double speed = probe_write(descriptor);
    close(descriptor);
    if (speed >= SPEED_MARGIN * wanted)
        return 0;
    say_error("warning: %s takes %.1f MB/s, the session up to %.1f MB/s", folder, speed / MEGABYTE,
              wanted / MEGABYTE);
    return 1;
}

/* The program itself is older than any session. */
static unsigned check_clock(void)
{
    struct stat program;
    struct tm utc;
    char text[32];
    time_t now = time(NULL);
    if (stat("/proc/self/exe", &program) || now + CLOCK_SLACK_S >= program.st_mtime)
        return 0;
    strftime(text, sizeof text, "%Y-%m-%d %H:%M", gmtime_r(&now, &utc));
    say_error("warning: the clock says %s UTC, which is before this program was built", text);
    return 1;
}

unsigned preflight_check(const struct preflight_plan *plan)
{
    char copy[PATH_MAX];
    snprintf(copy, sizeof copy, "%s", plan->path);
    const char *folder = dirname(copy);
    return check_room(plan, folder) + check_speed(plan, folder) + check_clock();
}

void preflight_look(struct preflight_watch *watch, uint64_t bytes, uint64_t room)
{
    static const double minutes[] = {10, 2};
    int64_t now_ms = monotonic_ms();
    if (!watch->begun_ms) {
        watch->begun_ms = watch->looked_ms = now_ms;
        watch->begun_bytes = bytes;
    }
    int64_t took_ms = now_ms - watch->begun_ms;
    if (now_ms - watch->looked_ms < LOOK_MS || took_ms < STEADY_MS || bytes <= watch->begun_bytes)
        return;
    watch->looked_ms = now_ms;
    double per_minute = 6e4 * (double)(bytes - watch->begun_bytes) / (double)took_ms;
    double left = (double)room / per_minute;
    unsigned due = watch->warned;
    while (due < sizeof minutes / sizeof minutes[0] && left < minutes[due])
        due++;
    if (due > watch->warned)
        say_error("warning: there is room for %.1f more minutes of recording (%.0f MB)", left,
                  (double)room / MEGABYTE);
    watch->warned = due;
}
