/* What is kept of the events of a session. */
#include "tools/analysis/findings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define MANY 100

static void a_hot_spot_published_again_replaces_its_older_state(void **state)
{
    (void)state;
    struct findings findings = {0};
    for (uint32_t strokes = 3; strokes <= 12; strokes++)
        for (uint32_t id = 1; id <= 2; id++) {
            struct event event = {.type = EVENT_SPOT,
                                  .spot = {.id = id, .strokes = strokes * id, .confidence = 0.9}};
            assert_int_equal(findings_take(&findings, &event), STATUS_OK);
        }
    const struct findings_list *spots = &findings.lists[EVENT_SPOT];
    assert_int_equal(spots->count, 2);
    assert_int_equal(spots->events[0].spot.strokes, 12);
    assert_int_equal(spots->events[1].spot.strokes, 24);
    findings_clear(&findings);
}

static void a_hot_spot_that_is_withdrawn_is_none(void **state)
{
    (void)state;
    struct findings findings = {0};
    struct event event = {.type = EVENT_SPOT, .spot = {.confidence = 0.9}};
    for (event.spot.id = 1; event.spot.id <= 3; event.spot.id++)
        assert_int_equal(findings_take(&findings, &event), STATUS_OK);
    event.spot.id = 2;
    event.spot.confidence = 0;
    assert_int_equal(findings_take(&findings, &event), STATUS_OK);
    const struct findings_list *spots = &findings.lists[EVENT_SPOT];
    assert_int_equal(spots->count, 2);
    assert_int_equal(spots->events[0].spot.id, 1);
    assert_int_equal(spots->events[1].spot.id, 3);
    event.spot.confidence = 0.9; /* said again, it stands where it stood */
    assert_int_equal(findings_take(&findings, &event), STATUS_OK);
    assert_int_equal(spots->count, 3);
    for (uint32_t i = 0; i < 3; i++)
        assert_int_equal(spots->events[i].spot.id, i + 1);
    findings_clear(&findings);
}

static void strokes_are_all_kept_in_their_order(void **state)
{
    (void)state;
    struct findings findings = {0};
    for (uint32_t id = 1; id <= MANY; id++) {
        struct event event = {.type = EVENT_STROKE, .stroke = {.id = id}};
        assert_int_equal(findings_take(&findings, &event), STATUS_OK);
    }
    assert_int_equal(findings.lists[EVENT_STROKE].count, MANY);
    for (uint32_t i = 0; i < MANY; i++)
        assert_int_equal(findings.lists[EVENT_STROKE].events[i].stroke.id, i + 1);
    findings_clear(&findings);
    assert_int_equal(findings.lists[EVENT_STROKE].count, 0);
}

static void the_last_summary_is_the_summary(void **state)
{
    (void)state;
    struct findings findings = {0};
    assert_null(findings_summary(&findings));
    for (uint32_t one_way = 4; one_way <= 5; one_way++) {
        struct event event = {.type = EVENT_SUMMARY, .summary = {.one_way = one_way}};
        assert_int_equal(findings_take(&findings, &event), STATUS_OK);
    }
    assert_int_equal(findings_summary(&findings)->one_way, 5);
    findings_clear(&findings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hot_spot_published_again_replaces_its_older_state),
        cmocka_unit_test(a_hot_spot_that_is_withdrawn_is_none),
        cmocka_unit_test(strokes_are_all_kept_in_their_order),
        cmocka_unit_test(the_last_summary_is_the_summary),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
