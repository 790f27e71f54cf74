/**
 * @file acquire.h
 * From a mat's bytes to frames: addresses, transports, device protocols and the mat's clock.
 */
#ifndef ROLLSCOPE_ACQUIRE_H
#define ROLLSCOPE_ACQUIRE_H

#include "mat/mat.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- Addresses --------------------------------------------------------------------------------
 */

#define ADDRESS_SIZE           512
#define ADDRESS_PARAMETERS_MAX 24

/** `scheme:target?name=value&...`, taken apart. */
struct address {
    char scheme[16];
    char target[ADDRESS_SIZE]; /**< what stands between the scheme and `?`, percent-decoded */
    size_t count;
    struct {
        char name[32];
        char value[128];
    } parameters[ADDRESS_PARAMETERS_MAX]; /**< [count] */
};

/** Takes an address apart. @return STATUS_OK or STATUS_ARGUMENT with what is wrong. Any thread. */
int address_parse(struct address *address, const char *text, struct failure *failure);

/** The value of a parameter, or `otherwise` where it is not given. Any thread. */
const char *address_get(const struct address *address, const char *name, const char *otherwise);

/* ---- Decoders ---------------------------------------------------------------------------------
 */

/** A frame as a mat sent it. Borrowed for the length of the call. */
struct decoded_frame {
    uint16_t rows, cols;
    const uint16_t *cells; /**< [rows*cols] counts */
    bool has_sequence;
    uint32_t sequence; /**< the mat's number as sent; wraps */
    bool has_clock;
    uint64_t device_us;  /**< the mat's clock at the scan's start */
    bool resynchronised; /**< bytes were skipped since the frame before */
};

/** Where a decoder puts what it finds. Any pointer may be NULL. */
struct decoder_sink {
    void *context;
    void (*frame)(void *context, const struct decoded_frame *frame);
    void (*info)(void *context, const struct mat_info *info);
    void (*log)(void *context, const char *text);
};

/** What a decoder has seen; only ever grows. bytes = bytes in packets + skipped + waiting. */
struct decoder_counters {
    uint64_t bytes;         /**< pushed */
    uint64_t frames;        /**< good frames given to the sink */
    uint64_t packets;       /**< other good packets (info, log) */
    uint64_t skipped_bytes; /**< bytes that belong to no good packet */
    uint64_t bad_checksum, bad_length, bad_type, bad_value; /**< packets dropped, by reason */
};

struct decoder;

/** One device protocol: one file, one constant descriptor. */
struct protocol {
    const char *name;      /**< as in `protocol=NAME` */
    const char *text;      /**< one line for people */
    unsigned baud;         /**< usual rate; 0: irrelevant */
    bool carries_geometry; /**< false: rows, cols, pitch come from the address or configuration */
    struct mat_info usual; /**< what is assumed where nothing else is said */
    const char *start;     /**< bytes that make the mat stream; NULL: none */
    size_t start_size;
    const char *stop;
    size_t stop_size;
    const char *poll; /**< bytes that ask for one frame; NULL: the mat streams */
    size_t poll_size;
    /** Makes a decoder for mats like `info`; NULL when out of memory. */
    struct decoder *(*create)(const struct protocol *protocol, const struct mat_info *info);
    /** Takes any number of bytes, calls the sink for each thing found. Allocates nothing. */
    void (*push)(struct decoder *decoder, const uint8_t *bytes, size_t size,
                 const struct decoder_sink *sink);
    void (*reset)(struct decoder *decoder); /**< forgets a half packet; keeps the counters */
    const struct decoder_counters *(*counters)(const struct decoder *decoder);
    void (*destroy)(struct decoder *decoder);
};

/** The protocols, in the order in which they are probed. @param count set to their number. */
const struct protocol *const *protocol_table(size_t *count);

/** The protocol of that name, or NULL. */
const struct protocol *protocol_find(const char *name);

/* ---- Transports -------------------------------------------------------------------------------
 */

/** Where bytes come from. Serial, pty, TCP and capture files are built in; a program may bring its
 *  own (the simulator does). Functions return a count, 0 when the time is over, or a negative
 *  status: STATUS_END when it is drained, STATUS_LOST when the device is gone. */
struct transport_ops {
    /** @param arrival_us set to the monotonic time at which the bytes came, microseconds */
    int (*read)(void *self, uint8_t *bytes, size_t size, int timeout_ms, int64_t *arrival_us,
                struct failure *failure);
    int (*write)(void *self, const uint8_t *bytes, size_t size, struct failure *failure);
    /** Opens the same device again after STATUS_LOST; STATUS_LOST: not yet. */
    int (*reopen)(void *self, struct failure *failure);
    void (*close)(void *self);
};

/* ---- Sources ----------------------------------------------------------------------------------
 */

/** An open source of frames. One thread at a time; different sources in different threads. */
struct source;

/** What a source has seen so far; only ever grows. */
struct source_health {
    struct decoder_counters decoder;
    uint64_t frames;      /**< given out */
    uint64_t lost;        /**< missing by the mat's numbers */
    uint64_t duplicates;  /**< dropped: seen before, or out of order */
    uint64_t restarts;    /**< the mat began again */
    uint64_t disconnects; /**< the device went away */
    uint64_t clock_jumps; /**< jumps of the host's wall clock */
    double rate_hz;       /**< measured over the last seconds */
    double jitter_ms;     /**< standard deviation of the spacing */
};

/** What another kind of source (a recorded session, say) must offer to be a source. */
struct source_ops {
    int (*read)(void *self, struct frame *frame, int timeout_ms, struct failure *failure);
    const struct mat_info *(*info)(void *self);
    void (*health)(void *self, struct source_health *health);
    void (*close)(void *self);
};

/**
 * Opens `serial:`, `pty:`, `tcp:` and `file:` addresses.
 * @param source set to the new source; to NULL on failure
 * @param address taken apart by address_parse()
 * @param failure names the port, file or host, and what is wrong with it
 * @return STATUS_OK, or negative: STATUS_NOT_FOUND, STATUS_BUSY, STATUS_ARGUMENT, STATUS_SYSTEM,
 *         STATUS_UNSUPPORTED for a scheme that is not one of these
 */
int source_open(struct source **source, const struct address *address, struct failure *failure);

/** Makes a source of a transport and a protocol: everything above the bytes. Takes the transport
 *  over (closes it), also on failure. */
int source_open_transport(struct source **source, const struct transport_ops *ops, void *transport,
                          const struct address *address, struct failure *failure);

/** Makes a source of anything that gives frames. Takes `self` over. */
int source_open_custom(struct source **source, const struct source_ops *ops, void *self,
                       struct failure *failure);

/**
 * The next frame. Waits for at most timeout_ms.
 * Fills in sequence (unwrapped), time_us (UTC by the clock mapping), flags, rows, cols, cells;
 * number counts from 0. Cells stay valid until the next call.
 * @return 1 a frame, 0 none within the time, STATUS_END drained, STATUS_LOST the device is gone
 *         (call again: it reconnects by itself), other negative: it is over
 */
int source_read(struct source *source, struct frame *frame, int timeout_ms,
                struct failure *failure);

/** The mat; NULL before it is known (before the first frame at the latest it is). */
const struct mat_info *source_info(const struct source *source);

/** Fills in the counters. */
void source_health(const struct source *source, struct source_health *health);

/** Stops the mat and closes. NULL is allowed. */
void source_close(struct source *source);

#endif
