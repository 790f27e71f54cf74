#include "mat/mat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define VALUES_MOST 3000

static void the_middle_of_three_and_the_ends_of_five(void **state)
{
    (void)state;
    float three[] = {3, 1, 2}, five[] = {-1, 7, 7, -4, 0};
    assert_float_equal(value_at_rank(three, 3, 1), 2, 0);
    assert_float_equal(value_at_rank(five, 5, 0), -4, 0);
    assert_float_equal(value_at_rank(five, 5, 4), 7, 0);
}

/* Of a rank: no more values are less than there are ranks below, and enough are no greater. */
static void as_many_are_less_as_the_rank_says(void **state)
{
    (void)state;
    srand(7);
    for (int trial = 0; trial < 1000; trial++) {
        float values[VALUES_MOST], given[VALUES_MOST];
        size_t count = 1 + (size_t)rand() % VALUES_MOST, rank = (size_t)rand() % count;
        int different = 1 + rand() % 400; /* few: many ties */
        for (size_t i = 0; i < count; i++)
            given[i] = values[i] = (float)(rand() % different) / 8 - 10;
        float found = value_at_rank(values, count, rank);
        size_t less = 0, no_greater = 0;
        for (size_t i = 0; i < count; i++) {
            less += given[i] < found;
            no_greater += given[i] <= found;
        }
        assert_true(less <= rank);
        assert_true(no_greater > rank);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_middle_of_three_and_the_ends_of_five),
        cmocka_unit_test(as_many_are_less_as_the_rank_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
