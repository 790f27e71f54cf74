/**
 * @file session_parts.h
 * A session that is open for reading, shared by the files that read it.
 */
#ifndef ROLLSCOPE_RECORD_SESSION_PARTS_H
#define ROLLSCOPE_RECORD_SESSION_PARTS_H

#include "about.h"
#include "cells.h"
#include "event_log.h"
#include "record.h"
#include "time_axis.h"

#include <limits.h>

struct session {
    char path[PATH_MAX];
    hid_t file, sequence_dataset, flags_dataset, checksum_dataset;
    struct session_about about;
    struct time_axis time;
    struct cells cells;
    char *calibration; /**< what about.calibration_text points to */
    bool own;          /**< written by rollscope */
    bool check;        /**< session_read() compares checksums, where there are some */
    bool from_origin;  /**< times of events count from the session's first frame, not the file's */
    bool skim;         /**< session_read() leaves the cells out */
    uint64_t frames;
    uint64_t synced;         /**< of the frames so many were on the disk, whatever came then */
    uint64_t stored;         /**< frames that the variables hold, committed or not */
    uint64_t next;           /**< what session_read() reads next */
    uint64_t first, present; /**< frames [first, first + present) are in the buffers */
    int64_t *times_us;
    uint64_t *sequence;
    uint16_t *flags, *counts;
    uint32_t *checksums;
};

/** Rows of events as they are read. */
struct event_rows {
    struct event *events;   /**< [count] */
    enum row_state *states; /**< [count] */
    int count;              /**< negative: they cannot be read */
};

/** As session_events(), whatever the checksums say. event_rows_free() always. @return count */
int session_rows(struct session *session, const char *analysis, enum event_type type,
                 struct event_rows *rows, struct failure *failure);

void event_rows_free(struct event_rows *rows);

#endif
