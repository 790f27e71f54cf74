/**
 * @file bus.h
 * Frames, events and metrics between processes, over ZeroMQ, so that no reader misses one.
 *
 * A bus is a folder (0700) with three streams. A stream has one publisher at a time. It numbers its
 * messages 0, 1, 2, ... without a gap, keeps the newest in a ring on disk that outlives the
 * process, publishes each on a PUB socket and serves a ROUTER socket to whoever asks for a range,
 * the mat or the state. A reader that starts late, stalls or sees a step in the numbers asks for
 * what it lacks and gets everything once and in order. A publisher waits for nobody, unless its
 * source can wait (bus_session.paced): then registered readers set the pace and the ring is never
 * overrun.
 *
 * Messages are described in docs/streams.md. One object, one thread; no function prints or exits.
 */
#ifndef ROLLSCOPE_BUS_H
#define ROLLSCOPE_BUS_H

#include "mat/mat.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- The folder -------------------------------------------------------------------------------
 */

/** Longest folder, in bytes with the closing zero: a socket's path must stay below 108. */
#define BUS_FOLDER_SIZE 92

/**
 * The folder of a bus; makes it where it is missing.
 * @param folder filled in, [BUS_FOLDER_SIZE]
 * @param bus a name (letters, digits, '-', '_', '.'), or a path with a '/'; NULL or empty: "main".
 *        Names live in $XDG_RUNTIME_DIR/rollscope, without it in /tmp/rollscope-<uid>.
 * @param failure names the folder: too long, not ours, open to others, not to be made
 * @return STATUS_OK, STATUS_ARGUMENT or STATUS_SYSTEM. Any thread.
 */
int bus_folder(char folder[BUS_FOLDER_SIZE], const char *bus, struct failure *failure);

/** Size of a session id (a UUID as text), with the closing zero. */
#define BUS_SESSION_ID_SIZE 37

/** What every message of a stream belongs to. */
struct bus_session {
    char id[BUS_SESSION_ID_SIZE]; /**< UUID, lower case */
    char source[256];             /**< the address that is read */
    struct mat_info mat;
    bool paced; /**< the source waits: registered readers set the pace, nothing is overrun */
};

/** The streams of a bus. */
enum bus_stream {
    BUS_FRAMES,  /**< published by acquire */
    BUS_EVENTS,  /**< by detect */
    BUS_METRICS, /**< by detect */
    BUS_NOTES,   /**< what people say, as events of the kind marker; by dashboard */
    BUS_STREAM_COUNT
};

/* ---- Publishing -------------------------------------------------------------------------------
 */

/** What a stream's publisher has done; only ever grows. */
struct bus_publisher_health {
    uint64_t next;         /**< number of the next message */
    uint64_t first;        /**< oldest that the ring still holds */
    uint64_t requests;     /**< answered */
    uint64_t malformed;    /**< requests dropped because they made no sense */
    uint64_t resent;       /**< messages sent again on request */
    uint64_t admitted;     /**< connections from the network with a known key */
    uint64_t refused;      /**< without one */
    unsigned readers;      /**< registered now */
    unsigned readers_most; /**< registered at once, at most */
    unsigned vanished;     /**< of those registered, whose connection broke */
    uint64_t behind;       /**< how far the slowest of them is behind, messages */
};

/** How to publish. */
struct bus_publisher_options {
    enum bus_stream stream;
    double ring_s;       /**< frames: how long the ring reaches back; 0: 300 s */
    uint64_t ring_bytes; /**< frames: at most this much; 0: 256 MB */
    const char *listen;  /**< `tcp://HOST:PORT`: read from there too; NULL or empty: only from this
                              folder. Beyond loopback it takes keys */
    bool curve;          /**< takes keys on loopback too */
    double adopt_s;      /**< goes on with the session of a publisher that died at most so long ago
                              with the same mat, whatever the id; 0: never */
};

struct bus_publisher;

/**
 * Begins to publish a stream. Where the folder's ring holds this very session (by id) it is
 * continued: the numbering goes on after the last message kept.
 * @param result set to the publisher; to NULL on failure
 * @param session copied; mat.geometry checked. With rows 0 (the mat is not known yet) the session
 *        can only be continued
 * @param failure names the bus, and the process that publishes on it already (STATUS_BUSY)
 * @return STATUS_OK, STATUS_BUSY, STATUS_ARGUMENT, STATUS_SYSTEM, STATUS_FULL, STATUS_MEMORY,
 *         STATUS_NOT_FOUND when it could only be continued and is not there
 */
int bus_publisher_open(struct bus_publisher **result, const char *folder,
                       const struct bus_session *session,
                       const struct bus_publisher_options *options, struct failure *failure);

/** The session as it is published: an adopted one has its own id. */
const struct bus_session *bus_publisher_session(const struct bus_publisher *publisher);

/** The last frame published, also by a process before this one, without its cells. @return 1 or 0
 */
int bus_publisher_last(const struct bus_publisher *publisher, struct frame *frame);

/** A message that was published, also by a process before this one. @return 1, or 0 where the ring
 *  does not hold it */
int bus_published_event(const struct bus_publisher *publisher, uint64_t number,
                        struct event *event);
int bus_published_metrics(const struct bus_publisher *publisher, uint64_t number,
                          struct metrics *metrics);

/** Whether the stream was ended, perhaps by a process before this one. */
bool bus_publisher_ended(const struct bus_publisher *publisher);

/** Number of the next message: above 0 where a process before this one published. */
uint64_t bus_publisher_next(const struct bus_publisher *publisher);

/**
 * Publishes a frame. Waits for nobody.
 * @param frame its number is ignored; rows and cols as in the mat's geometry
 * @return 1, or STATUS_ARGUMENT for a frame of another shape, STATUS_SYSTEM
 */
int bus_publish_frame(struct bus_publisher *publisher, const struct frame *frame,
                      struct failure *failure);

/**
 * Publishes an event, or metrics.
 * @param event one whose number was published before (by a process that died) is left out
 * @return 1, 0 left out, STATUS_ARGUMENT when its number is not the next one, STATUS_SYSTEM
 */
int bus_publish_event(struct bus_publisher *publisher, const struct event *event,
                      struct failure *failure);
int bus_publish_metrics(struct bus_publisher *publisher, const struct metrics *metrics,
                        struct failure *failure);

/** One counter: a name, what it counts, and how much. */
struct bus_counter {
    const char *name, *unit, *text;
    double value;
};

/** Says counters and the publisher's own, beside the stream's messages: they are neither numbered
 *  nor kept. @return 1, STATUS_FULL or STATUS_SYSTEM */
int bus_publish_health(struct bus_publisher *publisher, const struct bus_counter *counters,
                       size_t count, struct failure *failure);

/** Answers readers for timeout_ms, or 0: only those that wait already; says a heartbeat when
 *  nothing was published for a second. @return the number of answers */
int bus_publisher_serve(struct bus_publisher *publisher, int timeout_ms);

/** Whether another message may be published without overrunning a registered reader; always true
 *  where the session is not paced. */
bool bus_publisher_room(const struct bus_publisher *publisher);

/** Says that no more messages will come. */
void bus_publisher_end(struct bus_publisher *publisher);

/** Whether no registered reader still reads: each said goodbye, or vanished 10 s ago. */
bool bus_publisher_left(const struct bus_publisher *publisher);

void bus_publisher_health(const struct bus_publisher *publisher,
                          struct bus_publisher_health *health);

/** The ring stays for the next process, unless the stream was ended and nobody reads it any more.
 *  NULL is allowed. */
void bus_publisher_close(struct bus_publisher *publisher);

/* ---- Reading ----------------------------------------------------------------------------------
 */

/** What a reader has seen; counts only ever grow. */
struct bus_reader_health {
    uint64_t next;        /**< number of the next message */
    uint64_t newest;      /**< number after the newest that the publisher is known to have */
    uint64_t asked_again; /**< messages that came by request, not live */
    uint64_t malformed;   /**< messages dropped because they made no sense */
    uint64_t duplicates;  /**< messages dropped because they had come before */
    uint64_t lost;        /**< overrun in the ring before they could be asked for */
    uint64_t skipped;     /**< jumped over, where `skip` was asked for */
    double silent_s;      /**< since the publisher was last heard, be it a heartbeat: above 3 it is
                               dead; since the reader was opened where it never was */
};

/** How to read. */
struct bus_reader_options {
    const char *name; /**< such as "record": registers as a reader that must not be overrun, whose
                           name the publisher can tell; NULL: reads along unregistered */
    const char *session;    /**< id of the only session wanted; NULL: the first that answers */
    const char *server_key; /**< of a publisher that wants keys; NULL: it wants none */
    uint64_t from;          /**< number of the first message wanted */
    bool skip;   /**< begins with the newest message, takes what comes and jumps over gaps:
                      for displays */
    int look_ms; /**< looks for messages so often instead of being woken by each, where the
                      publisher is on this machine and sets the pace itself: for who is in no
                      hurry; 0: at once */
};

struct bus_reader;

/**
 * Connects to a bus; nobody needs to publish on it yet.
 * @param folder of the bus, or `tcp://HOST:PORT` as the publishers' `listen`
 * @param options NULL: unregistered, from message 0
 * @return STATUS_OK, STATUS_MEMORY, STATUS_SYSTEM, and as bus_key_own() with a server_key
 */
int bus_reader_open(struct bus_reader **result, const char *folder, enum bus_stream stream,
                    const struct bus_reader_options *options, struct failure *failure);

/** The session; waits for at most timeout_ms. @return NULL while no publisher has answered */
const struct bus_session *bus_reader_session(struct bus_reader *reader, int timeout_ms);

/** Time of the session's first frame, microseconds since 1970, also where it was not read. @return
 *  0: not known, as of a publisher on another machine */
int64_t bus_reader_origin(const struct bus_reader *reader);

/** Makes `from` the first message wanted, before any was read: a reader that has to look first
 *  where it was is registered meanwhile. */
void bus_reader_seek(struct bus_reader *reader, uint64_t from);

/**
 * The next message of a stream of that kind, each exactly once and in order; the one before is
 * thereby acknowledged.
 * @param frame filled in; cells valid until the next call
 * @return 1 a message, 0 none within the time, STATUS_END after the last one, STATUS_LOST when
 *         another session began on the bus before this one was ended
 */
int bus_read_frame(struct bus_reader *reader, struct frame *frame, int timeout_ms,
                   struct failure *failure);
int bus_read_event(struct bus_reader *reader, struct event *event, int timeout_ms,
                   struct failure *failure);
int bus_read_metrics(struct bus_reader *reader, struct metrics *metrics, int timeout_ms,
                     struct failure *failure);

/** The text of the event or the metrics that was read last, JSON, not zero-terminated. @param text
 *  valid until the next call @return its length */
size_t bus_reader_text(const struct bus_reader *reader, const char **text);

/** What the publisher counts, as it said last: JSON, not zero-terminated. @param text valid until
 *  the next call @return its length; 0: nothing was said yet */
size_t bus_reader_counters(const struct bus_reader *reader, const char **text);

/** Messages missing before the one last given because the ring was overrun. @return their number;
 *  first and last are then set, and 0 is returned until the next loss */
uint64_t bus_reader_lost(struct bus_reader *reader, uint64_t *first, uint64_t *last);

/** Ends the stream for this reader at the newest message that is there now. */
void bus_reader_finish(struct bus_reader *reader);

void bus_reader_health(const struct bus_reader *reader, struct bus_reader_health *health);

/** Says goodbye: nothing more is wanted. NULL is allowed. */
void bus_reader_close(struct bus_reader *reader);

/* ---- Keys: who may read from another machine -------------------------------------------------
 * A folder (0700) with two files (0600): this machine's own pair, and the public keys of those that
 * are let in. Whatever others may use is refused. Keys are 64 hexadecimal digits.
 */

#define BUS_KEY_SIZE       65
#define BUS_KEY_NAME_SIZE  32
#define BUS_KEYS_MOST      128
#define BUS_KEYS_PATH_SIZE 512

/** A public key that is let in. */
struct bus_key {
    char name[BUS_KEY_NAME_SIZE], key[BUS_KEY_SIZE];
};

/** The folder: $XDG_CONFIG_HOME/rollscope/keys or ~/.config/rollscope/keys; it need not be there.
 *  @return STATUS_OK or STATUS_ARGUMENT. Any thread. */
int bus_keys_folder(char folder[BUS_KEYS_PATH_SIZE], struct failure *failure);

/** Makes a pair, and the folder. @param key set to its public half @return STATUS_OK, STATUS_BUSY
 *  where there is one, STATUS_ARGUMENT naming what others may use, STATUS_SYSTEM */
int bus_key_make(const char *folder, char key[BUS_KEY_SIZE], struct failure *failure);

/** The public half of the own pair. @return STATUS_OK, STATUS_NOT_FOUND, STATUS_ARGUMENT naming
 *  what others may use, STATUS_FORMAT, STATUS_SYSTEM */
int bus_key_own(const char *folder, char key[BUS_KEY_SIZE], struct failure *failure);

/** Those that are let in. @param keys filled in @return how many, or as bus_key_own() */
int bus_keys_allowed(const char *folder, struct bus_key keys[BUS_KEYS_MOST],
                     struct failure *failure);

/** Lets a key in, in the place of one of its name. @return STATUS_OK, STATUS_ARGUMENT, STATUS_FULL,
 *  STATUS_FORMAT, STATUS_SYSTEM */
int bus_key_allow(const char *folder, const struct bus_key *key, struct failure *failure);

/** Lets it in no longer; a connection that stands stays. @return STATUS_OK, STATUS_NOT_FOUND, ...
 */
int bus_key_forget(const char *folder, const char *name, struct failure *failure);

/* ---- Text -------------------------------------------------------------------------------------
 */

/** Holds any event, or metrics, as text. */
#define EVENT_JSON_SIZE   2048
#define METRICS_JSON_SIZE 16384

/**
 * An event as one JSON object on one line, as it travels and as `--json` prints it: "event" (the
 * kind's name), "number", "frame", "published_s", then the kind's columns by their keys, in the
 * order of the table. Doubles carry 17 significant digits and survive exactly; NaN is null.
 * @param text filled in, zero-terminated, no newline
 * @return its length, or STATUS_FULL. Any thread.
 */
int event_encode(const struct event *event, char *text, size_t size);

/**
 * The event of such a text. Keys beyond the table's are ignored; a missing number is NaN or 0.
 * @param failure says what is wrong with it
 * @return STATUS_OK or STATUS_FORMAT. Any thread.
 */
int event_decode(struct event *event, const char *text, size_t size, struct failure *failure);

/** Metrics as such a text, and back, by the tables in mat/metrics.h. */
int metrics_encode(const struct metrics *metrics, char *text, size_t size);
int metrics_decode(struct metrics *metrics, const char *text, size_t size, struct failure *failure);

#endif
