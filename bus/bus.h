/**
 * @file bus.h
 * Frames and events between processes, over ZeroMQ, so that no reader misses one.
 *
 * A bus is a folder (0700) with two streams: frames, published by acquire, and events, published by
 * detect. A stream has one publisher at a time. It numbers its messages 0, 1, 2, ... without a gap,
 * keeps the newest in a ring on disk that outlives the process, publishes each on a PUB socket and
 * serves a ROUTER socket to whoever asks for a range, the mat or the state. A reader that starts
 * late, stalls or sees a step in the numbers asks for what it lacks and gets everything once and in
 * order. A publisher waits for nobody, unless its source can wait (bus_session.paced): then
 * registered readers set the pace and the ring is never overrun.
 *
 * Messages are described in docs/bus.md. One object, one thread; no function prints or exits.
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

/** What a stream's publisher has done; only ever grows. */
struct bus_publisher_health {
    uint64_t next;         /**< number of the next message */
    uint64_t first;        /**< oldest that the ring still holds */
    uint64_t requests;     /**< answered */
    uint64_t malformed;    /**< requests dropped because they made no sense */
    uint64_t resent;       /**< messages sent again on request */
    unsigned readers;      /**< registered now */
    unsigned readers_most; /**< registered at once, at most */
    unsigned vanished;     /**< of those registered, whose connection broke */
    uint64_t behind;       /**< how far the slowest of them is behind, messages */
};

/** What a reader has seen; only ever grows. */
struct bus_reader_health {
    uint64_t next;        /**< number of the next message */
    uint64_t newest;      /**< number after the newest that the publisher is known to have */
    uint64_t asked_again; /**< messages that came by request, not live */
    uint64_t malformed;   /**< messages dropped because they made no sense */
    uint64_t duplicates;  /**< messages dropped because they had come before */
    uint64_t lost;        /**< overrun in the ring before they could be asked for */
};

/** How to read. */
struct bus_reader_options {
    const char *name; /**< such as "record": registers as a reader that must not be overrun, whose
                           name the publisher can tell; NULL: reads along unregistered */
    const char *session; /**< id of the only session wanted; NULL: the first that answers */
    uint64_t from;       /**< number of the first message wanted */
    bool skip;           /**< takes what comes and jumps over gaps: for displays */
};

/* ---- Frames -----------------------------------------------------------------------------------
 */

struct frame_publisher;

/** How to publish frames. */
struct frame_publisher_options {
    double ring_s;       /**< how long the ring reaches back; 0: 300 s */
    uint64_t ring_bytes; /**< at most this much; 0: 256 MB */
    double adopt_s;      /**< goes on with the session of a publisher that died at most so long ago
                              with the same mat, whatever the id; 0: never */
};

/**
 * Begins to publish. Where the folder's ring holds this very session (by id) it is continued: the
 * numbering goes on after the last frame kept.
 * @param result set to the publisher; to NULL on failure
 * @param session copied; mat.geometry checked. With rows 0 (the mat is not known yet) the session
 *        can only be continued
 * @param failure names the bus, and the process that publishes on it already (STATUS_BUSY)
 * @return STATUS_OK, STATUS_BUSY, STATUS_ARGUMENT, STATUS_SYSTEM, STATUS_FULL, STATUS_MEMORY,
 *         STATUS_NOT_FOUND when it could only be continued and is not there
 */
int frame_publisher_open(struct frame_publisher **result, const char *folder,
                         const struct bus_session *session,
                         const struct frame_publisher_options *options, struct failure *failure);

/** The session as it is published: an adopted one has its own id. */
const struct bus_session *frame_publisher_session(const struct frame_publisher *publisher);

/** The last frame published, also by a process before this one, without its cells. @return 1 or 0
 */
int frame_publisher_last(const struct frame_publisher *publisher, struct frame *frame);

/** Whether the stream was ended, perhaps by a process before this one. */
bool frame_publisher_ended(const struct frame_publisher *publisher);

/**
 * Publishes a frame. Waits for nobody.
 * @param frame its number is ignored; rows and cols as in the mat's geometry
 * @return 1, or STATUS_ARGUMENT for a frame of another shape, STATUS_SYSTEM
 */
int frame_publisher_push(struct frame_publisher *publisher, const struct frame *frame,
                         struct failure *failure);

/** Answers readers for timeout_ms, or 0: only those that wait already. @return their number */
int frame_publisher_serve(struct frame_publisher *publisher, int timeout_ms);

/** Whether another frame may be pushed without overrunning a registered reader; always true where
 *  the session is not paced. */
bool frame_publisher_room(const struct frame_publisher *publisher);

/** Says that no more frames will come. */
void frame_publisher_end(struct frame_publisher *publisher);

/** Whether no registered reader still reads: each said goodbye, or vanished 10 s ago. */
bool frame_publisher_left(const struct frame_publisher *publisher);

void frame_publisher_health(const struct frame_publisher *publisher,
                            struct bus_publisher_health *health);

/** The ring stays for the next process, unless the stream was ended and nobody reads it any more.
 *  NULL is allowed. */
void frame_publisher_close(struct frame_publisher *publisher);

struct frame_reader;

/**
 * Connects to a bus; nobody needs to publish on it yet.
 * @param options NULL: unregistered, from frame 0
 * @return STATUS_OK, STATUS_MEMORY, STATUS_SYSTEM
 */
int frame_reader_open(struct frame_reader **result, const char *folder,
                      const struct bus_reader_options *options, struct failure *failure);

/** The session; waits for at most timeout_ms. @return NULL while no publisher has answered */
const struct bus_session *frame_reader_session(struct frame_reader *reader, int timeout_ms);

/** Makes `from` the first frame wanted, before any was read: a reader that has to look first where
 *  it was is registered meanwhile. */
void frame_reader_seek(struct frame_reader *reader, uint64_t from);

/**
 * The next frame, each exactly once and in order; the one before is thereby acknowledged.
 * @param frame filled in; cells valid until the next call
 * @return 1 a frame, 0 none within the time, STATUS_END after the last one, STATUS_LOST when
 *         another session began on the bus before this one was ended
 */
int frame_reader_next(struct frame_reader *reader, struct frame *frame, int timeout_ms,
                      struct failure *failure);

/** Frames missing before the one last given because the ring was overrun. @return their number;
 *  first and last are then set, and 0 is returned until the next loss */
uint64_t frame_reader_lost(struct frame_reader *reader, uint64_t *first, uint64_t *last);

/** Ends the stream for this reader at the newest frame that is there now. */
void frame_reader_finish(struct frame_reader *reader);

void frame_reader_health(const struct frame_reader *reader, struct bus_reader_health *health);

/** Says goodbye: nothing more is wanted. NULL is allowed. */
void frame_reader_close(struct frame_reader *reader);

/* ---- Events -----------------------------------------------------------------------------------
 */

struct event_publisher;

/** As frame_publisher_open(), for events; a ring of the same session is continued. */
int event_publisher_open(struct event_publisher **result, const char *folder,
                         const struct bus_session *session, struct failure *failure);

/** Number of the next event to be published: above 0 where a process before this one published. */
uint64_t event_publisher_next(const struct event_publisher *publisher);

/**
 * Publishes an event.
 * @param event one whose number was published before (by a process that died) is left out
 * @return 1, 0 left out, STATUS_ARGUMENT when its number is not the next one, STATUS_SYSTEM
 */
int event_publisher_push(struct event_publisher *publisher, const struct event *event,
                         struct failure *failure);

/** As the functions of a frame publisher. */
int event_publisher_serve(struct event_publisher *publisher, int timeout_ms);
bool event_publisher_room(const struct event_publisher *publisher);
void event_publisher_end(struct event_publisher *publisher);
void event_publisher_health(const struct event_publisher *publisher,
                            struct bus_publisher_health *health);
void event_publisher_close(struct event_publisher *publisher);

struct event_reader;

/** As the functions of a frame reader. */
int event_reader_open(struct event_reader **result, const char *folder,
                      const struct bus_reader_options *options, struct failure *failure);
const struct bus_session *event_reader_session(struct event_reader *reader, int timeout_ms);
void event_reader_seek(struct event_reader *reader, uint64_t from);
int event_reader_next(struct event_reader *reader, struct event *event, int timeout_ms,
                      struct failure *failure);
uint64_t event_reader_lost(struct event_reader *reader, uint64_t *first, uint64_t *last);
void event_reader_finish(struct event_reader *reader);
void event_reader_health(const struct event_reader *reader, struct bus_reader_health *health);
void event_reader_close(struct event_reader *reader);

/* ---- Text -------------------------------------------------------------------------------------
 */

/** Holds any event as text. */
#define EVENT_JSON_SIZE 2048

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

#endif
