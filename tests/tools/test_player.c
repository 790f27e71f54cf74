/* When frames of a replayed session are given: by the clock, and without drift. Time is the test's:
 * sleeping takes none, and lasts a little longer than was asked for, as on a busy machine. */
#include "record/record.h"
#include "tools/sources/player.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define HOUR_US    INT64_C(3600000000)
#define ANCHOR     INT64_C(123456789012345)
#define LEAST_NS   1
#define START_US   INT64_C(1700000000000000)
#define STEP_US    99991 /* about so much between frames */
#define TIMEOUT_MS 20
#define LATE_NS    900000 /* a sleep at most */
#define READING_NS 1000   /* what a look at the clock takes */

static int64_t clock_ns = ANCHOR;

int clock_gettime(clockid_t clock, struct timespec *now)
{
    (void)clock;
    clock_ns += READING_NS;
    *now = (struct timespec){.tv_sec = clock_ns / 1000000000, .tv_nsec = clock_ns % 1000000000};
    return 0;
}

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *until,
                    struct timespec *remaining)
{
    static unsigned dice = 1;
    int64_t until_ns = (int64_t)until->tv_sec * 1000000000 + until->tv_nsec;
    (void)clock;
    (void)remaining;
    assert_int_equal(flags, TIMER_ABSTIME);
    if (until_ns > clock_ns)
        clock_ns = until_ns + rand_r(&dice) % LATE_NS;
    return 0;
}

static int64_t error_ns(int64_t ahead_us, int64_t times)
{
    return llabs(player_due_ns(ANCHOR, ahead_us, (double)times) -
                 (ANCHOR + ahead_us * 1000 / times));
}

static void an_hour_does_not_drift_at_any_speed(void **state)
{
    (void)state;
    for (int64_t times = 1; times <= 64; times *= 2)
        for (int64_t ahead_us = 0; ahead_us <= HOUR_US; ahead_us += 10001)
            assert_true(error_ns(ahead_us, times) <= LEAST_NS);
}

static void ten_hours_are_due_to_the_microsecond(void **state)
{
    (void)state;
    assert_true(error_ns(10 * HOUR_US, 1) <= LEAST_NS);
    assert_true(player_due_ns(0, 10 * HOUR_US, 0.5) == 20 * HOUR_US * 1000);
}

static void expect(int status, const struct failure *failure)
{
    if (status < 0)
        fail_msg("%s", failure->text);
}

/* Frames an uneven tenth of a second apart, over an hour. */
static uint64_t write_hour(const char *path)
{
    const struct session_about about = {.mat.geometry = {1, 2, 8, 8, 1000, 0.1, 0, 4095}};
    const struct recorder_options options = {.sync_s = 1e9};
    const uint16_t cells[2] = {1, 2};
    struct recorder *recorder;
    struct failure failure;
    uint64_t count = 0;
    expect(recorder_open(&recorder, path, &about, NULL, &options, &failure), &failure);
    for (int64_t at_us = 0; at_us <= HOUR_US; at_us += STEP_US + 7 * (int64_t)(count++ % 300)) {
        const struct frame frame = {.number = count,
                                    .sequence = count,
                                    .time_us = START_US + at_us,
                                    .rows = 1,
                                    .cols = 2,
                                    .cells = cells};
        expect(recorder_frame(recorder, &frame, &failure), &failure);
    }
    expect(recorder_close(recorder, &failure), &failure);
    return count;
}

/* Each frame is given when it is due after the first one, or later by no more than the last sleep
   and some looks at the clock. @return how many were given */
static uint64_t play(const char *path, double speed)
{
    const struct player_plan plan = {.speed = speed, .to_s = INFINITY};
    const int64_t late_ns = LATE_NS + 20 * READING_NS;
    struct player *player;
    struct failure failure;
    struct frame frame;
    int status;
    int64_t begun_ns = 0;
    expect(player_open(&player, path, &plan, &failure), &failure);
    while ((status = player_read(player, &frame, TIMEOUT_MS, &failure)) >= 0) {
        if (!status)
            continue;
        begun_ns = begun_ns ? begun_ns : clock_ns;
        int64_t due_ns = (int64_t)((double)(frame.time_us - START_US) * 1000 / speed);
        int64_t error_ns = clock_ns - begun_ns - due_ns;
        if (error_ns < -late_ns || error_ns > late_ns)
            fail_msg("frame %d is %d us off", (int)frame.number, (int)(error_ns / 1000));
    }
    assert_int_equal(status, STATUS_END);
    uint64_t given = player_given(player);
    player_close(player);
    return given;
}

static void an_hour_is_played_without_drift_however_late_sleeps_end(void **state)
{
    (void)state;
    char folder[] = "/tmp/rollscope-player-XXXXXX", path[64];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/hour.h5", folder);
    uint64_t frames = write_hour(path);
    assert_true(frames > 30000);
    assert_int_equal(play(path, 1), frames);
    assert_int_equal(play(path, 4), frames);
    unlink(path);
    rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_hour_does_not_drift_at_any_speed),
        cmocka_unit_test(ten_hours_are_due_to_the_microsecond),
        cmocka_unit_test(an_hour_is_played_without_drift_however_late_sleeps_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
