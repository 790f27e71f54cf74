/* Every protocol over a pseudo-terminal, from its emulator, in chunks of random size, one byte in a
 * hundred damaged: every undamaged frame arrives, once and in order, and the counters add up to
 * what was sent. */
#include "support_line.h"
#include "support_mat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { WAIT_MS = 5000, QUIET_MS = 200, SPOILT = FAKE_MAT_SCANS };

/* A mat as it is, and what its host is told. A polled mat that is not understood waits to be asked
 * again: fewer scans, and smaller. */
struct way {
    const char *mat, *host;
    unsigned scans;
    bool leaning; /* the end of the packet before is needed too */
};

static const struct way ways[] = {
    {"rollscope&rows=6&cols=7", "protocol=rollscope", 300, false},
    {"rollscope&rows=6&cols=7&bits=8", "protocol=rollscope", 300, false},
    {"rollscope&rows=6&cols=7&bits=16", "protocol=rollscope", 300, false},
    {"sensingtex&rows=6&cols=7&variant=v4", "protocol=sensingtex&rows=6&cols=7", 300, false},
    {"sensingtex&rows=2&cols=3&variant=v5", "protocol=sensingtex&rows=2&cols=3", 16, false},
    {"sensingtex&rows=2&cols=3&variant=fitness",
     "protocol=sensingtex&rows=2&cols=3&variant=fitness", 16, false},
    {"sensitronics&rows=6&cols=7&variant=short", "protocol=sensitronics&rows=6&cols=7", 300, false},
    {"sensitronics&rows=6&cols=7&variant=named", "protocol=sensitronics&rows=6&cols=7", 300, false},
    {"sensitronics&rows=6&cols=7&variant=runs", "protocol=sensitronics&rows=6&cols=7", 300, false},
    {"sensingtex-matrix&rows=2&cols=3&variant=seat",
     "protocol=sensingtex-matrix&rows=2&cols=3&variant=seat", 16, false},
    {"sensingtex-matrix&rows=2&cols=3&variant=kit",
     "protocol=sensingtex-matrix&rows=2&cols=3&variant=kit", 16, false},
    {"jq&rows=6&cols=7&variant=small", "protocol=jq&rows=6&cols=7&variant=small", 300, false},
    {"jq&rows=6&cols=7&variant=large", "protocol=jq&rows=6&cols=7&variant=large", 300, false},
    {"jq&rows=6&cols=7&variant=bed", "protocol=jq&rows=6&cols=7&variant=bed", 300, false},
    {"flexitac&rows=6&cols=7&variant=binary", "protocol=flexitac&rows=6&cols=7&variant=binary", 300,
     false},
    {"flexitac&rows=4&cols=3&variant=ascii", "protocol=flexitac&rows=4&cols=3&variant=ascii", 300,
     true},
    {"sensel&rows=2&cols=3", "protocol=sensel", 16, false},
    {"wiresens&rows=6&cols=7", "protocol=wiresens&rows=6&cols=7", 300, false},
    {"described&rows=6&cols=7&head=a5&before=2&tail=5a&cell=u16le",
     "protocol=described&rows=6&cols=7&head=a5&before=2&tail=5a&cell=u16le", 300, false},
    {"described&rows=6&cols=7&tail=fffefeff", "protocol=described&rows=6&cols=7&tail=fffefeff", 300,
     false},
    {"text&rows=4&cols=3&variant=frames", "protocol=text&rows=4&cols=3", 300, true},
    {"text&rows=4&cols=3&variant=rows", "protocol=text&rows=4&cols=3", 300, true},
};

/* What arrived: the number that each scan's cells show. */
struct arrived {
    unsigned numbers[4 * FAKE_MAT_SCANS];
    size_t count;
};

/* The number of the scan that the frame shows; SPOILT: not as it was made. */
static unsigned whole_number(const struct frame *frame)
{
    uint16_t made[64];
    size_t count = (size_t)frame->rows * frame->cols;
    unsigned number = frame->cells[0] && frame->cells[1] ? scan_number(frame->cells) : SPOILT;
    if (number >= FAKE_MAT_SCANS)
        return SPOILT;
    scan_make(number, made, count);
    return memcmp(made, frame->cells, count * sizeof *made) ? SPOILT : number;
}

static bool frame_take(struct source *source, struct arrived *arrived, int timeout_ms)
{
    struct frame frame;
    struct failure failure = {0};
    int status = source_read(source, &frame, timeout_ms, &failure);
    if (status < 0)
        fail_msg("%s", failure.text);
    if (status == 1) {
        assert_true(arrived->count < sizeof arrived->numbers / sizeof arrived->numbers[0]);
        arrived->numbers[arrived->count++] = whole_number(&frame);
    }
    return status == 1;
}

static void undamaged_compare(const struct way *way, const struct fake_mat *mat,
                              const struct arrived *arrived)
{
    size_t at = 0, undamaged = 0;
    for (unsigned n = 1; n + 2 < way->scans; n++) {
        if (mat->damaged[n] || (way->leaning && mat->cut_short[n - 1]))
            continue;
        undamaged++;
        while (at < arrived->count && arrived->numbers[at] != n)
            at++;
        if (at++ == arrived->count)
            fail_msg("%s: scan %u is missing", way->mat, n);
        for (size_t i = at; i < arrived->count; i++)
            if (arrived->numbers[i] == n)
                fail_msg("%s: scan %u came twice", way->mat, n);
    }
    assert_true(undamaged > way->scans / 8);
}

/* One mat from its first frame, undamaged, to its last. */
static void way_try(const struct way *way)
{
    static struct fake_mat mat;
    static struct arrived arrived;
    struct line line;
    arrived.count = 0;
    line_open(&line);
    fake_mat_start(&mat, line.master, way->mat, 4);
    struct source *source = source_of("pty:%s?%s", line.path, way->host);
    while (arrived.count < 2)
        assert_true(frame_take(source, &arrived, WAIT_MS));
    mat.seed = 7;
    atomic_store(&mat.noisy, true);
    atomic_store(&mat.limit, way->scans);
    bool more = true;
    while (more) {
        bool all = atomic_load(&mat.scans) == way->scans;
        more = frame_take(source, &arrived, all ? 4 * QUIET_MS : QUIET_MS) || !all;
    }
    fake_mat_stop(&mat);
    while (frame_take(source, &arrived, QUIET_MS))
        ;
    struct source_health health;
    source_health(source, &health);
    const struct decoder_counters *seen = &health.decoder;
    assert_int_equal(seen->bytes, atomic_load(&mat.sent));
    assert_int_equal(seen->bytes, seen->packet_bytes + seen->skipped_bytes + seen->waiting_bytes);
    assert_int_equal(health.frames, arrived.count);
    assert_int_equal(seen->frames, health.frames + health.duplicates);
    undamaged_compare(way, &mat, &arrived);
    source_close(source);
    close(line.master);
}

static void every_undamaged_frame_of_every_mat_arrives_once_and_in_order(void **state)
{
    (void)state;
    for (size_t w = 0; w < sizeof ways / sizeof ways[0]; w++)
        way_try(&ways[w]);
}

/* A mat that numbers its frames: what is missing is exactly what was damaged. */
static void the_losses_of_a_mat_with_numbers_are_the_damaged_frames(void **state)
{
    (void)state;
    static struct fake_mat mat;
    static struct arrived arrived;
    struct line line;
    arrived.count = 0;
    line_open(&line);
    fake_mat_start(&mat, line.master, "rollscope&rows=6&cols=7", 4);
    struct source *source = source_of("pty:%s?protocol=rollscope", line.path);
    while (arrived.count < 4)
        assert_true(frame_take(source, &arrived, WAIT_MS));
    mat.seed = 3;
    atomic_store(&mat.noisy, true);
    atomic_store(&mat.limit, 500);
    while (atomic_load(&mat.scans) < 500 || arrived.numbers[arrived.count - 1] != 499) {
        frame_take(source, &arrived, QUIET_MS);
        if (atomic_load(&mat.scans) == 500 && mat.damaged[499])
            atomic_store(&mat.noisy, false);
        if (atomic_load(&mat.scans) >= 500 && mat.damaged[499])
            break;
    }
    while (frame_take(source, &arrived, QUIET_MS))
        ;
    unsigned damaged = 0, ends = 0, last = arrived.numbers[arrived.count - 1];
    for (unsigned n = 0; n <= last; n++) {
        damaged += mat.damaged[n];
        ends += mat.cut_short[n];
    }
    struct source_health health;
    source_health(source, &health);
    /* One whose last byte alone is damaged, the mark behind it, may be saved. */
    assert_in_range(health.lost, damaged - ends, damaged);
    assert_int_equal(arrived.count + health.lost, last + 1);
    assert_true(damaged > 100);
    fake_mat_stop(&mat);
    source_close(source);
    close(line.master);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_undamaged_frame_of_every_mat_arrives_once_and_in_order),
        cmocka_unit_test(the_losses_of_a_mat_with_numbers_are_the_damaged_frames),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
