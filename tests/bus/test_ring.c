/* The ring on disk: numbers, bounds, torn messages, one owner. */
#include "bus/ring.h"
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

#define SLOTS 20

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

#define RING_TEST(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RING_TEST(the_newest_are_kept_and_the_oldest_go),
        RING_TEST(messages_and_numbers_outlive_the_process),
        RING_TEST(a_torn_message_is_seen_and_a_torn_last_one_is_dropped),
        RING_TEST(a_second_owner_is_refused_and_told_who_has_it),
        RING_TEST(a_file_that_is_no_ring_counts_as_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
