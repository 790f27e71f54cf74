#include "transports.h"

#include <errno.h>
#include <math.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Captures do not say when they were made: 2000-01-01T00:00:00Z, unless the address does. */
#define EPOCH_S 946684800.0

#define BROKEN_SHARE 20 /* of so many lines one may be broken */

struct capture {
    FILE *file;
    char name[ADDRESS_SIZE + 16];
    char *line;
    size_t line_size;
    unsigned long line_number, broken;
    uint8_t *bytes; /* [capacity] of the line at hand, [at, size) not read yet */
    size_t at, size, capacity;
    int64_t arrival_us; /* of that line, from the capture's start */
    double speed;       /* 0: as fast as it is read */
    int64_t start_us, epoch_us;
};

static int bytes_grow(struct capture *capture, size_t size, struct failure *failure)
{
    if (size <= capture->capacity)
        return STATUS_OK;
    free(capture->bytes);
    capture->bytes = malloc(2 * size);
    capture->capacity = capture->bytes ? 2 * size : 0;
    return capture->bytes ? STATUS_OK
                          : failure_set(failure, STATUS_MEMORY, "%s: out of memory", capture->name);
}

/* False: the line is not what it should be. What a recorder wrote into a line that it had broken
 * off stands behind the last comma. */
static bool line_parse(struct capture *capture)
{
    char *end;
    double interval_ms = strtod(capture->line, &end);
    const char *comma = strrchr(capture->line, ',');
    capture->at = capture->size = 0;
    if (end == capture->line || *end != ',' || !(interval_ms >= 0 && interval_ms < 1e12))
        return false;
    capture->arrival_us += llround(interval_ms * 1000);
    const char *text = comma + 1 + strspn(comma + 1, " \t");
    size_t length = strcspn(text, "\r\n");
    return length == 0 ||
           sodium_base642bin(capture->bytes, capture->capacity, text, length, NULL, &capture->size,
                             NULL, sodium_base64_VARIANT_ORIGINAL) == 0;
}

/* A few broken lines are left out, as bytes that were lost; many are no capture. */
static int line_refuse(struct capture *capture, struct failure *failure)
{
    capture->size = 0;
    if (++capture->broken <= capture->line_number / BROKEN_SHARE)
        return STATUS_OK;
    return failure_set(failure, STATUS_FORMAT, "%s line %lu is not 'milliseconds, base64'",
                       capture->name, capture->line_number);
}

/* Reads on to the next line with bytes. A last line that was cut off counts as the end. */
static int line_next(struct capture *capture, struct failure *failure)
{
    while (capture->at == capture->size) {
        errno = 0;
        ssize_t length = getline(&capture->line, &capture->line_size, capture->file);
        if (length < 0)
            return errno ? failure_system(failure, errno, "%s", capture->name)
                         : failure_set(failure, STATUS_END, "%s is at its end", capture->name);
        capture->line_number++;
        if (capture->line[strspn(capture->line, " \t\r\n")] == 0)
            continue;
        int status = bytes_grow(capture, (size_t)length, failure);
        bool cut = capture->line[length - 1] != '\n' && capture->line_number > 1;
        if (!status && !line_parse(capture))
            status = cut ? STATUS_OK : line_refuse(capture, failure);
        if (status)
            return status;
    }
    return STATUS_OK;
}

/* Waits until the line at hand is due. False: not within the time. */
static bool line_wait(const struct capture *capture, int timeout_ms)
{
    if (capture->speed <= 0)
        return true;
    double due_us = (double)capture->start_us + (double)capture->arrival_us / capture->speed;
    double wait_us = due_us - (double)clock_now_us();
    bool due = wait_us <= timeout_ms * 1000.0;
    if (!due)
        wait_us = timeout_ms * 1000.0;
    if (wait_us > 0) {
        long long whole_us = llround(wait_us);
        const struct timespec wait = {.tv_sec = whole_us / 1000000,
                                      .tv_nsec = whole_us % 1000000 * 1000};
        nanosleep(&wait, NULL);
    }
    return due;
}

static int capture_read(void *self, uint8_t *bytes, size_t size, int timeout_ms,
                        int64_t *arrival_us, struct failure *failure)
{
    struct capture *capture = self;
    int status = line_next(capture, failure);
    if (status)
        return status;
    if (!line_wait(capture, timeout_ms))
        return 0;
    size_t taken = capture->size - capture->at;
    taken = taken < size ? taken : size;
    memcpy(bytes, capture->bytes + capture->at, taken);
    capture->at += taken;
    *arrival_us = capture->arrival_us;
    return (int)taken;
}

static int64_t capture_epoch_us(void *self)
{
    return ((struct capture *)self)->epoch_us;
}

static void capture_close(void *self)
{
    struct capture *capture = self;
    fclose(capture->file);
    free(capture->line);
    free(capture->bytes);
    free(capture);
}

int capture_open(struct transport *transport, const struct address *address,
                 struct failure *failure)
{
    static const struct transport_ops ops = {
        .read = capture_read, .epoch_us = capture_epoch_us, .close = capture_close};
    double speed = 1, epoch_s = EPOCH_S;
    int status = address_number(address, "epoch_s", 0, 9e9, &epoch_s, failure);
    if (!strcmp(address_get(address, "speed", ""), "max"))
        speed = 0;
    else if (!status)
        status = address_number(address, "speed", 1e-3, 1e6, &speed, failure);
    if (status)
        return status;
    FILE *file = fopen(address->target, "re");
    if (!file)
        return failure_system(failure, errno, "file:%s", address->target);
    struct capture *capture = malloc(sizeof *capture);
    if (!capture) {
        fclose(file);
        return failure_set(failure, STATUS_MEMORY, "file:%s: out of memory", address->target);
    }
    *capture = (struct capture){.file = file,
                                .speed = speed,
                                .start_us = clock_now_us(),
                                .epoch_us = llround(epoch_s * 1e6)};
    snprintf(capture->name, sizeof capture->name, "file:%s", address->target);
    *transport = (struct transport){&ops, capture};
    return STATUS_OK;
}
