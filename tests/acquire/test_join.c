/* Two mats as one, from captures whose frames are known. */
#include "support_line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { FRAMES = 50 };

static char folder[] = "/tmp/rollscope-join-XXXXXX";

/* A capture of a 2 x 2 mat (head A5, tail 5A): frame n at offset_ms + 20 n holds `first` + n in its
 * first cell. */
static void capture_make(const char *name, int offset_ms, unsigned first, unsigned frames)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    struct capture_writer *writer;
    unlink(path);
    assert_int_equal(capture_create(&writer, path, NULL), STATUS_OK);
    /* The times of a capture count from its first read: a byte of noise gives the offset. */
    assert_int_equal(capture_push(writer, 0, (const uint8_t *)"x", 1, NULL), STATUS_OK);
    for (unsigned n = 0; n < frames; n++) {
        const uint8_t packet[] = {0xa5, (uint8_t)(first + n), 2, 3, 4, 0x5a};
        assert_int_equal(
            capture_push(writer, (offset_ms + 20 * (int64_t)n) * 1000, packet, sizeof packet, NULL),
            STATUS_OK);
    }
    assert_int_equal(capture_finish(writer, NULL), STATUS_OK);
}

static struct source *join_of(const char *layout)
{
    return source_of("join:file:%s/a|file:%s/b?layout=%s&speed=max&protocol=described&rows=2&cols=2"
                     "&head=a5&tail=5a&rate_hz=50",
                     folder, folder, layout);
}

static void frames_of_the_same_time_stand_side_by_side(void **state)
{
    (void)state;
    capture_make("a", 100, 0, FRAMES);
    capture_make("b", 103, 100, FRAMES);
    struct source *source = join_of("x");
    for (unsigned n = 0; n < FRAMES; n++) {
        struct frame frame;
        assert_int_equal(source_read(source, &frame, 1000, NULL), 1);
        assert_int_equal(frame.rows, 2);
        assert_int_equal(frame.cols, 4);
        const uint16_t cells[8] = {(uint16_t)n, 2, (uint16_t)(100 + n), 2, 3, 4, 3, 4};
        assert_memory_equal(frame.cells, cells, sizeof cells);
        assert_int_equal(frame.number, n);
    }
    assert_int_equal(source_info(source)->geometry.cols, 4);
    struct frame frame;
    assert_int_equal(source_read(source, &frame, 1000, NULL), STATUS_END);
    source_close(source);
}

static void one_below_the_other_and_an_end_that_comes_early(void **state)
{
    (void)state;
    capture_make("a", 100, 0, FRAMES);
    capture_make("b", 100, 100, FRAMES / 2);
    struct source *source = join_of("y");
    for (unsigned n = 0; n < FRAMES; n++) {
        struct frame frame;
        assert_int_equal(source_read(source, &frame, 1000, NULL), 1);
        assert_int_equal(frame.rows, 4);
        unsigned other = 100 + (n < FRAMES / 2 ? n : FRAMES / 2 - 1);
        const uint16_t cells[8] = {(uint16_t)n, 2, 3, 4, (uint16_t)other, 2, 3, 4};
        assert_memory_equal(frame.cells, cells, sizeof cells);
        assert_int_equal(!!(frame.flags & FRAME_INTERPOLATED), n >= FRAMES / 2);
    }
    source_close(source);
}

static void a_join_that_cannot_be_is_refused(void **state)
{
    (void)state;
    static const char *const bad[][2] = {
        {"join:file:/nowhere/a", "two addresses"},
        {"join:file:/nowhere/a|file:/nowhere/b", "/nowhere/a"},
        {"join:file:/nowhere/a|file:/nowhere/b?layout=z", "layout=z"},
        {"join:a|b", "'a'"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct address address;
        struct source *source;
        struct failure failure = {0};
        assert_int_equal(address_parse(&address, bad[i][0], &failure), STATUS_OK);
        assert_true(source_open(&source, &address, &failure) < 0);
        if (!strstr(failure.text, bad[i][1]))
            fail_msg("%s: %s", bad[i][0], failure.text);
    }
}

static int folder_make(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int folder_remove(void **state)
{
    (void)state;
    char path[128];
    snprintf(path, sizeof path, "%s/a", folder);
    unlink(path);
    snprintf(path, sizeof path, "%s/b", folder);
    unlink(path);
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_of_the_same_time_stand_side_by_side),
        cmocka_unit_test(one_below_the_other_and_an_end_that_comes_early),
        cmocka_unit_test(a_join_that_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
