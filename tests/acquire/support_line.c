#include "support_line.h"

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

static void piece_add(struct pieces *pieces, const uint8_t *bytes, size_t size, size_t width)
{
    uint8_t header[6] = {0x4e, 0x0a, 0, 0, 0x50, 0x0a};
    size_t header_size = width ? sizeof header : 0;
    if (width) {
        header[2] = (uint8_t)(size / width >> 8);
        header[3] = (uint8_t)(size / width);
    }
    pieces->bytes = realloc(pieces->bytes, pieces->size + header_size + size + 1);
    memcpy(pieces->bytes + pieces->size, header, header_size);
    memcpy(pieces->bytes + pieces->size + header_size, bytes, size);
    pieces->size += header_size + size;
    pieces->ends[pieces->count++] = pieces->size;
}

bool pieces_read(struct pieces *pieces, const char *file, size_t width)
{
    *pieces = (struct pieces){.size = 0};
    const char *data = getenv("ROLLSCOPE_DATA");
    char path[512], line[8192];
    snprintf(path, sizeof path, "%s/dividat_flex/%s", data ? data : "", file);
    FILE *input = fopen(path, "r");
    if (!input)
        return false;
    pieces->ends = calloc(8192, sizeof *pieces->ends);
    pieces->interval_ms = calloc(8192, sizeof *pieces->interval_ms);
    while (fgets(line, sizeof line, input)) {
        uint8_t bytes[4096];
        size_t size;
        const char *text = strrchr(line, ',');
        if (!text || sodium_base642bin(bytes, sizeof bytes, text + 1, strlen(text + 1), " \r\n",
                                       &size, NULL, sodium_base64_VARIANT_ORIGINAL))
            continue;
        pieces->interval_ms[pieces->count] = atof(line);
        if (size > 0)
            piece_add(pieces, bytes, size, width);
    }
    fclose(input);
    return true;
}

void pieces_free(struct pieces *pieces)
{
    free(pieces->bytes);
    free(pieces->ends);
    free(pieces->interval_ms);
}

void line_open(struct line *line)
{
    line->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(line->master >= 0);
    assert_int_equal(grantpt(line->master), 0);
    assert_int_equal(unlockpt(line->master), 0);
    assert_int_equal(ptsname_r(line->master, line->path, sizeof line->path), 0);
    struct termios settings;
    assert_int_equal(tcgetattr(line->master, &settings), 0);
    cfmakeraw(&settings);
    assert_int_equal(tcsetattr(line->master, TCSANOW, &settings), 0);
    fcntl(line->master, F_SETFL, O_NONBLOCK);
    atomic_init(&line->done, false);
}

static void master_write(int master, const uint8_t *bytes, size_t size)
{
    while (size > 0) {
        struct pollfd waited = {.fd = master, .events = POLLOUT};
        poll(&waited, 1, 1000);
        ssize_t count = write(master, bytes, size);
        if (count > 0) {
            bytes += count;
            size -= (size_t)count;
        }
    }
}

static void *feeder(void *argument)
{
    struct line *line = argument;
    const struct pieces *pieces = line->pieces;
    for (size_t i = 0; i < pieces->count; i++) {
        size_t begin = i ? pieces->ends[i - 1] : 0;
        master_write(line->master, pieces->bytes + begin, pieces->ends[i] - begin);
    }
    atomic_store(&line->done, true);
    return NULL;
}

void line_feed(struct line *line, const struct pieces *pieces)
{
    line->pieces = pieces;
    assert_int_equal(pthread_create(&line->thread, NULL, feeder, line), 0);
}

void line_close(struct line *line)
{
    pthread_join(line->thread, NULL);
    close(line->master);
}

struct source *source_of(const char *format, ...)
{
    char text[ADDRESS_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    struct address address;
    struct failure failure = {0};
    struct source *source = NULL;
    int status = address_parse(&address, text, &failure);
    if (!status)
        status = source_open(&source, &address, &failure);
    if (status)
        fail_msg("%s: %s", text, failure.text);
    return source;
}

uint64_t source_drain(struct source *source, struct line *line,
                      void (*take)(void *context, const struct frame *frame), void *context)
{
    uint64_t count = 0;
    for (;;) {
        bool done = !line || atomic_load(&line->done);
        struct frame frame;
        struct failure failure = {0};
        int status = source_read(source, &frame, 100, &failure);
        if (status == STATUS_END || (status == 0 && done))
            return count;
        if (status < 0)
            fail_msg("%s: %s", status_text(status), failure.text);
        count += status > 0;
        if (status > 0 && take)
            take(context, &frame);
    }
}
