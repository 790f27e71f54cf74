/**
 * @file acquire.h
 * From a mat's bytes to frames: addresses, transports, device protocols and the mat's clock.
 */
#ifndef ROLLSCOPE_ACQUIRE_H
#define ROLLSCOPE_ACQUIRE_H

#include "calibration.h"
#include "export.h"
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

/**
 * Takes an address apart: `serial:auto`, `tcp://HOST:PORT?name=value`, `%20` for a blank.
 * @param address filled in
 * @param text the address as the user wrote it
 * @param failure quotes the text and says what is wrong with it
 * @return STATUS_OK or STATUS_ARGUMENT. Any thread.
 */
int address_parse(struct address *address, const char *text, struct failure *failure);

/** The value of a parameter, or `otherwise` where it is not given. Any thread. */
const char *address_get(const struct address *address, const char *name, const char *otherwise);

/**
 * The number that a parameter gives.
 * @param value set where the parameter is given; left alone where it is not
 * @return STATUS_OK, or STATUS_ARGUMENT naming the parameter and its range. Any thread.
 */
int address_number(const struct address *address, const char *name, double least, double most,
                   double *value, struct failure *failure);

/**
 * Refuses parameters that nobody knows, and parameters given twice.
 * @param own names, blank separated, that this kind of address takes beside those of every mat
 *        (protocol, rows, cols, pitch_mm, rate_hz, full_scale_kpa, bits, ...)
 * @return STATUS_OK, or STATUS_ARGUMENT naming the parameter. Any thread.
 */
int address_check(const struct address *address, const char *own, struct failure *failure);

/* ---- Protocols --------------------------------------------------------------------------------
 */

/** A frame as a mat sent it. Borrowed for the length of the call. */
struct decoded_frame {
    uint16_t rows, cols;
    const uint16_t *cells; /**< [rows*cols] counts, row-major */
    bool has_sequence;
    uint32_t sequence; /**< the mat's number as sent; wraps */
    bool has_clock;
    uint64_t device_us;  /**< the mat's clock at the scan's start */
    bool resynchronised; /**< bytes were skipped since the frame before */
};

/** How the lines of a grid are put in order. Applied in this sequence: lines, flips, transpose. */
struct grid_change {
    char
        row_order[96]; /**< the wire's rows in the mat's order, such as "15-31,14-0"; empty: kept */
    char col_order[96]; /**< the same for columns */
    bool flip_x, flip_y, transpose;
};

/** How a cell is sent. */
enum wire_cell { WIRE_U8, WIRE_U16_LE, WIRE_U16_BE };

/** The longest mark at the begin or end of a packet, bytes. */
#define WIRE_MARK_SIZE 16

/** A packet that is the same for every frame: mark, cells in rows, mark. One mark at least. */
struct wire_format {
    uint8_t head[WIRE_MARK_SIZE], tail[WIRE_MARK_SIZE];
    size_t head_size, tail_size;
    size_t before, after; /**< bytes that mean nothing, before and after the cells */
    enum wire_cell cell;
};

/** What is taken for granted about a mat before it has said anything. */
struct mat_setup {
    struct mat_info info;  /**< overruled by what the mat itself says */
    double full_scale_kpa; /**< pressure at full scale; 0: not known, 1 kPa stands for one count */
    unsigned bits;         /**< of a sample on the wire, 8, 12 or 16; 0: as the bytes show */
    unsigned variant;      /**< 1, 2, ...: word of the protocol's variants; 0: as the bytes show */
    struct grid_change change; /**< from the order on the wire to the mat's own */
    struct wire_format format; /**< of the described protocol; no marks: none */
};

/** What a host has to say to a mat. */
enum host_word {
    HOST_START, /**< stream from now on; where the mat is polled: send the first frame */
    HOST_POLL,  /**< send one frame; nothing where the mat never waits to be asked */
    HOST_STOP
};

/** Room for a word, bytes. */
#define HOST_WORD_SIZE 128

struct decoder;
struct decoder_sink;
struct emulator;

/**
 * One device protocol: one file under protocols/, one constant descriptor, its opening comment the
 * format. The functions are pure byte work: no I/O, no clock, no allocation.
 */
struct protocol {
    const char *name;     /**< as in `protocol=NAME` */
    const char *text;     /**< one line for people */
    const char *variants; /**< names for `variant=NAME`, blank separated; NULL: there are none */
    unsigned baud;        /**< usual rate; 0: irrelevant */
    struct {
        unsigned baud;
        const char *variant; /**< that speaks at this rate; NULL: any */
    } other_rates[2];        /**< tried too where nothing decodes; 0: none */
    unsigned proof;          /**< good frames that prove the protocol while probing */
    unsigned also_asked;     /**< variant whose start is tried too while probing; 0: none */
    bool carries_geometry;   /**< false: rows, cols, pitch come from the address or configuration */
    struct mat_setup usual;  /**< what is assumed where nothing else is said */
    /** Fills in what the variant says about the mat; NULL: nothing. */
    void (*vary)(struct mat_setup *setup);
    /** What the host says to such a mat, to bytes [HOST_WORD_SIZE]. @return size; 0: nothing.
     *  NULL: such mats are never spoken to. See protocol_say(). */
    size_t (*say)(const struct mat_setup *setup, enum host_word word, uint8_t *bytes);
    /** Size in bytes of the longest packet of such a mat. */
    size_t (*packet_size)(const struct mat_setup *setup);
    /**
     * Looks at the bytes [size >= 1] that are not decided yet.
     * @return above 0: so many bytes are a packet (given to the sink); 0: too early to say;
     *         below 0: so many bytes belong to none
     */
    ptrdiff_t (*scan)(struct decoder *decoder, const uint8_t *bytes, size_t size,
                      const struct decoder_sink *sink);
    /** The mat's side: a frame as bytes [size]. @return the number of bytes; 0: no room. */
    size_t (*encode)(const struct mat_setup *setup, const struct decoded_frame *frame,
                     uint8_t *bytes, size_t size);
    /** The mat's side: the packet that presents it; NULL: there is none. As encode. */
    size_t (*encode_info)(const struct mat_setup *setup, uint8_t *bytes, size_t size);
    /**
     * The mat's side: acts on bytes [size >= 1] from the host.
     * @return how many are used up; 0: too early to say. NULL: the host's words as they are said.
     */
    size_t (*serve)(struct emulator *emulator, const uint8_t *bytes, size_t size);
};

/** The protocols, in the order in which they are probed. @param count set to their number. */
const struct protocol *const *protocol_table(size_t *count);

/** The protocol of that name, or NULL. */
const struct protocol *protocol_find(const char *name);

/** What the host says to such a mat. @param bytes [HOST_WORD_SIZE] @return size; 0: nothing. */
size_t protocol_say(const struct protocol *protocol, const struct mat_setup *setup,
                    enum host_word word, uint8_t *bytes);

/**
 * What is known about a mat: the protocol's usual values, then what the address says.
 * @param setup filled in
 * @param address rows, cols, pitch_mm, rate_hz, full_scale, full_scale_kpa, bits, variant, flip,
 *        transpose, row_order, col_order, and what describes a packet (head, tail, before, after,
 *        cell); NULL: the usual values
 * @param failure names the parameter that cannot be used
 * @return STATUS_OK or STATUS_ARGUMENT. Any thread.
 */
int mat_setup_make(struct mat_setup *setup, const struct protocol *protocol,
                   const struct address *address, struct failure *failure);

/* ---- Decoders ---------------------------------------------------------------------------------
 */

/** Where a decoder puts what it finds. Any pointer may be NULL. */
struct decoder_sink {
    void *context;
    void (*frame)(void *context, const struct decoded_frame *frame);
    void (*info)(void *context, const struct mat_info *info);
    void (*log)(void *context, const char *text);
};

/** What a decoder has seen; all but waiting only grow.
 *  bytes = packet_bytes + skipped_bytes + waiting_bytes, always. */
struct decoder_counters {
    uint64_t bytes;         /**< pushed */
    uint64_t frames;        /**< good frames given to the sink */
    uint64_t packets;       /**< other good packets (info, log, answers) */
    uint64_t packet_bytes;  /**< bytes in good frames and packets */
    uint64_t skipped_bytes; /**< bytes that belong to none */
    uint64_t waiting_bytes; /**< bytes of which more is needed to say */
    uint64_t bad_checksum, bad_length, bad_type, bad_value; /**< packets dropped, by reason */
};

/** Makes a decoder for such a mat. @return NULL when out of memory. */
struct decoder *decoder_create(const struct protocol *protocol, const struct mat_setup *setup);

/** Takes any number of bytes, calls the sink for each thing found. Allocates nothing, but for
 *  reading JSON in an info packet. */
void decoder_push(struct decoder *decoder, const uint8_t *bytes, size_t size,
                  const struct decoder_sink *sink);

/** Forgets a half packet (counted as skipped); keeps the counters and what the mat said. */
void decoder_reset(struct decoder *decoder);

/** The counters; valid until the decoder is destroyed. */
const struct decoder_counters *decoder_counters(const struct decoder *decoder);

/** NULL is allowed. */
void decoder_destroy(struct decoder *decoder);

/* ---- Emulators --------------------------------------------------------------------------------
 */

/**
 * The mat's side of a protocol, for the simulator and for tests: answers the host's handshakes and
 * turns scans into bytes. No I/O and no clock of its own: the caller moves the bytes and decides
 * when the mat scans. One thread at a time.
 *
 *     emulator_receive(mat, what the host wrote);
 *     every 1 / rate seconds: emulator_scan(mat, &frame);      sent if the host wants it
 *     once a second:          emulator_present(mat);           info, where the protocol has it
 *     size = emulator_output(mat, bytes, sizeof bytes);        to be written to the host
 *
 * @param setup the mat to be; full_scale decides the encoding where bits is 0
 * @return NULL when out of memory, or when the protocol has no mat's side
 */
struct emulator *emulator_create(const struct protocol *protocol, const struct mat_setup *setup);

/** Takes bytes [size] from the host. */
void emulator_receive(struct emulator *emulator, const uint8_t *bytes, size_t size);

/** A scan is done. Goes out if the mat streams or was polled; dropped (and false) if not, or if
 *  the host has not taken the output for so long that there is no room. */
bool emulator_scan(struct emulator *emulator, const struct decoded_frame *frame);

/** Presents the mat, where the protocol has a packet for it. */
void emulator_present(struct emulator *emulator);

/** Moves up to `size` waiting bytes out. @return how many. */
size_t emulator_output(struct emulator *emulator, uint8_t *bytes, size_t size);

/** Whether the mat streams (a polled mat: whether it was asked). */
bool emulator_streaming(const struct emulator *emulator);

/** The rate that the host asked for; 0: the mat's own. */
double emulator_rate_hz(const struct emulator *emulator);

/** Power lost and back: stopped, buffers empty. */
void emulator_restart(struct emulator *emulator);

/** NULL is allowed. */
void emulator_destroy(struct emulator *emulator);

/* ---- Transports -------------------------------------------------------------------------------
 */

/** Where bytes come from. Serial, pty, TCP and capture files are built in; a program may bring its
 *  own (the simulator does). Functions return a count, 0 when the time is over, or a negative
 *  status: STATUS_END when it is drained, STATUS_LOST when the device is gone. */
struct transport_ops {
    /** Waits until bytes come, at most timeout_ms. @param arrival_us set to the time at which they
     *  came, microseconds of a clock that never goes back */
    int (*read)(void *self, uint8_t *bytes, size_t size, int timeout_ms, int64_t *arrival_us,
                struct failure *failure);
    /** Writes all of it or fails; STATUS_BUSY: the other side does not take it now. NULL: nothing
     *  can be written (a capture). */
    int (*write)(void *self, const uint8_t *bytes, size_t size, struct failure *failure);
    /** Opens the same device again after STATUS_LOST; STATUS_LOST: not yet. NULL: it cannot. */
    int (*reopen)(void *self, struct failure *failure);
    /** The wall clock, microseconds since 1970, at arrival time 0. NULL: arrival times are
     *  CLOCK_BOOTTIME. What runs on a clock of its own (a capture, a simulation) says it here and
     *  so gives the same times at every run. */
    int64_t (*epoch_us)(void *self);
    /** The line's settings for messages, such as "115200 8N1". NULL: it has none. */
    const char *(*line)(void *self);
    void (*close)(void *self);
};

/* ---- Ports ------------------------------------------------------------------------------------
 */

#define PORT_NAME_SIZE 64

/** A serial port of this machine. Texts may be empty. */
struct port {
    char name[PORT_NAME_SIZE]; /**< such as "/dev/ttyACM0" */
    char product[128];
    char usb_serial[128];
    bool usb;
};

/** Lists the serial ports, USB ones first. @param ports [most]. @return how many were filled in */
size_t port_list(struct port *ports, size_t most);

/* ---- Sources ----------------------------------------------------------------------------------
 */

/** An open source of frames. One thread at a time; different sources in different threads. */
struct source;

/** What a source has seen so far; only grows, unless said. */
struct source_health {
    struct decoder_counters decoder;
    uint64_t frames;      /**< given out */
    uint64_t lost;        /**< missing by the mat's numbers */
    uint64_t duplicates;  /**< dropped: seen before, or out of order */
    uint64_t restarts;    /**< the mat began again */
    uint64_t disconnects; /**< the device went away */
    uint64_t clock_jumps; /**< jumps of the host's wall clock */
    uint64_t saturated;   /**< frames with a cell at full scale */
    uint64_t still_cells; /**< cells that never changed; falls */
    double rate_hz;       /**< measured over the last seconds */
    double jitter_ms;     /**< standard deviation of the spacing */
};

/** One quantity of a source's health: what a display needs to show it. */
struct health_quantity {
    const char *name, *unit, *text; /**< "lost", "frame", one line */
    uint16_t offset;                /**< into struct source_health */
    bool real;                      /**< a double; false: a uint64_t */
};

/** All of them. @param count set to their number. Any thread. */
const struct health_quantity *health_table(size_t *count);

/** The value of one. Any thread. */
double health_value(const struct source_health *health, const struct health_quantity *quantity);

/** What another kind of source (a recorded session, say) must offer to be a source. */
struct source_ops {
    int (*read)(void *self, struct frame *frame, int timeout_ms, struct failure *failure);
    const struct mat_info *(*info)(void *self);
    void (*health)(void *self, struct source_health *health);
    void (*close)(void *self);
    /** The text of the calibration that the mat's id names. NULL: it brings none. */
    const char *(*calibration)(void *self);
};

/**
 * Opens `serial:`, `pty:`, `tcp:`, `file:` and `join:` addresses (see docs/mats.md).
 * @param source set to the new source; to NULL on failure
 * @param address taken apart by address_parse()
 * @param failure names the port, file or host, and what is wrong with it
 * @return STATUS_OK, or negative: STATUS_NOT_FOUND, STATUS_BUSY, STATUS_ARGUMENT, STATUS_SYSTEM,
 *         STATUS_UNSUPPORTED for a scheme that is not one of these
 */
int source_open(struct source **source, const struct address *address, struct failure *failure);

/** Who is shown every byte that a source reads, those of probing too, as it is read. */
struct source_tap {
    void *context;
    void (*bytes)(void *context, int64_t arrival_us, const uint8_t *bytes, size_t size);
};

/** As source_open(), showing the raw bytes to a tap; also when nothing of them decodes. Joined mats
 *  show none. */
int source_open_tapped(struct source **source, const struct address *address,
                       const struct source_tap *tap, struct failure *failure);

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

/** The text of the calibration that the source brings along (a recorded session does); NULL: none.
 */
const char *source_calibration(const struct source *source);

/** Fills in the counters. */
void source_health(const struct source *source, struct source_health *health);

/** Stops the mat and closes. NULL is allowed. */
void source_close(struct source *source);

/* ---- Captures ---------------------------------------------------------------------------------
 */

/** The most bytes in a line of a capture. */
#define CAPTURE_PUSH_MAX 4096

/** A capture being written: a line a read, `milliseconds since the line before, base64`, as the
 *  public recordings have it. One thread at a time. */
struct capture_writer;

/** Creates the file. @return STATUS_OK or negative; a file of that name is not overwritten. */
int capture_create(struct capture_writer **writer, const char *path, struct failure *failure);

/** Writes bytes [size] that came at arrival_us. @return STATUS_OK or negative. */
int capture_push(struct capture_writer *writer, int64_t arrival_us, const uint8_t *bytes,
                 size_t size, struct failure *failure);

/** Closes the file and frees the writer; NULL is allowed. @return STATUS_OK, or what went wrong
 *  since the beginning. */
int capture_finish(struct capture_writer *writer, struct failure *failure);

#endif
