#include "feed.h"

#include "assembly.h"
#include "decoder.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define READ_SIZE      4096
#define TEND_MS        50 /* how often a silent mat is looked after */
#define SILENCE_US     500000
#define POLLED_US      100000
#define REOPEN_MS      100
#define UNDECODED_US   8000000 /* a board may talk of its start for some seconds */
#define CLOCK_CHECK_US 1000000
#define CLOCK_JUMP_US  50000
#define FIRST_BYTES    16

struct feed {
    struct transport transport;
    struct probe probe; /* its bytes are read before the transport's */
    size_t probe_reads_done;
    const struct protocol *protocol;
    struct mat_setup setup;
    struct decoder *decoder;
    struct decoder_sink sink;
    struct assembly assembly;
    struct decoded_frame decoded;
    bool found; /* set by the sink: decoded is a new frame */
    int broken; /* set by the sink: the mat cannot be read any more, and why */
    struct failure breakage;
    uint8_t bytes[READ_SIZE]; /* the last read, [at, size) not taken by the decoder yet */
    size_t at, size;
    int64_t arrival_us;
    uint8_t first_bytes[FIRST_BYTES];
    size_t first_size;
    int64_t first_byte_us; /* on our own clock, as the next three */
    int64_t last_frame_us, last_word_us, clock_checked_us;
    unsigned frames_since_start;
    bool polled, gone;
    int64_t wall_offset_us;
    uint64_t disconnects, clock_jumps;
};

static int64_t wall_offset(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000 - clock_now_us();
}

static void on_frame(void *context, const struct decoded_frame *frame)
{
    struct feed *feed = context;
    feed->decoded = *frame;
    feed->found = true;
}

static void on_info(void *context, const struct mat_info *info)
{
    struct feed *feed = context;
    feed->broken = assembly_info(&feed->assembly, info, &feed->breakage);
}

static int word_say(struct feed *feed, enum host_word word, struct failure *failure)
{
    feed->last_word_us = clock_now_us();
    if (word == HOST_START)
        feed->frames_since_start = 0;
    return transport_say(&feed->transport, feed->protocol, &feed->setup, word, failure);
}

/* Goes on in the bytes at hand to the next frame. False: more bytes are needed. */
static bool frame_find(struct feed *feed, struct frame *frame)
{
    for (;;) {
        while (decoder_step(feed->decoder, &feed->sink)) {
            if (feed->broken)
                return false;
            bool found = feed->found;
            feed->found = false;
            if (!found || !assembly_frame(&feed->assembly, &feed->decoded, feed->arrival_us, frame))
                continue;
            feed->frames_since_start++;
            feed->last_frame_us = clock_now_us();
            return true;
        }
        if (feed->at == feed->size)
            return false;
        feed->at += decoder_take(feed->decoder, feed->bytes + feed->at, feed->size - feed->at);
    }
}

/* Reads what was kept while probing. */
static int probe_read(struct feed *feed)
{
    struct probe *probe = &feed->probe;
    size_t begin = feed->probe_reads_done ? probe->reads[feed->probe_reads_done - 1].end : 0;
    const struct probe_read *read = &probe->reads[feed->probe_reads_done++];
    feed->arrival_us = read->arrival_us;
    memcpy(feed->bytes, probe->bytes + begin, read->end - begin);
    return (int)(read->end - begin);
}

static int bytes_read(struct feed *feed, int timeout_ms, struct failure *failure)
{
    int count;
    if (feed->probe_reads_done < feed->probe.count)
        count = probe_read(feed);
    else
        count = feed->transport.ops->read(feed->transport.self, feed->bytes, READ_SIZE, timeout_ms,
                                          &feed->arrival_us, failure);
    if (count <= 0)
        return count;
    feed->at = 0;
    feed->size = (size_t)count;
    if (feed->first_size == 0) {
        feed->first_size = feed->size < FIRST_BYTES ? feed->size : FIRST_BYTES;
        memcpy(feed->first_bytes, feed->bytes, feed->first_size);
        feed->first_byte_us = clock_now_us();
    }
    return count;
}

static void clock_check(struct feed *feed, int64_t now_us)
{
    if (feed->transport.ops->epoch_us || now_us - feed->clock_checked_us < CLOCK_CHECK_US)
        return;
    feed->clock_checked_us = now_us;
    int64_t offset_us = wall_offset();
    if (llabs(offset_us - feed->wall_offset_us) > CLOCK_JUMP_US)
        feed->clock_jumps++;
    feed->wall_offset_us = offset_us;
}

/* Looks after a mat that says nothing: asks again, finds out that it wants to be asked. */
static int mat_tend(struct feed *feed, struct failure *failure)
{
    int64_t now_us = clock_now_us();
    clock_check(feed, now_us);
    if (feed->assembly.health.frames == 0 && feed->first_size > 0 &&
        now_us - feed->first_byte_us > UNDECODED_US)
        return undecoded_failure(&feed->transport, feed->first_bytes, feed->first_size, failure);
    int64_t silent_us = now_us - (feed->last_frame_us > feed->last_word_us ? feed->last_frame_us
                                                                           : feed->last_word_us);
    uint8_t poll[HOST_WORD_SIZE];
    if (!feed->polled && feed->frames_since_start == 1 && silent_us > POLLED_US)
        feed->polled = protocol_say(feed->protocol, &feed->setup, HOST_POLL, poll) > 0;
    else if (silent_us < SILENCE_US)
        return STATUS_OK;
    return word_say(feed, feed->polled ? HOST_POLL : HOST_START, failure);
}

/* The device went away, or there is no more. */
static int feed_end(struct feed *feed, int status, struct failure *failure)
{
    if (status == STATUS_END && feed->assembly.health.frames == 0 && feed->first_size > 0)
        return undecoded_failure(&feed->transport, feed->first_bytes, feed->first_size, failure);
    if (status != STATUS_LOST)
        return status;
    if (!feed->transport.ops->reopen)
        return STATUS_END;
    feed->disconnects += !feed->gone;
    feed->gone = true;
    feed->at = feed->size = 0;
    decoder_reset(feed->decoder);
    assembly_interrupt(&feed->assembly);
    return STATUS_LOST;
}

/* Tries to get the device back until the deadline. */
static int feed_return(struct feed *feed, int64_t deadline_us, struct failure *failure)
{
    for (;;) {
        int status = feed->transport.ops->reopen(feed->transport.self, failure);
        if (!status) {
            feed->gone = false;
            status = word_say(feed, feed->polled ? HOST_POLL : HOST_START, failure);
            return status ? feed_end(feed, status, failure) : STATUS_OK;
        }
        int64_t left_ms = (deadline_us - clock_now_us()) / 1000;
        if (left_ms <= 0)
            return STATUS_LOST;
        const struct timespec wait = {.tv_nsec =
                                          (left_ms < REOPEN_MS ? left_ms : REOPEN_MS) * 1000000};
        nanosleep(&wait, NULL);
    }
}

static int frame_give(struct feed *feed, struct failure *failure)
{
    int status = feed->polled ? word_say(feed, HOST_POLL, failure) : STATUS_OK;
    if (status == STATUS_LOST)
        feed_end(feed, status, failure);
    return 1;
}

static int feed_read(void *self, struct frame *frame, int timeout_ms, struct failure *failure)
{
    struct feed *feed = self;
    int64_t deadline_us = clock_now_us() + (int64_t)timeout_ms * 1000;
    int status = feed->gone ? feed_return(feed, deadline_us, failure) : STATUS_OK;
    while (status >= 0) {
        if (frame_find(feed, frame))
            return frame_give(feed, failure);
        if (feed->broken)
            return failure_set(failure, feed->broken, "%s", feed->breakage.text);
        int64_t left_ms = (deadline_us - clock_now_us() + 999) / 1000;
        status = bytes_read(feed,
                            (int)(left_ms < 0         ? 0
                                  : left_ms < TEND_MS ? left_ms
                                                      : TEND_MS),
                            failure);
        if (status >= 0) {
            int tended = mat_tend(feed, failure);
            if (status == 0 && tended == STATUS_OK && clock_now_us() >= deadline_us)
                return 0;
            status = tended ? tended : status;
        }
    }
    return feed_end(feed, status, failure);
}

static const struct mat_info *feed_info(void *self)
{
    const struct feed *feed = self;
    return feed->assembly.known ? &feed->assembly.info : NULL;
}

static void feed_health(void *self, struct source_health *health)
{
    const struct feed *feed = self;
    assembly_health(&feed->assembly, health);
    health->decoder = *decoder_counters(feed->decoder);
    health->disconnects = feed->disconnects;
    health->clock_jumps = feed->clock_jumps;
}

static void feed_close(void *self)
{
    struct feed *feed = self;
    if (!feed->gone)
        transport_say(&feed->transport, feed->protocol, &feed->setup, HOST_STOP, NULL);
    feed->transport.ops->close(feed->transport.self);
    decoder_destroy(feed->decoder);
    probe_free(&feed->probe);
    assembly_end(&feed->assembly);
    free(feed);
}

int feed_open(struct source **source, struct transport *transport, struct probe *probe,
              struct failure *failure)
{
    static const struct source_ops ops = {
        .read = feed_read, .info = feed_info, .health = feed_health, .close = feed_close};
    struct feed *feed = calloc(1, sizeof *feed);
    struct decoder *decoder = feed ? decoder_create(probe->protocol, &probe->setup) : NULL;
    if (!decoder) {
        free(feed);
        probe_free(probe);
        transport->ops->close(transport->self);
        return failure_set(failure, STATUS_MEMORY, "out of memory for a source");
    }
    feed->transport = *transport;
    feed->probe = *probe;
    feed->protocol = probe->protocol;
    feed->setup = probe->setup;
    feed->decoder = decoder;
    feed->sink = (struct decoder_sink){.context = feed, .frame = on_frame, .info = on_info};
    feed->wall_offset_us = wall_offset();
    feed->clock_checked_us = clock_now_us();
    int64_t epoch_us =
        transport->ops->epoch_us ? transport->ops->epoch_us(transport->self) : feed->wall_offset_us;
    int status = assembly_begin(&feed->assembly, &probe->setup, epoch_us, failure);
    if (!status)
        status = word_say(feed, HOST_START, failure);
    if (status) {
        feed_close(feed);
        return status;
    }
    return source_open_custom(source, &ops, feed, failure);
}
