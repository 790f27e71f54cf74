/**
 * @file frame.h
 * One picture of the mat.
 */
#ifndef ROLLSCOPE_MAT_FRAME_H
#define ROLLSCOPE_MAT_FRAME_H

#include <stdint.h>

/** What is known about a frame beyond its cells; the session file's `flags` variable. */
enum frame_flag {
    FRAME_GAP_BEFORE = 1, /**< frames that the mat sent, or should have sent, are missing before */
    FRAME_SATURATED = 2,  /**< at least one cell is at full scale: force is a lower bound */
    FRAME_RESYNCHRONISED = 4, /**< bytes were skipped before it, or the mat restarted */
    FRAME_INTERPOLATED = 8    /**< at least one cell is known to be bad and was replaced */
};

/**
 * A frame. Its cells are borrowed: they belong to whoever made the frame and stay valid until the
 * next call on that object.
 *
 * Time is UTC in whole microseconds. Every such time before the year 2242 survives the trip through
 * the session file's f8 seconds exactly, so live and replay see the same numbers to the bit.
 */
struct frame {
    uint64_t number;       /**< the session's own count of frames, 0, 1, 2, ... without a gap */
    uint64_t sequence;     /**< the mat's number, unwrapped; a step above 1 is a loss */
    int64_t time_us;       /**< when the scan started, microseconds since 1970-01-01T00:00:00Z */
    uint32_t flags;        /**< enum frame_flag, or-ed */
    uint16_t rows, cols;   /**< as in the mat's geometry */
    const uint16_t *cells; /**< [rows*cols] counts, row-major */
};

#endif
