/**
 * @file recorder_state.h
 * A recorder, shared by the files that it is made of.
 */
#ifndef ROLLSCOPE_RECORD_RECORDER_STATE_H
#define ROLLSCOPE_RECORD_RECORDER_STATE_H

#include "counter_log.h"
#include "disk.h"
#include "event_log.h"
#include "frame_log.h"
#include "maps.h"
#include "record.h"
#include "recorder_parts.h"
#include "truth_log.h"
#include "units.h"

#include <limits.h>

struct recorder {
    char path[PATH_MAX];
    hid_t file;
    int descriptor; /**< HDF5's own */
    struct disk_sync *sync;
    struct frame_log *frames;
    struct event_log *events;
    struct counter_log counters;
    struct map_log maps;
    struct truth truth;
    struct parameters parameters;
    struct failure latched;
    char software[SESSION_TEXT_SIZE];
    char time_units[TIME_TEXT_SIZE + 16];
    uint16_t rows, cols;
    int64_t last_us;
    int64_t origin_us; /**< what times count from; 0: the first frame */
    uint64_t asked;    /**< committed frames that the disk was asked to take; 0: it has them */
    double sync_s, commit_at_s, commit_took_s, sync_at_s;
    bool swmr, has_parameters, has_truth, truth_written, started;
    bool broken; /**< a write failed half way: the file stays as it is now */
    bool look;   /**< there may be no room for more */
};

/** Latches the failure of the last HDF5 call: the file stays as it is. @return its status */
int recorder_latch(struct recorder *recorder, struct failure *failure, const char *what);

/** STATUS_OK, or STATUS_FULL when no room is left but the reserve. */
int recorder_check_room(const struct recorder *recorder, struct failure *failure);

/** Writes the truth that it was given. @return negative when HDF5 fails */
int recorder_write_truth(struct recorder *recorder);

#endif
