/**
 * @file export.h
 * Recordings of other makers' mats, as text that their own software wrote: frames with times and
 * pressures. There is no public protocol of these mats; their exports are how they come here.
 *
 * - novel (pliance, emed, pedar), `.asc`: a line a frame, the places of the sensors at the end;
 * - Tekscan, ASCII `.asf`: a head of names and values, a grid a frame, B where there is no cell;
 * - XSENSOR, `.csv`: each frame with head and grid, of several sensors one after the other.
 * Which one it is shows in the first lines. One thread at a time.
 */
#ifndef ROLLSCOPE_ACQUIRE_EXPORT_H
#define ROLLSCOPE_ACQUIRE_EXPORT_H

#include "mat/mat.h"

#include <stdbool.h>
#include <stdint.h>

/** Size of what tells one export from another. */
#define EXPORT_DIGEST_SIZE 32

/** What an export is. */
struct export_about {
    struct mat_info mat;      /**< protocol: novel, tekscan or xsensor. A count is a decimal step
                                   of the export's unit, as fine as it is written where 16 bit
                                   allow that */
    bool calibrated;          /**< false: raw values, 1 kPa stands for one */
    char unit[16];            /**< as written */
    char recorded[64];        /**< when, as written; empty: not said */
    uint64_t frames;          /**< of them */
    unsigned sensor, sensors; /**< the one that is read, from 1, and how many there are */
    uint8_t digest[EXPORT_DIGEST_SIZE]; /**< BLAKE2b of the text */
};

struct export_reader;

/**
 * Opens an export and reads through all of it once: what is wrong anywhere is said now.
 * @param sensor which one, from 1, where there are several
 * @param failure names the file, the line and what is wrong
 * @return STATUS_OK, STATUS_NOT_FOUND, STATUS_SYSTEM, STATUS_FORMAT, STATUS_ARGUMENT for a sensor
 *         that is not there, STATUS_UNSUPPORTED for a text that is no known export, STATUS_MEMORY
 */
int export_open(struct export_reader **reader, const char *path, unsigned sensor,
                struct failure *failure);

/** Valid until export_close(). */
const struct export_about *export_about(const struct export_reader *reader);

/**
 * The next frame. Times count from the first one, which is at 0; where numbers or times jump the
 * frame is marked as after a gap.
 * @param frame cells are valid until the next call
 * @return 1, STATUS_END, or as export_open()
 */
int export_read(struct export_reader *reader, struct frame *frame, struct failure *failure);

/** NULL is allowed. */
void export_close(struct export_reader *reader);

#endif
