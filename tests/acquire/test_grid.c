/* Orders of lines, flips and transposition, against grids written out by hand. */
#include "acquire/grid.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct change_row {
    struct grid_change change;
    uint16_t rows, cols;
    uint16_t cells[6];
};

static void lines_come_in_the_order_asked_for(void **state)
{
    (void)state;
    /* On the wire: 0 1 2 / 3 4 5 */
    static const struct change_row table[] = {
        {{.flip_x = false}, 2, 3, {0, 1, 2, 3, 4, 5}},
        {{.flip_x = true}, 2, 3, {2, 1, 0, 5, 4, 3}},
        {{.flip_y = true}, 2, 3, {3, 4, 5, 0, 1, 2}},
        {{.transpose = true}, 3, 2, {0, 3, 1, 4, 2, 5}},
        {{.transpose = true, .flip_x = true}, 3, 2, {2, 5, 1, 4, 0, 3}},
        {{.row_order = "1,0"}, 2, 3, {3, 4, 5, 0, 1, 2}},
        {{.col_order = "1-2,0"}, 2, 3, {1, 2, 0, 4, 5, 3}},
        {{.col_order = "2-0", .row_order = "1-0"}, 2, 3, {5, 4, 3, 2, 1, 0}},
    };
    static const uint16_t wire[6] = {0, 1, 2, 3, 4, 5};
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct grid grid;
        assert_int_equal(grid_make(&grid, &table[i].change, 2, 3, NULL), STATUS_OK);
        assert_int_equal(grid.rows, table[i].rows);
        assert_int_equal(grid.cols, table[i].cols);
        assert_memory_equal(grid_apply(&grid, wire), table[i].cells, sizeof wire);
        grid_free(&grid);
    }
}

static void an_order_that_is_no_permutation_is_refused(void **state)
{
    (void)state;
    static const char *const orders[] = {"0",    "0,0", "0-2",  "1,2",  "x",
                                         "0,1,", "0;1", "-1,0", "0,1,0"};
    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
        struct grid_change change = {.flip_x = false};
        struct grid grid;
        struct failure failure = {0};
        strcpy(change.row_order, orders[i]);
        int status = grid_make(&grid, &change, 2, 3, &failure);
        if (i == 5)
            assert_int_equal(status, STATUS_OK); /* a comma at the end does no harm */
        else
            assert_int_equal(status, STATUS_ARGUMENT);
        if (status)
            assert_non_null(strstr(failure.text, "row_order"));
        grid_free(&grid);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_come_in_the_order_asked_for),
        cmocka_unit_test(an_order_that_is_no_permutation_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
