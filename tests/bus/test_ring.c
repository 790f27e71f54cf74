/* The ring on disk: numbers, bounds, torn messages, one owner. */
#include "bus/ring.h"
#include "bus/ring_watch.h"
#include "support_bus.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define SLOTS   20
#define WATCHED 200000

static struct ring *ring_at(void **state, bool format)
{
    char path[160];
    snprintf(path, sizeof path, "%s/x.ring", (char *)*state);
    struct ring *ring;
    struct failure failure;
    assert_int_equal(ring_open(&ring, path, &failure), STATUS_OK);
    if (format)
        assert_int_equal(ring_format(ring, 64, SLOTS, "a note", &failure), STATUS_OK);
    return ring;
}

static void put(struct ring *ring, const char *text)
{
    memcpy(ring_begin(ring), text, strlen(text) + 1);
    ring_commit(ring, strlen(text) + 1);
}

static void put_many(struct ring *ring, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        char text[32];
        snprintf(text, sizeof text, "message %llu", (unsigned long long)ring_next(ring));
        put(ring, text);
    }
}

static void assert_kept(struct ring *ring, uint64_t number)
{
    char text[32];
    const uint8_t *bytes;
    size_t size;
    snprintf(text, sizeof text, "message %llu", (unsigned long long)number);
    assert_int_equal(ring_read(ring, number, &bytes, &size), 1);
    assert_int_equal(size, strlen(text) + 1);
    assert_string_equal((const char *)bytes, text);
}

static void the_newest_are_kept_and_the_oldest_go(void **state)
{
    struct ring *ring = ring_at(state, true);
    const uint8_t *bytes;
    size_t size;
    assert_int_equal(ring_read(ring, 0, &bytes, &size), 0);
    put_many(ring, 100);
    assert_int_equal(ring_next(ring), 100);
    assert_int_equal(ring_first(ring), 100 - (SLOTS - 1));
    for (uint64_t number = ring_first(ring); number < 100; number++)
        assert_kept(ring, number);
    assert_int_equal(ring_read(ring, 80, &bytes, &size), 0);
    assert_int_equal(ring_read(ring, 100, &bytes, &size), 0);
    ring_close(ring);
}

static void messages_and_numbers_outlive_the_process(void **state)
{
    pid_t child = fork();
    if (!child) {
        struct ring *ring = ring_at(state, true);
        put_many(ring, 33);
        ring_begin(ring)[0] = 'x'; /* killed in the middle of a message */
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    struct ring *ring = ring_at(state, false);
    assert_string_equal(ring_note(ring), "a note");
    assert_int_equal(ring_next(ring), 33);
    assert_true(ring_written_s(ring) > 1.5e9);
    for (uint64_t number = ring_first(ring); number < 33; number++)
        assert_kept(ring, number);
    assert_false(ring_ended(ring));
    ring_end(ring);
    ring_close(ring);
    ring = ring_at(state, false);
    assert_true(ring_ended(ring));
    ring_close(ring);
}

static void spoil(void **state, const char *text)
{
    char command[320];
    snprintf(command, sizeof command,
             "python3 - <<'END'\n"
             "p = '%s/x.ring'\n"
             "b = open(p, 'rb').read().replace(b'%s\\0', b'%.*s?\\0')\n"
             "open(p, 'r+b').write(b)\n"
             "END\n",
             (char *)*state, text, (int)strlen(text) - 1, text);
    assert_int_equal(system(command), 0);
}

static void a_torn_message_is_seen_and_a_torn_last_one_is_dropped(void **state)
{
    struct ring *ring = ring_at(state, true);
    put_many(ring, 12);
    ring_close(ring);
    spoil(state, "message 5");
    spoil(state, "message 11");
    ring = ring_at(state, false);
    const uint8_t *bytes;
    size_t size;
    assert_int_equal(ring_next(ring), 11);
    assert_int_equal(ring_read(ring, 5, &bytes, &size), STATUS_FORMAT);
    assert_kept(ring, 6);
    put_many(ring, 1);
    assert_kept(ring, 11);
    ring_close(ring);
}

static void a_second_owner_is_refused_and_told_who_has_it(void **state)
{
    struct ring *ring = ring_at(state, true);
    char path[160], pid[32];
    snprintf(path, sizeof path, "%s/x.ring", (char *)*state);
    snprintf(pid, sizeof pid, "process %d ", (int)getpid());
    struct ring *other;
    struct failure failure;
    assert_int_equal(ring_open(&other, path, &failure), STATUS_BUSY);
    assert_null(other);
    assert_non_null(strstr(failure.text, pid));
    ring_close(ring);
    assert_int_equal(ring_open(&other, path, &failure), STATUS_OK);
    ring_close(other);
}

static void a_file_that_is_no_ring_counts_as_empty(void **state)
{
    char path[160];
    snprintf(path, sizeof path, "%s/x.ring", (char *)*state);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    for (int i = 0; i < 9000; i++)
        fputc('x', file);
    fclose(file);
    struct ring *ring = ring_at(state, false);
    assert_string_equal(ring_note(ring), "");
    assert_int_equal(ring_next(ring), 0);
    assert_int_equal(ring_format(ring, 64, SLOTS, "", NULL), STATUS_OK);
    put_many(ring, 1);
    assert_kept(ring, 0);
    ring_close(ring);
}

static struct ring_watch *watch_at(void **state)
{
    char path[160];
    snprintf(path, sizeof path, "%s/x.ring", (char *)*state);
    return ring_watch_open(path);
}

/* @return whether it was whole */
static bool watched(struct ring_watch *watch, uint64_t number, char *text, size_t room)
{
    size_t size = ring_watch_size(watch, number);
    return size && size <= room && ring_watch_copy(watch, number, text, size);
}

static void who_reads_along_is_woken_and_reads_no_half_message(void **state)
{
    struct ring *ring = ring_at(state, true);
    pid_t child = fork();
    if (!child) {
        put_many(ring, WATCHED);
        ring_end(ring);
        _exit(0);
    }
    struct ring_watch *watch = watch_at(state);
    assert_non_null(watch);
    assert_string_equal(ring_watch_note(watch), "a note");
    uint64_t number = 0, whole = 0;
    while (number < WATCHED) {
        char text[64], expected[64];
        assert_true(ring_watch_wait(watch, number, PATIENCE_MS));
        if (watched(watch, number, text, sizeof text)) {
            snprintf(expected, sizeof expected, "message %llu", (unsigned long long)number);
            assert_string_equal(text, expected);
            whole++;
        }
        number = number < ring_watch_first(watch) ? ring_watch_first(watch) : number + 1;
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(whole >= SLOTS - 1);
    assert_true(ring_watch_ended(watch));
    ring_watch_close(watch);
    ring_close(ring);
}

static void a_ring_that_is_replaced_can_still_be_read(void **state)
{
    struct ring *ring = ring_at(state, true);
    char text[64];
    put_many(ring, 3);
    struct ring_watch *watch = watch_at(state);
    assert_false(ring_watch_replaced(watch));
    assert_int_equal(ring_format(ring, 128, SLOTS, "another", NULL), STATUS_OK);
    put_many(ring, 2);
    assert_true(ring_watch_replaced(watch));
    assert_int_equal(ring_watch_next(watch), 3);
    assert_true(watched(watch, 2, text, sizeof text));
    assert_string_equal(text, "message 2");
    ring_watch_close(watch);
    watch = watch_at(state);
    assert_string_equal(ring_watch_note(watch), "another");
    assert_int_equal(ring_watch_next(watch), 2);
    ring_watch_close(watch);
    ring_close(ring);
}

static void what_is_no_ring_is_not_read(void **state)
{
    char path[160];
    assert_null(watch_at(state));
    snprintf(path, sizeof path, "%s/x.ring", (char *)*state);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    for (int i = 0; i < 9000; i++)
        fputc('x', file);
    fclose(file);
    assert_null(watch_at(state));
}

#define RING_TEST(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RING_TEST(the_newest_are_kept_and_the_oldest_go),
        RING_TEST(messages_and_numbers_outlive_the_process),
        RING_TEST(a_torn_message_is_seen_and_a_torn_last_one_is_dropped),
        RING_TEST(a_second_owner_is_refused_and_told_who_has_it),
        RING_TEST(a_file_that_is_no_ring_counts_as_empty),
        RING_TEST(who_reads_along_is_woken_and_reads_no_half_message),
        RING_TEST(a_ring_that_is_replaced_can_still_be_read),
        RING_TEST(what_is_no_ring_is_not_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
