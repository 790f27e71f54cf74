#include "player.h"

#include "record/record.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <time.h>

#define JUMP_US 1000 /* from the last frame before a jump to the first after it */

struct player {
    struct session *session;
    double speed;
    int64_t first_us; /* of the file */
    int64_t from_us, to_us;
    struct frame waiting; /* read, but not due yet */
    bool has_waiting, anchored, paused, jumped;
    unsigned steps;
    int64_t anchor_us, anchor_ns; /* a recorded time, and when it was given */
    int64_t last_us, shift_us;    /* of the frame given last, as recorded; added to times */
    uint64_t given;
};

static int64_t monotonic_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t player_due_ns(int64_t anchor_ns, int64_t ahead_us, double speed)
{
    return anchor_ns + (int64_t)((double)ahead_us * 1e3 / speed);
}

static void anchor(struct player *player, int64_t recorded_us)
{
    player->anchored = true;
    player->anchor_us = recorded_us;
    player->anchor_ns = monotonic_ns();
}

static void wait_until(int64_t until_ns)
{
    struct timespec time = {.tv_sec = until_ns / 1000000000, .tv_nsec = until_ns % 1000000000};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL);
}

/* @return 1 when it is due, 0 when the time is over before */
static int due_wait(struct player *player, int timeout_ms)
{
    int64_t latest_ns = monotonic_ns() + (int64_t)timeout_ms * 1000000;
    if (player->steps) {
        player->steps--;
        return 1;
    }
    if (player->paused) {
        wait_until(latest_ns);
        return 0;
    }
    if (!player->anchored)
        anchor(player, player->waiting.time_us);
    if (isinf(player->speed))
        return 1;
    int64_t ahead_us = player->waiting.time_us - player->anchor_us;
    int64_t due_ns = player_due_ns(player->anchor_ns, ahead_us, player->speed);
    wait_until(due_ns < latest_ns ? due_ns : latest_ns);
    return due_ns <= latest_ns && monotonic_ns() >= due_ns;
}

static void give(struct player *player, struct frame *frame)
{
    *frame = player->waiting;
    if (player->jumped && player->given) {
        player->shift_us += player->last_us + JUMP_US - frame->time_us;
        frame->flags |= FRAME_GAP_BEFORE;
    }
    player->jumped = player->has_waiting = false;
    player->last_us = frame->time_us;
    frame->time_us += player->shift_us;
    frame->number = player->given++;
}

int player_read(struct player *player, struct frame *frame, int timeout_ms, struct failure *failure)
{
    if (!player->has_waiting) {
        int status = session_read(player->session, &player->waiting, failure);
        if (status < 1)
            return status;
        if (player->waiting.time_us > player->to_us)
            return STATUS_END;
        player->has_waiting = true;
    }
    if (!due_wait(player, timeout_ms))
        return 0;
    give(player, frame);
    return 1;
}

/* Finds the first frame at or after a time, by halving: times rise. */
static int seek(struct player *player, int64_t time_us, struct failure *failure)
{
    struct frame frame;
    uint64_t low = 0, high = session_frames(player->session);
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        int status = session_seek(player->session, middle, failure);
        if (!status)
            status = session_read(player->session, &frame, failure);
        if (status < 1)
            return status ? status : STATUS_FORMAT;
        if (frame.time_us < time_us)
            low = middle + 1;
        else
            high = middle;
    }
    return session_seek(player->session, low, failure);
}

static int begin(struct player *player, const struct player_plan *plan, struct failure *failure)
{
    struct frame frame;
    int status = session_read(player->session, &frame, failure);
    if (status < 1)
        return status == STATUS_END ? STATUS_OK : status;
    player->first_us = player->last_us = frame.time_us;
    player->from_us = frame.time_us + llround(plan->from_s * 1e6);
    player->to_us = isinf(plan->to_s) ? INT64_MAX : frame.time_us + llround(plan->to_s * 1e6);
    return seek(player, player->from_us, failure);
}

int player_open(struct player **player, const char *file, const struct player_plan *plan,
                struct failure *failure)
{
    struct player *new = calloc(1, sizeof *new);
    *player = NULL;
    if (!new)
        return failure_set(failure, STATUS_MEMORY, "%s: out of memory", file);
    new->speed = plan->speed;
    int status = session_open(&new->session, file, failure);
    if (!status)
        status = begin(new, plan, failure);
    if (status)
        player_close(new);
    else
        *player = new;
    return status;
}

struct session *player_session(const struct player *player)
{
    return player->session;
}

uint64_t player_given(const struct player *player)
{
    return player->given;
}

double player_position_s(const struct player *player)
{
    return (double)(player->last_us - player->first_us) / 1e6;
}

void player_pause(struct player *player, bool paused)
{
    player->paused = paused;
    player->steps = 0;
    player->anchored = false;
}

bool player_paused(const struct player *player)
{
    return player->paused;
}

void player_step(struct player *player)
{
    player->steps += player->paused;
}

void player_set_speed(struct player *player, double speed)
{
    player->speed = speed;
    if (player->given)
        anchor(player, player->last_us);
}

double player_speed(const struct player *player)
{
    return player->speed;
}

int player_jump(struct player *player, double position_s, struct failure *failure)
{
    int64_t time_us = player->first_us + llround(position_s * 1e6);
    time_us = time_us < player->from_us ? player->from_us : time_us;
    player->has_waiting = player->anchored = false;
    player->jumped = true;
    return seek(player, time_us, failure);
}

void player_close(struct player *player)
{
    if (!player)
        return;
    session_close(player->session);
    free(player);
}
