/**
 * @file recording.h
 * A session file being recorded from the bus, begun or, after a kill, continued.
 */
#ifndef ROLLSCOPE_TOOLS_RECORDING_H
#define ROLLSCOPE_TOOLS_RECORDING_H

#include "bus/bus.h"
#include "record/record.h"
#include "recorded_maps.h"

struct recording {
    bool ours;     /**< set before opening: a file of this name was begun for this very session */
    double sync_s; /**< set before opening: as in struct recorder_options */
    const char *calibration_text;   /**< set before opening: of the mat; NULL: none */
    const struct annotation *texts; /**< set before opening: [text_count] said of the session */
    size_t text_count;
    struct recorder *recorder;
    struct recorded_maps *maps;
    uint64_t frames;  /**< in the file */
    int64_t last_us;  /**< time of the last one */
    uint64_t lost;    /**< frames that the ring was overrun by, as the file's markers say */
    uint32_t markers; /**< in the file, those that name losses included */
    uint64_t notes;   /**< in the file, of the stream of notes: the first so many of it */
    struct recording_mark {
        bool any;
        uint64_t number; /**< of the newest event of the kind that is in the file */
    } newest[EVENT_TYPE_COUNT];
};

/**
 * Opens the file. One that exists is continued where it holds this very session unfinished: what
 * can be read of it is copied out, and the copy takes its place. One that is `ours` and cannot be
 * read (killed before its first frame) is put aside as `FILE.broken` and begun again.
 * @return STATUS_OK, STATUS_BUSY for any other file that exists, or what recorder_open() returns
 */
int recording_open(struct recording *recording, const char *path, const struct bus_session *session,
                   const struct parameters *parameters, struct failure *failure);

/** Appends a frame unless the file has it. */
int recording_frame(struct recording *recording, const struct frame *frame,
                    struct failure *failure);

/** Appends an event unless the file has it. */
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
