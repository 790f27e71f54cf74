/* What comes through the packets is what was simulated. */
#include "tools/simulate/simulate.h"
#include "tools/sources/source_sim.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct source *open_source(const char *text)
{
    struct address address;
    struct source *source;
    struct failure failure = {0};
    assert_int_equal(address_parse(&address, text, &failure), STATUS_OK);
    if (source_sim_open(&source, &address, &failure) < 0)
        fail_msg("%s: %s", text, failure.text);
    return source;
}

static int refusal(const char *text)
{
    struct address address;
    struct source *source;
    struct failure failure = {0};
    assert_int_equal(address_parse(&address, text, &failure), STATUS_OK);
    int status = source_sim_open(&source, &address, &failure);
    assert_true(status < 0 && strlen(failure.text) > 0);
    assert_null(source);
    return status;
}

static int next_of(struct source *source, struct frame *frame)
{
    struct failure failure = {0};
    int status;
    while ((status = source_read(source, frame, 1000, &failure)) == 0)
        ;
    return status;
}

/* The same cells, numbers and losses; times to the microsecond of rounding. */
static void the_packets_carry_the_simulation(void **state)
{
    (void)state;
    const struct simulation_options options = {.duration_s = 8};
    struct failure failure = {0};
    struct simulation *simulation = simulation_create("lossy-link", 5, &options, &failure);
    assert_non_null(simulation);
    struct source *source = open_source("sim:lossy-link?seed=5&speed=max&for=8");
    struct frame made, got;
    int64_t shift_us = 0;
    uint64_t count = 0;
    while (simulation_next(simulation, &made) == 1) {
        assert_int_equal(next_of(source, &got), 1);
        if (!count++)
            shift_us = got.time_us - made.time_us;
        assert_in_range(got.time_us - made.time_us - shift_us + 2, 0, 4);
        assert_int_equal(got.flags & FRAME_GAP_BEFORE, made.flags & FRAME_GAP_BEFORE);
        assert_memory_equal(got.cells, made.cells, (size_t)made.rows * made.cols * 2);
    }
    assert_true(count > 100);
    assert_int_equal(next_of(source, &got), STATUS_END);
    source_close(source);
    simulation_destroy(simulation);
}

static void the_mat_presents_itself(void **state)
{
    (void)state;
    struct source *source = open_source("sim:fine-mat?seed=2&speed=max&for=5");
    struct frame frame;
    assert_int_equal(next_of(source, &frame), 1);
    const struct mat_info *info = source_info(source);
    assert_non_null(info);
    assert_int_equal(info->geometry.rows, frame.rows);
    assert_true(info->geometry.pitch_x_mm > 4.99 && info->geometry.pitch_x_mm < 5.01);
    assert_non_null(strstr(info->device, "simulated"));
    source_close(source);
}

/* Some send fewer bits, or no numbers: but each gives frames of the mat's shape. */
static void every_protocol_carries_a_simulated_session(void **state)
{
    (void)state;
    size_t protocols;
    const struct protocol *const *table = protocol_table(&protocols);
    for (size_t i = 0; i < protocols; i++) {
        bool needs_description = !strcmp(table[i]->name, "described");
        if (!table[i]->encode || needs_description)
            continue;
        char text[128];
        snprintf(text, sizeof text, "sim:coarse-mat?seed=4&speed=max&for=5&protocol=%s",
                 table[i]->name);
        struct source *source = open_source(text);
        struct frame frame;
        unsigned count = 0;
        while (next_of(source, &frame) == 1) {
            assert_true(frame.rows >= 16 && frame.cols >= 16);
            count++;
        }
        if (count < 100)
            fail_msg("%s: %u frames", table[i]->name, count);
        source_close(source);
    }
}

static void what_cannot_be_simulated_is_refused(void **state)
{
    (void)state;
    assert_int_equal(refusal("sim:no-such-thing"), STATUS_NOT_FOUND);
    assert_int_equal(refusal("sim:random?seed=x"), STATUS_ARGUMENT);
    assert_int_equal(refusal("sim:random?colour=red"), STATUS_ARGUMENT);
    assert_int_equal(refusal("sim:random?protocol=no-such-protocol"), STATUS_NOT_FOUND);
    assert_int_equal(refusal("sim:random?for=1"), STATUS_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_packets_carry_the_simulation),
        cmocka_unit_test(the_mat_presents_itself),
        cmocka_unit_test(every_protocol_carries_a_simulated_session),
        cmocka_unit_test(what_cannot_be_simulated_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
