/* The table of a source's health: every quantity is its own field, with name, unit and text. */
#include "acquire/acquire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static double value_of(const struct source_health *health, const char *name)
{
    size_t count;
    const struct health_quantity *table = health_table(&count);
    for (size_t i = 0; i < count; i++)
        if (!strcmp(table[i].name, name))
            return health_value(health, &table[i]);
    fail_msg("no quantity is called %s", name);
    return 0;
}

static void every_quantity_is_the_field_of_its_name(void **state)
{
    (void)state;
    const struct source_health health = {.decoder = {.bytes = 1,
                                                     .skipped_bytes = 2,
                                                     .bad_checksum = 3,
                                                     .bad_length = 4,
                                                     .bad_type = 5,
                                                     .bad_value = 6},
                                         .frames = 7,
                                         .lost = 8,
                                         .duplicates = 9,
                                         .restarts = 10,
                                         .disconnects = 11,
                                         .clock_jumps = 12,
                                         .saturated = 13,
                                         .still_cells = 14,
                                         .rate_hz = 13.5,
                                         .jitter_ms = 14.25};
    static const char *const names[] = {
        "bytes",       "skipped_bytes", "bad_checksum", "bad_length",  "bad_type",
        "bad_value",   "frames",        "lost",         "duplicates",  "restarts",
        "disconnects", "clock_jumps",   "saturated",    "still_cells",
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_int_equal((int)value_of(&health, names[i]), i + 1);
    assert_true(value_of(&health, "rate_hz") == 13.5);
    assert_true(value_of(&health, "jitter_ms") == 14.25);
}

static void every_quantity_says_what_it_is_once(void **state)
{
    (void)state;
    size_t count;
    const struct health_quantity *table = health_table(&count);
    for (size_t i = 0; i < count; i++) {
        assert_true(*table[i].name && *table[i].unit && strlen(table[i].text) > 10);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(table[i].name, table[j].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_quantity_is_the_field_of_its_name),
        cmocka_unit_test(every_quantity_says_what_it_is_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
