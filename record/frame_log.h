/**
 * @file frame_log.h
 * The frames of a session in the root group: time, y, x, pressure, sequence, flags, checksum, and
 * how many frames are committed. Buffers one chunk and writes it whole. One thread at a time.
 */
#ifndef ROLLSCOPE_RECORD_FRAME_LOG_H
#define ROLLSCOPE_RECORD_FRAME_LOG_H

#include "hdf.h"
#include "packing.h"

/** The variables of a session file's root. */
#define VARIABLE_TIME      "time"
#define VARIABLE_Y         "y"
#define VARIABLE_X         "x"
#define VARIABLE_PRESSURE  "pressure"
#define VARIABLE_SEQUENCE  "sequence"
#define VARIABLE_FLAGS     "flags"
#define VARIABLE_CHECKSUM  "checksum"
#define VARIABLE_COMMITTED "committed"
#define VARIABLE_SYNCED    "synced"

/** Cells of a frame that was never written. */
#define PRESSURE_FILL 65535

struct frame_log;

/** Creates the variables. @return NULL when HDF5 or memory fails, see hdf_failure() */
struct frame_log *frame_log_create(hid_t root, const struct mat_info *mat, bool calibrated);

/** CRC-32 over time (f8), sequence (u8), flags (u2) and cells (u2), little-endian. */
uint32_t frame_checksum(const struct frame *frame);

/** Takes a frame. @return 1 when a chunk was handed to HDF5, 0 when it waits in memory, negative
 *  when HDF5 fails */
int frame_log_append(struct frame_log *log, const struct frame *frame);

/**
 * Takes a whole chunk that is packed already; nothing may wait in memory.
 * @param frames [frame_log_chunk()] what it holds
 * @param packed copied to the file as it is
 * @return as frame_log_append()
 */
int frame_log_append_packed(struct frame_log *log, const struct frame *frames,
                            const struct packed *packed);

/** Hands what waits to HDF5. @return negative when HDF5 fails */
int frame_log_flush(struct frame_log *log);

/** Writes down that all frames handed to HDF5 so far are whole. @return negative when HDF5 fails */
int frame_log_commit(struct frame_log *log);

/** Writes down that so many frames are on the disk. @return negative when HDF5 fails */
int frame_log_synced(struct frame_log *log, uint64_t frames);

/** Frames in a chunk. */
size_t frame_log_chunk(const struct frame_log *log);

/** Bytes of pressure in a chunk, uncompressed. */
size_t frame_log_chunk_bytes(const struct frame_log *log);

/** Frames that were taken and are not committed. */
uint64_t frame_log_waiting(const struct frame_log *log);

/** Frames committed. */
uint64_t frame_log_committed(const struct frame_log *log);

/** Closes without flushing. NULL is allowed. */
void frame_log_close(struct frame_log *log);

#endif
