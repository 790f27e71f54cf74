#include "feed.h"

#include "decoder.h"
#include "grid.h"
#include "numbering.h"
#include "timeline.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define READ_SIZE      4096
#define TEND_MS        50 /* how often a silent mat is looked after */
#define SILENCE_US     500000
#define POLLED_US      100000
#define REOPEN_MS      100
#define UNDECODED_US   3000000
#define CLOCK_CHECK_US 1000000
#define CLOCK_JUMP_US  50000
#define SPACINGS       64
#define FIRST_BYTES    16

struct feed {
    struct transport transport;
    struct probe probe; /* its bytes are read before the transport's */
    size_t probe_reads_done;
    const struct protocol *protocol;
    struct mat_setup setup;
    struct decoder *decoder;
    struct decoder_sink sink;
    struct numbering numbering;
    struct timeline timeline;
    struct mat_info info;
    struct grid grid;
    bool known; /* info is final enough to be shown */
    uint16_t wire_rows, wire_cols;
    int broken; /* set by the sink: the mat cannot be read any more, and why */
    struct failure breakage;
    bool found; /* set by the sink */
    struct decoded_frame decoded;
    uint8_t bytes[READ_SIZE]; /* the last read, [at, size) not taken by the decoder yet */
    size_t at, size;
    int64_t arrival_us;
    uint8_t first_bytes[FIRST_BYTES];
    size_t first_size;
    int64_t first_byte_us; /* on our own clock, as the next three */
    int64_t last_frame_us, last_word_us, clock_checked_us;
    unsigned frames_since_start;
    bool polled, gone, gap;
    uint64_t sequence;
    int64_t epoch_us, wall_offset_us;
    struct source_health health;
    int64_t arrivals_us[SPACINGS]; /* ring of the last frames' arrivals */
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

/* Takes over what the mat says of itself, in the mat's own order of lines. */
static int info_take(struct feed *feed, const struct mat_info *info, struct failure *failure)
{
    const struct geometry *wire = &info->geometry;
    const struct grid_change *change = &feed->setup.change;
    feed->info = *info;
    feed->wire_rows = wire->rows;
    feed->wire_cols = wire->cols;
    grid_free(&feed->grid);
    int status = grid_make(&feed->grid, change, wire->rows, wire->cols, failure);
    feed->info.geometry.rows = feed->grid.rows;
    feed->info.geometry.cols = feed->grid.cols;
    if (change->transpose) {
        feed->info.geometry.pitch_x_mm = wire->pitch_y_mm;
        feed->info.geometry.pitch_y_mm = wire->pitch_x_mm;
    }
    return status;
}

static void on_info(void *context, const struct mat_info *info)
{
    struct feed *feed = context;
    bool regridded =
        feed->wire_rows != info->geometry.rows || feed->wire_cols != info->geometry.cols;
    if (regridded && feed->known && feed->health.frames > 0)
        feed->broken = failure_set(&feed->breakage, STATUS_FORMAT,
                                   "the mat has another grid than before: %u x %u",
                                   info->geometry.rows, info->geometry.cols);
    else
        feed->broken = info_take(feed, info, &feed->breakage);
    feed->known = true;
}

static int word_say(struct feed *feed, enum host_word word, struct failure *failure)
{
    feed->last_word_us = clock_now_us();
    if (word == HOST_START)
        feed->frames_since_start = 0;
    return transport_say(&feed->transport, feed->protocol, &feed->setup, word, failure);
}

static bool is_saturated(const struct decoded_frame *decoded, uint16_t full_scale)
{
    uint16_t peak = 0;
    for (size_t i = 0; i < (size_t)decoded->rows * decoded->cols; i++)
        peak = decoded->cells[i] > peak ? decoded->cells[i] : peak;
    return peak >= full_scale;
}

/* Numbers the frame. False: it is a duplicate. */
static bool frame_number(struct feed *feed, uint64_t *steps, bool *restarted)
{
    const struct decoded_frame *decoded = &feed->decoded;
    enum numbering_verdict verdict = NUMBERING_NEXT;
    *steps = 1;
    if (decoded->has_sequence)
        verdict = numbering_push(&feed->numbering, decoded->sequence, decoded->device_us, steps);
    else if (decoded->has_clock && feed->health.frames > 0 &&
             decoded->device_us <= feed->numbering.device_us)
        verdict = decoded->device_us == feed->numbering.device_us ? NUMBERING_DUPLICATE
                                                                  : NUMBERING_RESTART;
    if (!decoded->has_sequence)
        feed->numbering.device_us = decoded->device_us;
    feed->health.duplicates += verdict == NUMBERING_DUPLICATE;
    feed->health.restarts += verdict == NUMBERING_RESTART;
    feed->health.lost += verdict == NUMBERING_NEXT ? *steps - 1 : 0;
    *restarted = verdict == NUMBERING_RESTART;
    return verdict != NUMBERING_DUPLICATE;
}

static void frame_fill(struct feed *feed, struct frame *frame, bool restarted, uint64_t missing)
{
    const struct decoded_frame *decoded = &feed->decoded;
    if (feed->health.frames == 0)
        feed->sequence = decoded->has_sequence ? decoded->sequence : 0;
    else
        feed->sequence += 1 + missing;
    uint32_t flags = missing || restarted || feed->gap ? FRAME_GAP_BEFORE : 0;
    if (decoded->resynchronised || restarted)
        flags |= FRAME_RESYNCHRONISED;
    if (is_saturated(decoded, feed->info.geometry.full_scale))
        flags |= FRAME_SATURATED;
    *frame = (struct frame){.sequence = feed->sequence,
                            .time_us = feed->epoch_us + feed->timeline.time_us,
                            .flags = flags,
                            .rows = feed->grid.rows,
                            .cols = feed->grid.cols,
                            .cells = grid_apply(&feed->grid, decoded->cells)};
}

/* Makes the decoded frame a frame. False: it is a duplicate. */
static bool frame_accept(struct feed *feed, struct frame *frame)
{
    uint64_t steps, missing;
    bool restarted;
    if (!frame_number(feed, &steps, &restarted))
        return false;
    struct timeline_frame timed = {.arrival_us = feed->arrival_us,
                                   .has_clock = feed->decoded.has_clock,
                                   .device_us = feed->decoded.device_us,
                                   .restarted =
                                       restarted || (feed->gap && !feed->decoded.has_clock)};
    timeline_push(&feed->timeline, &timed, &missing);
    feed->health.lost += missing;
    if (feed->gap && steps == 1 && missing == 0 && feed->health.frames > 0)
        missing = 1;
    frame_fill(feed, frame, restarted, missing + steps - 1);
    feed->arrivals_us[feed->health.frames % SPACINGS] = feed->arrival_us;
    feed->health.frames++;
    feed->frames_since_start++;
    feed->last_frame_us = clock_now_us();
    feed->known = true;
    feed->gap = false;
    return true;
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
            if (found && frame_accept(feed, frame))
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
        feed->health.clock_jumps++;
    feed->wall_offset_us = offset_us;
}

/* Looks after a mat that says nothing: asks again, finds out that it wants to be asked. */
static int mat_tend(struct feed *feed, struct failure *failure)
{
    int64_t now_us = clock_now_us();
    clock_check(feed, now_us);
    if (feed->health.frames == 0 && feed->first_size > 0 &&
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
    if (status == STATUS_END && feed->health.frames == 0 && feed->first_size > 0)
        return undecoded_failure(&feed->transport, feed->first_bytes, feed->first_size, failure);
    if (status != STATUS_LOST)
        return status;
    if (!feed->transport.ops->reopen)
        return STATUS_END;
    feed->health.disconnects += !feed->gone;
    feed->gone = feed->gap = true;
    feed->at = feed->size = 0;
    decoder_reset(feed->decoder);
    numbering_forget(&feed->numbering);
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
    return feed->known ? &feed->info : NULL;
}

static void feed_health(void *self, struct source_health *health)
{
    const struct feed *feed = self;
    *health = feed->health;
    health->decoder = *decoder_counters(feed->decoder);
    uint64_t count = feed->health.frames < SPACINGS ? feed->health.frames : SPACINGS;
    double sum = 0, squares = 0;
    for (uint64_t i = feed->health.frames - count + 1; i < feed->health.frames; i++) {
        double spacing_us =
            (double)(feed->arrivals_us[i % SPACINGS] - feed->arrivals_us[(i - 1) % SPACINGS]);
        sum += spacing_us;
        squares += spacing_us * spacing_us;
    }
    if (count < 2 || sum <= 0)
        return;
    double mean_us = sum / (double)(count - 1);
    health->rate_hz = 1e6 / mean_us;
    health->jitter_ms = 1e-3 * sqrt(fmax(0, squares / (double)(count - 1) - mean_us * mean_us));
}

static void feed_close(void *self)
{
    struct feed *feed = self;
    if (!feed->gone)
        transport_say(&feed->transport, feed->protocol, &feed->setup, HOST_STOP, NULL);
    feed->transport.ops->close(feed->transport.self);
    decoder_destroy(feed->decoder);
    probe_free(&feed->probe);
    grid_free(&feed->grid);
    free(feed);
}

int feed_open(struct source **source, struct transport *transport, struct probe *probe,
              struct failure *failure)
{
    static const struct source_ops ops = {feed_read, feed_info, feed_health, feed_close};
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
    feed->epoch_us =
        transport->ops->epoch_us ? transport->ops->epoch_us(transport->self) : feed->wall_offset_us;
    feed->clock_checked_us = clock_now_us();
    timeline_reset(&feed->timeline, probe->setup.info.geometry.rate_hz);
    int status =
        feed->protocol->carries_geometry ? STATUS_OK : info_take(feed, &probe->setup.info, failure);
    if (!status)
        status = word_say(feed, HOST_START, failure);
    if (status) {
        feed_close(feed);
        return status;
    }
    return source_open_custom(source, &ops, feed, failure);
}
