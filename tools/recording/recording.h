/**
 * @file recording.h
 * A session being recorded from the bus, into one file or into parts; begun or, after a kill,
 * continued.
 */
#ifndef ROLLSCOPE_TOOLS_RECORDING_H
#define ROLLSCOPE_TOOLS_RECORDING_H

#include "recorded_maps.h"

#include "../cli/split.h"

#include "bus/bus.h"
#include "record/record.h"

#include <limits.h>

struct recording {
    bool ours;     /**< set before opening: a file of this name was begun for this very session */
    double sync_s; /**< set before opening: as in struct recorder_options */
    const char *calibration_text;   /**< set before opening: of the mat; NULL: none */
    const struct annotation *texts; /**< set before opening: [text_count] said of the session */
    size_t text_count;
    struct split split; /**< set before opening */
    struct recorder *recorder;
    struct recorded_maps *maps;            /**< of the file */
    char output[PATH_MAX], path[PATH_MAX]; /**< as asked for; the file being written */
    struct bus_session session;
    struct parameters parameters;
    uint32_t part;         /**< from 1; 0: the session is not split */
    uint64_t first_frame;  /**< number of the file's first frame */
    uint64_t first_event;  /**< of the file: those before are in the parts before */
    int64_t origin_us;     /**< time of the session's first frame */
    int64_t part_us;       /**< time of the file's first frame */
    uint64_t frames;       /**< in the file */
    uint64_t before;       /**< in the files before */
    uint64_t bytes_before; /**< in those that this process wrote */
    int64_t last_us;       /**< time of the last one */
    uint64_t lost;         /**< frames that the ring was overrun by, as the file's markers say */
    uint32_t markers;      /**< in all files, those that name losses included */
    uint64_t notes;        /**< in all files, of the stream of notes: the first so many of it */
    struct recording_gap {
        bool waits; /**< to be written when there is room */
        uint64_t first, last;
        double time_s;
    } gap;
    struct recording_mark {
        bool any;
        uint64_t number; /**< of the newest event of the kind that was recorded */
    } newest[EVENT_TYPE_COUNT];
};

/** The name of a part: `-001` before the ending. @param path [PATH_MAX] */
void recording_part(char *path, const char *output, uint32_t part);

/** The files that a session is in: one, or its parts. @param first, last [PATH_MAX] their names
 *  @return how many there are */
unsigned recording_files(char *first, char *last, const char *output, const struct split *split);

/**
 * Opens the file, or the part that is being recorded. One that exists is continued where it holds
 * this very session unfinished: what can be read of it is copied out, and the copy takes its place.
 * One that is `ours` and cannot be read (killed before its first frame) is put aside as
 * `FILE.broken` and begun again.
 * @return STATUS_OK, STATUS_BUSY for any other file that exists, or what recorder_open() returns
 */
int recording_open(struct recording *recording, const char *output,
                   const struct bus_session *session, const struct parameters *parameters,
                   struct failure *failure);

/** Number of the frame that comes next. */
uint64_t recording_next(const struct recording *recording);

/** Number of the event to read on from: earlier than the file ends, for a failed write may have
 * left out some; those that it has are left out again. */
uint64_t recording_next_event(const struct recording *recording);

/** Appends a frame unless it was recorded; begins the next part where the split says so. */
int recording_frame(struct recording *recording, const struct frame *frame,
                    struct failure *failure);

/** Appends an event unless it was recorded. One that is said again is appended anyway: in order,
 *  the last one counts. */
int recording_event(struct recording *recording, const struct event *event,
                    struct failure *failure);

/** Appends a note unless the file has it. */
int recording_note(struct recording *recording, const struct event *event, struct failure *failure);

/** Names frames that are lost for good, as a marker of kind "gap". */
int recording_lost(struct recording *recording, uint64_t first, uint64_t last,
                   struct failure *failure);

/** Completes the maps, closes the file. @return as recorder_close() */
int recording_close(struct recording *recording, struct failure *failure);

#endif
