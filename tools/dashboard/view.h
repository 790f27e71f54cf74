/**
 * @file view.h
 * The pressure picture as a page draws it: conditioned, in steps of a scale that all screens share,
 * with what moves told apart from what stays. Described in docs/page.md.
 *
 * A load is static as far as it has been there without a break for VIEW_STILL_S: of each cell,
 * the least that it has carried in that time. The rest is moving. It is known at once, which the
 * filters of dsp/split.h, seconds late, cannot say.
 */
#ifndef ROLLSCOPE_TOOLS_DASHBOARD_VIEW_H
#define ROLLSCOPE_TOOLS_DASHBOARD_VIEW_H

#include "acquire/acquire.h"
#include "mat/mat.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VIEW_STILL_S     2.5
#define VIEW_HEADER_SIZE 64

/** In a picture's flags, beside enum frame_flag: from a recording, not live. */
#define VIEW_RECORDED 0x80000000U

struct view;

/** @param geometry checked, of the mat's own counts
 *  @param calibration taken over, also on failure; NULL: counts are linear
 *  @return NULL when out of memory */
struct view *view_create(const struct geometry *geometry, struct calibration *calibration);

/** Takes a frame; those not shown may be left out.
 *  @param time_s of it, since the session's first frame, which the view may not have seen */
void view_push(struct view *view, const struct frame *frame, double time_s);

/** Cells that nothing is wrong with. */
uint32_t view_cells_good(const struct view *view);

/** Time of the last frame, seconds since the session's first. */
double view_time_s(const struct view *view);

/** Bytes of a picture. */
size_t view_size(const struct view *view);

/** The last frame as a picture.
 *  @param bytes filled in, [view_size()]
 *  @param marks or-ed to the frame's flags */
void view_write(const struct view *view, uint8_t *bytes, uint32_t marks);

/** NULL is allowed. */
void view_destroy(struct view *view);

#endif
