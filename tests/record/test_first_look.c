/* Somebody looks at a session file in the very moment in which it is made: his lock is in the way
 * of the recorder's. The locks come through flock() below. */
#include "support_record.h"

#include <errno.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>

static int lookers; /* so many find the file before the recorder does */

int flock(int descriptor, int operation)
{
    if (operation & LOCK_EX && lookers > 0) {
        lookers--;
        errno = EWOULDBLOCK;
        return -1;
    }
    return (int)syscall(SYS_flock, descriptor, operation);
}

static void who_looks_at_a_file_as_it_is_made_does_not_keep_it_from_being_recorded(void **state)
{
    (void)state;
    const char *path = scratch_file("looked-at.h5");
    lookers = 3;
    pattern_write(path, true);
    assert_int_equal(lookers, 0);
    struct session *session;
    struct failure failure;
    assert_int_equal(session_open(&session, path, &failure), STATUS_OK);
    assert_int_equal(session_frames(session), PATTERN_FRAMES);
    session_close(session);
}

static void a_file_that_stays_locked_is_refused_and_not_left_behind(void **state)
{
    (void)state;
    const char *path = scratch_file("locked.h5");
    struct session_about about = pattern_about();
    struct recorder *recorder;
    struct failure failure;
    lookers = 100000;
    assert_true(recorder_open(&recorder, path, &about, NULL, NULL, &failure) < 0);
    assert_non_null(strstr(failure.text, "locked.h5: cannot be created"));
    assert_int_not_equal(access(path, F_OK), 0);
    lookers = 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_looks_at_a_file_as_it_is_made_does_not_keep_it_from_being_recorded),
        cmocka_unit_test(a_file_that_stays_locked_is_refused_and_not_left_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
