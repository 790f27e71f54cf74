/* The host's wall clock is set while a mat is read: clock_gettime() is taken over. */
#include "support_line.h"
#include "support_mat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static atomic_llong shift_s;

int clock_gettime(clockid_t clock, struct timespec *time)
{
    int result = (int)syscall(SYS_clock_gettime, clock, time);
    if (clock == CLOCK_REALTIME)
        time->tv_sec += atomic_load(&shift_s);
    return result;
}

static int64_t utc_us(void)
{
    struct timespec now;
    syscall(SYS_clock_gettime, CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Reads until so many jumps were counted. Times go on as if there were none. */
static void read_until(struct source *source, uint64_t jumps, int64_t *last_us)
{
    struct source_health health = {.frames = 0};
    int64_t end_us = utc_us() + 10 * INT64_C(1000000);
    while (health.clock_jumps < jumps && utc_us() < end_us) {
        struct frame frame;
        int status = source_read(source, &frame, 100, NULL);
        assert_true(status >= 0);
        if (status == 1) {
            assert_true(frame.time_us > *last_us);
            *last_us = frame.time_us;
        }
        source_health(source, &health);
    }
    assert_int_equal(health.clock_jumps, jumps);
}

static void times_stay_in_order_and_each_jump_is_counted(void **state)
{
    (void)state;
    struct line line;
    static struct fake_mat mat;
    line_open(&line);
    fake_mat_start(&mat, line.master, "rollscope&rows=8&cols=8", 200);
    struct source *source = source_of("pty:%s?protocol=rollscope", line.path);
    struct frame frame;
    assert_int_equal(source_read(source, &frame, 5000, NULL), 1);
    int64_t first_us = frame.time_us, last_us = first_us;
    assert_true(llabs(first_us - utc_us()) < 10 * INT64_C(1000000));
    atomic_store(&shift_s, 3600);
    read_until(source, 1, &last_us);
    atomic_store(&mat.limit, 400);
    atomic_store(&shift_s, -7200);
    read_until(source, 2, &last_us);
    assert_in_range(last_us - first_us, 0, 10000000); /* seconds, not the hours of the jumps */
    source_close(source);
    fake_mat_stop(&mat);
    close(line.master);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_stay_in_order_and_each_jump_is_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
