/* When a frame of a replayed session is due. */
#include "tools/sources/player.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define HOUR_US  INT64_C(3600000000)
#define ANCHOR   INT64_C(123456789012345)
#define LEAST_NS 1

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_hour_does_not_drift_at_any_speed),
        cmocka_unit_test(ten_hours_are_due_to_the_microsecond),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
