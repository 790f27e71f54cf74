#include "record/hdf_apart.h"

#include "mat/mat.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int wait_then_answer(void *milliseconds, void *answer, size_t size)
{
    poll(NULL, 0, *(int *)milliseconds);
    memset(answer, 7, size);
    return 0;
}

static int never_end(void *turning, void *answer, size_t size)
{
    (void)answer, (void)size;
    while (*(volatile int *)turning)
        continue;
    return 0;
}

static int crash(void *unused, void *answer, size_t size)
{
    (void)unused, (void)answer, (void)size;
    abort();
}

static void work_that_waits_for_a_busy_machine_is_not_given_up(void **state)
{
    int milliseconds = 1500;
    char answer[3] = {0};
    (void)state;
    assert_int_equal(hdf_apart(wait_then_answer, &milliseconds, answer, sizeof answer, 1), 0);
    assert_memory_equal(answer, "\7\7\7", sizeof answer);
}

static void work_without_end_or_with_a_crash_has_no_answer(void **state)
{
    int turning = 1;
    char answer;
    (void)state;
    assert_true(hdf_apart(never_end, &turning, &answer, sizeof answer, 1) < 0);
    assert_true(hdf_apart(crash, NULL, &answer, sizeof answer, 1) < 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(work_that_waits_for_a_busy_machine_is_not_given_up),
        cmocka_unit_test(work_without_end_or_with_a_crash_has_no_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
