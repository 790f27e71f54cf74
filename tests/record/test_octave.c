/* Files written here are opened by Octave, as by the programs of test_open_everywhere.c. */
#include "support_record.h"

#include <sys/wait.h>
#include <unistd.h>

static int run_octave(const char *path)
{
    char script[512];
    snprintf(script, sizeof script, "%s/tests/record/open_in_octave.m", getenv("ROLLSCOPE_SOURCE"));
    pid_t child = fork();
    if (child == 0) {
        setenv("HOME", scratch(), 1);
        execlp("octave-cli", "octave-cli", "-q", "--no-history", script, path, (char *)NULL);
        _exit(127);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static void octave_sees_the_same_values_units_and_dimensions(void **state)
{
    (void)state;
    pattern_write(scratch_file("plain.h5"), false);
    assert_int_equal(run_octave(scratch_file("plain.h5")), 0);
}

static void octave_sees_a_changed_value(void **state)
{
    (void)state;
    const char *path = scratch_file("changed.h5");
    pattern_write(path, false);
    assert_int_equal(run_python("alter.py", "spoil_frames_7_and_9", path), 0);
    assert_int_not_equal(run_octave(path), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(octave_sees_the_same_values_units_and_dimensions),
        cmocka_unit_test(octave_sees_a_changed_value),
    };
    if (system("octave-cli -q --eval 'pkg load netcdf' >/dev/null 2>&1") != 0) {
        printf(
            "skipped: Octave and its netcdf package (octave, octave-netcdf) are not installed\n");
        return 77;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
