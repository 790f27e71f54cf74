/* Column tables and parameters: names, bounds and conversions. */
#include "mat/mat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void every_column_lies_inside_the_event(void **state)
{
    (void)state;
    for (int type = 0; type < EVENT_TYPE_COUNT; type++) {
        const struct event_kind *kind = event_kind((enum event_type)type);
        for (size_t i = 0; i < kind->column_count; i++) {
            const struct column *column = &kind->columns[i];
            assert_true(column->offset + column->size <= sizeof(struct event));
            assert_true(strlen(column->name) > 0 && strlen(column->unit) > 0);
            for (size_t j = 0; j < i; j++)
                assert_string_not_equal(column->name, kind->columns[j].name);
        }
    }
}

static void a_number_set_is_the_number_read(void **state)
{
    (void)state;
    const struct event_kind *kind = event_kind(EVENT_STROKE);
    struct event event = {.type = EVENT_STROKE};
    for (size_t i = 0; i < kind->column_count; i++)
        column_set_number(&event, &kind->columns[i], 1.0);
    assert_int_equal(event.stroke.id, 1);
    assert_true(event.stroke.slow);
    assert_true(event.stroke.travel_mm > 0.99 && event.stroke.travel_mm < 1.01);
    for (size_t i = 0; i < kind->column_count; i++)
        assert_true(column_number(&event, &kind->columns[i]) > 0.99);
}

static void the_id_of_an_event_is_its_column_id_and_a_summary_has_none(void **state)
{
    (void)state;
    for (int type = 0; type < EVENT_TYPE_COUNT; type++) {
        const struct event_kind *kind = event_kind((enum event_type)type);
        struct event event = {.type = (enum event_type)type};
        for (size_t i = 0; i < kind->column_count; i++)
            column_set_number(&event, &kind->columns[i],
                              strcmp(kind->columns[i].key, "id") == 0 ? 7 : 1);
        assert_int_equal(event_id(&event), type == EVENT_SUMMARY ? 0 : 7);
    }
}

static void a_parameter_out_of_range_is_refused_by_name(void **state)
{
    (void)state;
    struct parameters parameters;
    parameters_default(&parameters);
    struct failure failure = {0};
    assert_int_equal(parameters_set(&parameters, "slow_mm_s", "40", &failure), STATUS_OK);
    assert_true(parameters.slow_mm_s > 39.9 && parameters.slow_mm_s < 40.1);
    assert_int_equal(parameters_set(&parameters, "slow_mm_s", "-1", &failure), STATUS_ARGUMENT);
    assert_non_null(strstr(failure.text, "slow_mm_s"));
    assert_int_equal(parameters_set(&parameters, "slow_mm_s", "4x", &failure), STATUS_ARGUMENT);
    assert_int_equal(parameters_set(&parameters, "nonsense", "1", &failure), STATUS_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_column_lies_inside_the_event),
        cmocka_unit_test(a_number_set_is_the_number_read),
        cmocka_unit_test(the_id_of_an_event_is_its_column_id_and_a_summary_has_none),
        cmocka_unit_test(a_parameter_out_of_range_is_refused_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
