/**
 * @file record.h
 * Session files: HDF5, readable as netCDF-4. The layout is described in docs/session-file.md.
 */
#ifndef ROLLSCOPE_RECORD_H
#define ROLLSCOPE_RECORD_H

#include "mat/mat.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Size of a UUID as text, with the closing zero. */
#define SESSION_ID_SIZE   37
#define SESSION_TEXT_SIZE 256

/** What a session file says of itself: its root attributes. Texts may be empty. */
struct session_about {
    char session_id[SESSION_ID_SIZE];
    char title[SESSION_TEXT_SIZE];
    char software[SESSION_TEXT_SIZE];
    char created[40]; /**< ISO 8601, UTC */
    char subject[SESSION_TEXT_SIZE], body_part[SESSION_TEXT_SIZE], side[SESSION_TEXT_SIZE];
    char tool[SESSION_TEXT_SIZE], operator_name[SESSION_TEXT_SIZE], notes[SESSION_TEXT_SIZE];
    char source[SESSION_TEXT_SIZE]; /**< the command or address that made it */
    struct mat_info mat;
    const char *calibration_text; /**< the whole calibration, as text; NULL: none. Read: valid until
                                       session_close() */
    bool closed;                  /**< false: still being recorded, or left by a kill */
    bool calibrated;              /**< false: kPa are counts times a nominal scale */
    uint32_t part;        /**< of a session that was split into several files, from 1; 0: whole */
    uint64_t first_frame; /**< number of the file's first frame within the session */
    int64_t origin_us;    /**< time of the session's first frame, where part is above 1 */
    bool recovered;       /**< was left by a kill and made whole, or continued, since */
};

/** The maps of a session, dsp/split.h. */
enum session_map { SESSION_MAP_STATIC, SESSION_MAP_MOVING, SESSION_MAP_FAST, SESSION_MAP_COUNT };

/** What each cell carried over a session, apart: root mean squares. */
struct session_maps {
    double duration_s;             /**< over which; 0: nothing is known */
    float *kpa[SESSION_MAP_COUNT]; /**< [rows*cols] each */
    bool unproven; /**< read from a file that has no checksum of them: written by others, or before
                        there was one */
};

/* ---- Writing ----------------------------------------------------------------------------------
 */

struct recorder;

struct recorder_options {
    double sync_s; /**< hand all to the disk at least this often; 0: the default of 1 s */
    bool swmr;     /**< readable by others while it is written; costs nothing but a flag */
};

/**
 * Starts a session file. Never overwrites: an existing file is STATUS_BUSY.
 * @param parameters recorded as attributes; NULL: none
 * @param failure names the file and what is wrong
 */
int recorder_open(struct recorder **recorder, const char *path, const struct session_about *about,
                  const struct parameters *parameters, const struct recorder_options *options,
                  struct failure *failure);

/**
 * Goes on with a session file that a kill left, or that was closed: what is whole in it is copied
 * out, frame by frame with its checksum compared, the copy takes its place and is recorded on.
 * Events, truth and parameters come along. The file stays as it was when this fails.
 * @return STATUS_OK; STATUS_BUSY when somebody records or uses it; what session_open() and
 *         recorder_open() return
 */
int recorder_reopen(struct recorder **recorder, const char *path,
                    const struct recorder_options *options, struct failure *failure);

/** Appends a frame. Frames come in order. STATUS_FULL while no room is left but a reserve: nothing
 *  was taken, the same frame may be given again when there is room; closing still works. After a
 *  failed write the recorder is latched: every call returns the same failure, and
 *  recorder_close() leaves what was written whole. */
int recorder_frame(struct recorder *recorder, const struct frame *frame, struct failure *failure);

/** Appends an event to its group; times in it count from the first frame. A hot spot or a bout that
 *  was appended before, by its id, is replaced. */
int recorder_event(struct recorder *recorder, const struct event *event, struct failure *failure);

/** The most counters of a session. */
#define SESSION_COUNTERS_MAX 64

/** A count of whoever read the mat: lost frames, bytes, restarts. */
struct session_counter {
    char name[32], unit[16], text[128];
    double value;
};

/** Writes counters [count] to `/health`; again, with other values, whenever they are known. First
 *  before the first frame (STATUS_ARGUMENT later), then the same ones in the same order. */
int recorder_counters(struct recorder *recorder, const struct session_counter *counters,
                      size_t count, struct failure *failure);

/** Writes `/truth`, at the first frame or, given later, on closing. At most once. */
int recorder_truth(struct recorder *recorder, const struct truth *truth, struct failure *failure);

/** Whether a write failed, so that nothing more can be recorded in this file as it is open. */
bool recorder_failed(const struct recorder *recorder);

/** Bytes that may still be written before STATUS_FULL. */
uint64_t recorder_room(const struct recorder *recorder);

/** Replaces `/maps`, which is there, all zero, from the first frame on. */
int recorder_maps(struct recorder *recorder, const struct session_maps *maps,
                  struct failure *failure);

/** Frames safely in the file. */
uint64_t recorder_frames(const struct recorder *recorder);

/** Flushes now. */
int recorder_sync(struct recorder *recorder, struct failure *failure);

/** Marks the file closed, closes it, frees. NULL is allowed. */
int recorder_close(struct recorder *recorder, struct failure *failure);

/* ---- Reading ----------------------------------------------------------------------------------
 */

struct session;

/**
 * Opens a session file for reading, checks all of it that can be checked without reading the
 * frames. A file with only time, y, x and pressure is a valid session.
 * @param failure what is wrong and where, e.g. "a.h5: pressure has rank 2, must be 3 (time, y, x)"
 */
int session_open(struct session **session, const char *path, struct failure *failure);

/** From now on session_read() compares each frame with its checksum, and session_events() each
 *  event, where the file has them: STATUS_FORMAT names the first that differs. @return whether the
 *  file has those of frames */
bool session_check(struct session *session);

/**
 * From now on session_read() gives time, sequence and flags alone, cells being NULL: many times
 * quicker. session_check() has no effect on such frames.
 * @return false where the flags are not stored but found in the cells: frames come whole then
 */
bool session_skim(struct session *session);

/** From now on times of session_events() count from the session's first frame, which for a part of
 *  a split session is not the file's: as they were published, to the bit. */
void session_count_from_start(struct session *session);

/** What the file says of itself. Never NULL; valid until session_close(). */
const struct session_about *session_about(const struct session *session);

/** Number of frames. */
uint64_t session_frames(const struct session *session);

/** Frames of a file without checksums whose time was not later than the one before, by 50 ms at
 *  most: stamps that jitter. They are taken to be 1 us later. */
uint64_t session_moved(const struct session *session);

/** Duration from first to last frame, seconds. */
double session_duration_s(const struct session *session);

/**
 * The next frame, in order; its number is its index. Reads ahead by chunks.
 * @return 1, STATUS_END, or STATUS_FORMAT (time that runs backwards, NaN) with the frame's index
 */
int session_read(struct session *session, struct frame *frame, struct failure *failure);

/** Makes session_read() go on at frame `index` (session_frames() at most). */
int session_seek(struct session *session, uint64_t index, struct failure *failure);

/**
 * The recorded events of one kind; times in them count from the file's first frame.
 * @param analysis name of an analysis under /analysis; NULL: those recorded live
 * @param events set to a new array, to be freed by the caller; NULL when there are none
 * @return their number, or negative
 */
int session_events(struct session *session, const char *analysis, enum event_type type,
                   struct event **events, struct failure *failure);

/** An analysis under /analysis. */
struct session_made {
    char name[SESSION_TEXT_SIZE], software[SESSION_TEXT_SIZE];
};

/** The analyses under /analysis, by name. @param made set to a new array, to be freed by the
 * caller; NULL when there are none @return their number, or negative */
int session_analyses(struct session *session, struct session_made **made, struct failure *failure);

/** The counters as they were recorded last. @param counters [SESSION_COUNTERS_MAX]
 *  @return their number, 0 when there are none, or negative */
int session_counters(struct session *session, struct session_counter *counters,
                     struct failure *failure);

/** Reads `/truth`. @return 1, 0 when there is none, or negative. */
int session_truth(struct session *session, struct truth *truth, struct failure *failure);

/**
 * The parameters that the events were made with.
 * @param analysis name of an analysis under /analysis; NULL: those recorded live
 * @param parameters defaults where the file does not say
 * @return 1, 0 when the file holds none, or negative
 */
int session_parameters(struct session *session, const char *analysis, struct parameters *parameters,
                       struct failure *failure);

/** Whether a process records or changes the file now, or reads it just so. Where the system does
 * not tell: true. */
bool session_is_held(const char *path);

/**
 * Reads the maps. Where their checksum differs: in a file that is closed STATUS_FORMAT; in one that
 * is not, somebody was just writing them, and there are none. Where they have none they are taken
 * as they are, `unproven`.
 * @param analysis name of an analysis under /analysis; NULL: those recorded live
 * @param maps filled in; to be freed with session_maps_free()
 * @return 1, 0 when the file holds none, or negative
 */
int session_maps(struct session *session, const char *analysis, struct session_maps *maps,
                 struct failure *failure);

/** Frees the arrays that session_maps() made. Twice is allowed. */
void session_maps_free(struct session_maps *maps);

/** NULL is allowed. */
void session_close(struct session *session);

/* ---- Repairing --------------------------------------------------------------------------------
 */

/** What session_recover() did. */
struct recovery {
    uint64_t frames;      /**< in the recovered file */
    uint64_t uncommitted; /**< of them written after the last commit, proven by their checksums */
    bool was_closed;      /**< nothing had to be done */
    bool events_lost;  /**< some cannot be read or trusted and were left out; the frames give them
                            again */
    bool markers_lost; /**< likewise what people said: that is gone */
};

/**
 * Makes a file that a kill left a normal, closed one. Works on a copy beside it (PATH.new),
 * reads the copy back and compares it with the original, and only then lets it take the place.
 * @param failure why it cannot be recovered; the file is then as it was
 * @return STATUS_OK; STATUS_BUSY when it is being recorded; STATUS_FULL and others
 */
int session_recover(const char *path, struct recovery *recovery, struct failure *failure);

/* ---- Adding to a finished session --------------------------------------------------------------
 * The work is done on a copy beside the file (PATH.new), which takes its place when it is good.
 */

/** What a person says of a session. */
struct annotations {
    const struct annotation {
        const char *name;  /**< title, subject, body_part, side, tool, operator or notes */
        const char *value; /**< UTF-8; replaces what was said before */
    } * texts;             /**< [text_count] */
    size_t text_count;
    const struct marker *markers; /**< [marker_count]; ids are given by the file, times count from
                                       the session's first frame, also in a part of a split one */
    size_t marker_count;
    const struct truth *truth; /**< takes the place of what was known to be true; NULL: stays */
};

/** Writes them. @return STATUS_OK; STATUS_BUSY when the file is in use or not closed;
 *  STATUS_ARGUMENT for another name; others as session_open() */
int session_annotate(const char *path, const struct annotations *annotations,
                     struct failure *failure);

/** Results of a later analysis. */
struct session_analysis {
    const char *name;     /**< letters, digits, - _ . */
    const char *software; /**< name and version */
    const struct parameters *parameters;
    const struct event *events; /**< [event_count], in the order of publication */
    size_t event_count;
    const struct session_maps *maps; /**< NULL: none */
};

/** Writes them as /analysis/NAME beside what is there; never overwrites: STATUS_BUSY. */
int session_add_analysis(const char *path, const struct session_analysis *analysis,
                         struct failure *failure);

#endif
