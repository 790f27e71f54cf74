/**
 * @file player.h
 * A recorded session played in time: each frame on its own absolute deadline, so that the spacing
 * does not drift at any speed; with pause, step, jumps and other speeds. One thread at a time.
 */
#ifndef ROLLSCOPE_TOOLS_PLAYER_H
#define ROLLSCOPE_TOOLS_PLAYER_H

#include "mat/mat.h"

#include <stdbool.h>

struct session;
struct player;

#define PLAYER_SPEED_LEAST 1e-3
#define PLAYER_SPEED_MOST  1e6

/** What is played. */
struct player_plan {
    double speed;        /**< times real time; INFINITY: as fast as it goes */
    double from_s, to_s; /**< since the file's first frame; 0 and INFINITY: all */
};

/** @return STATUS_OK, STATUS_MEMORY or what session_open() returns */
int player_open(struct player **player, const char *file, const struct player_plan *plan,
                struct failure *failure);

/** The session that is played; the player's. */
struct session *player_session(const struct player *player);

/**
 * The next frame, when it is due. After a jump its time goes on rising all the same and it is
 * marked as after a gap; without one frames are as they were recorded.
 * @return 1, 0 none within timeout_ms, STATUS_END, or as session_read()
 */
int player_read(struct player *player, struct frame *frame, int timeout_ms,
                struct failure *failure);

/** Frames given. */
uint64_t player_given(const struct player *player);

/** Recorded time of the frame that was given last, seconds since the file's first frame. */
double player_position_s(const struct player *player);

/** Stops the time, or lets it go on. */
void player_pause(struct player *player, bool paused);
bool player_paused(const struct player *player);

/** Gives one more frame while paused. */
void player_step(struct player *player);

/** From now on. @param speed PLAYER_SPEED_LEAST .. PLAYER_SPEED_MOST, or INFINITY */
void player_set_speed(struct player *player, double speed);
double player_speed(const struct player *player);

/** Goes on at the first frame at or after a time, within what is played. @return STATUS_OK or
 *  negative */
int player_jump(struct player *player, double position_s, struct failure *failure);

/** NULL is allowed. */
void player_close(struct player *player);

/** When a frame is due. @param ahead_us recorded time from the anchor to the frame
 *  @param anchor_ns when the anchor was given @return in the anchor's clock */
int64_t player_due_ns(int64_t anchor_ns, int64_t ahead_us, double speed);

#endif
