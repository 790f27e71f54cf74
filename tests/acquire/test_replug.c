/* A cable that is pulled and plugged in again while the mat sends as fast as it can, 20 times, or
 * as often as ROLLSCOPE_REPLUGS says. */
#include "support_line.h"
#include "support_mat.h"

#include <dirent.h>
#include <limits.h>
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { ROUNDS = 20, SETTLED = 3, FRAMES = 40, WITHIN_MS = 2000, WAIT_MS = 10000 };

/* Of the address sanitizer, where it is linked: its allocator tells mallinfo2() nothing. */
size_t __sanitizer_get_current_allocated_bytes(void) __attribute__((weak));

static size_t memory_taken(void)
{
    return __sanitizer_get_current_allocated_bytes ? __sanitizer_get_current_allocated_bytes()
                                                   : mallinfo2().uordblks;
}

static unsigned descriptors_open(void)
{
    unsigned count = 0;
    DIR *folder = opendir("/proc/self/fd");
    while (readdir(folder))
        count++;
    closedir(folder);
    return count;
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* A cable, and its name: a link that leads to another pseudo-terminal after each replug. */
struct cable {
    struct line line;
    struct line spare; /* open while the name must be another one than before */
    char link_path[64], before[64];
    struct fake_mat mat;
};

static void cable_plug(struct cable *cable, bool renamed)
{
    if (renamed)
        line_open(&cable->spare);
    line_open(&cable->line);
    if (renamed) {
        close(cable->spare.master);
        assert_string_not_equal(cable->line.path, cable->before);
    }
    unlink(cable->link_path);
    assert_int_equal(symlink(cable->line.path, cable->link_path), 0);
    fake_mat_start(&cable->mat, cable->line.master, "rollscope&rows=8&cols=8", UINT_MAX);
}

static void cable_pull(struct cable *cable)
{
    fake_mat_stop(&cable->mat);
    memcpy(cable->before, cable->line.path, sizeof cable->before);
    close(cable->line.master);
}

/* The first frame after a plug: within two seconds, and its gap is named. */
static struct frame first_frame(struct source *source, bool replugged)
{
    struct frame frame = {0};
    struct failure failure = {0};
    int64_t begin_ms = now_ms();
    int status = 0;
    while (status != 1 && now_ms() - begin_ms < WAIT_MS)
        status = source_read(source, &frame, WITHIN_MS / 4, &failure);
    if (status != 1)
        fail_msg("no frame: %s", failure.text);
    assert_in_range(now_ms() - begin_ms, 0, WITHIN_MS);
    assert_int_equal(!!(frame.flags & FRAME_GAP_BEFORE), replugged);
    return frame;
}

/* Frames in order, until the cable is pulled in the middle of them. */
static struct frame frames_until_pulled(struct source *source, struct cable *cable,
                                        const struct frame *first)
{
    struct frame last = *first, frame;
    struct failure failure = {0};
    int status = 1;
    for (unsigned n = 0; status == 1 || status == 0; n++) {
        if (n == FRAMES)
            cable_pull(cable);
        status = source_read(source, &frame, WAIT_MS, &failure);
        if (status != 1)
            continue;
        assert_int_equal(frame.number, last.number + 1);
        assert_int_equal(frame.sequence, last.sequence + 1);
        assert_true(frame.time_us > last.time_us);
        assert_false(frame.flags & FRAME_GAP_BEFORE);
        last = frame;
    }
    assert_int_equal(status, STATUS_LOST);
    return last;
}

static void a_cable_pulled_again_and_again_costs_gaps_and_nothing_else(void **state)
{
    (void)state;
    const char *text = getenv("ROLLSCOPE_REPLUGS");
    unsigned rounds = text ? (unsigned)atoi(text) : ROUNDS, descriptors = 0;
    size_t memory = 0;
    static struct cable cable;
    snprintf(cable.link_path, sizeof cable.link_path, "/tmp/rollscope-cable-%d", (int)getpid());
    cable_plug(&cable, false);
    struct source *source = source_of("pty:%s?protocol=rollscope", cable.link_path);
    struct frame last = {0};
    for (unsigned round = 0; round <= rounds; round++) {
        struct frame first = first_frame(source, round > 0);
        if (round > 0) {
            assert_int_equal(first.number, last.number + 1);
            assert_true(first.sequence > last.sequence + 1 && first.time_us > last.time_us);
        }
        last = frames_until_pulled(source, &cable, &first);
        if (round == SETTLED) {
            descriptors = descriptors_open();
            memory = memory_taken();
        }
        if (round > SETTLED) {
            assert_int_equal(descriptors_open(), descriptors);
            assert_int_equal(memory_taken(), memory);
        }
        cable_plug(&cable, round % 2);
    }
    struct source_health health;
    source_health(source, &health);
    assert_int_equal(health.disconnects, rounds + 1);
    source_close(source);
    cable_pull(&cable);
    unlink(cable.link_path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cable_pulled_again_and_again_costs_gaps_and_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
