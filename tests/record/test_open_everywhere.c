/* Files written here are opened by the programs that researchers use. */
#include "support_record.h"

static void other_programs_see_the_same_values_units_and_dimensions(void **state)
{
    (void)state;
    pattern_write(scratch_file("plain.h5"), false);
    assert_int_equal(run_python("open_everywhere.py", scratch_file("plain.h5"), NULL), 0);
}

static void a_file_recorded_for_readers_is_no_different(void **state)
{
    (void)state;
    pattern_write(scratch_file("swmr.h5"), true);
    assert_int_equal(run_python("open_everywhere.py", scratch_file("swmr.h5"), NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(other_programs_see_the_same_values_units_and_dimensions),
        cmocka_unit_test(a_file_recorded_for_readers_is_no_different),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
