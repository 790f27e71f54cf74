#include "acquire/acquire.h"
#include "cli/say.h"
#include "cli/stopping.h"
#include "sources/sources.h"
#include "verbs.h"

#include <math.h>
#include <stdio.h>
#include <time.h>

#define READ_MS 100

struct capture {
    struct capture_writer *writer;
    struct source *source;
    struct failure failure; /* of the writer */
    unsigned long long bytes, reads, frames;
};

static void on_bytes(void *context, int64_t arrival_us, const uint8_t *bytes, size_t size)
{
    struct capture *capture = context;
    capture->bytes += size;
    capture->reads++;
    if (!capture->failure.status)
        capture_push(capture->writer, arrival_us, bytes, size, &capture->failure);
}

static void name_make(char *name, size_t size, const struct options *options)
{
    time_t now = time(NULL);
    struct tm utc;
    gmtime_r(&now, &utc);
    if (*options->output)
        snprintf(name, size, "%s", options->output);
    else
        strftime(name, size, "capture-%Y%m%dT%H%M%SZ.dat", &utc);
}

/* Reads until the time is over. What does not decode is captured all the same. */
static int frames_read(struct capture *capture, const struct options *options,
                       struct failure *failure)
{
    int64_t end_ms =
        isinf(options->for_s) ? INT64_MAX : monotonic_ms() + (int64_t)(options->for_s * 1e3);
    int status = 0;
    while (!stopping_count() && !capture->failure.status && monotonic_ms() < end_ms) {
        struct frame frame;
        status = source_read(capture->source, &frame, READ_MS, failure);
        capture->frames += status > 0;
        if (status == STATUS_END || (status < 0 && status != STATUS_LOST))
            break;
    }
    return status < 0 && status != STATUS_END && status != STATUS_LOST ? status : STATUS_OK;
}

static int capture_run(struct capture *capture, const struct options *options, const char *name,
                       struct failure *failure)
{
    struct address address;
    const struct source_tap tap = {capture, on_bytes};
    int status = source_address(&address, options->source, failure);
    source_configure(&address, &options->mat);
    if (!status)
        status = capture_create(&capture->writer, name, failure);
    if (status)
        return status;
    status = source_open_tapped(&capture->source, &address, &tap, failure);
    if (!status)
        status = frames_read(capture, options, failure);
    source_close(capture->source);
    int finished = capture_finish(capture->writer, &capture->failure);
    if (capture->failure.status || finished)
        return failure_set(failure, capture->failure.status, "%s", capture->failure.text);
    return status;
}

static int run(const struct options *options)
{
    char name[OPTION_TEXT_SIZE];
    struct capture capture = {.bytes = 0};
    struct failure failure = {0};
    name_make(name, sizeof name, options);
    stopping_catch();
    int status = capture_run(&capture, options, name, &failure);
    if (capture.bytes > 0)
        say("%s: %llu bytes in %llu reads, %llu frames; play it with --source 'file:%s'", name,
            capture.bytes, capture.reads, capture.frames, name);
    else if (!status)
        say("%s: nothing was received", name);
    return status ? say_failure(&failure) : EXIT_DONE;
}

const struct verb verb_capture = {
    .name = "capture",
    .arguments = "",
    .text = "writes the raw bytes of a mat with their times, for a bug report or to play back",
    .options = {.shared = OPTION_SOURCE | OPTION_MAT | OPTION_OUTPUT | OPTION_FOR},
    .run = run,
};
