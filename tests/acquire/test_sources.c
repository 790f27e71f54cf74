/* Emulated mats on pseudo-terminals and TCP: handshakes, polling, restarts, cables pulled. */
#include "support_line.h"
#include "support_mat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum { FRAMES = 300, WAIT_MS = 5000 };

static struct frame frame_next(struct source *source)
{
    struct frame frame = {0};
    struct failure failure = {0};
    int status = source_read(source, &frame, WAIT_MS, &failure);
    if (status != 1)
        fail_msg("no frame: %d %s", status, failure.text);
    return frame;
}

/* A mat, and what its host is told about it. */
struct pairing {
    const char *mat, *host;
};

static const struct pairing pairings[] = {
    {"rollscope&rows=8&cols=8", ""},
    {"sensingtex&rows=8&cols=8&variant=v4", "rows=8&cols=8"},
    {"sensingtex&rows=8&cols=8&variant=v5", "rows=8&cols=8"},
    {"sensingtex&rows=8&cols=8&variant=fitness", "rows=8&cols=8"},
    {"sensitronics&rows=8&cols=8&variant=short", "rows=8&cols=8"},
    {"sensitronics&rows=8&cols=8&variant=named", "rows=8&cols=8"},
    {"sensitronics&rows=8&cols=8&variant=runs", "rows=8&cols=8"},
    {"sensingtex-matrix&rows=8&cols=8&variant=seat", "rows=8&cols=8"},
    {"jq&rows=8&cols=8&variant=large", "rows=8&cols=8"},
    {"jq&rows=8&cols=8&variant=bed", "rows=8&cols=8&protocol=jq&variant=bed"},
    {"flexitac&rows=8&cols=8&variant=binary", "rows=8&cols=8"},
    {"flexitac&rows=8&cols=8&variant=ascii", "rows=8&cols=8&protocol=flexitac&variant=ascii"},
    {"wiresens&rows=8&cols=8", "rows=8&cols=8"},
    {"sensel&rows=8&cols=8", ""},
    {"described&rows=8&cols=8&tail=fffefeff&cell=u16le",
     "rows=8&cols=8&protocol=described&tail=fffefeff&cell=u16le"},
    {"text&rows=8&cols=8&variant=frames", "rows=8&cols=8"},
};

static void every_mat_is_recognised_started_and_read_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof pairings / sizeof pairings[0]; i++) {
        const struct pairing *pairing = &pairings[i];
        struct line line;
        struct fake_mat mat;
        line_open(&line);
        fake_mat_start(&mat, line.master, pairing->mat, FRAMES);
        struct source *source =
            source_of("pty:%s%s%s", line.path, *pairing->host ? "?" : "", pairing->host);
        unsigned first = 0;
        for (unsigned n = 0; n + 1 + first < FRAMES; n++) {
            struct frame frame = frame_next(source);
            if (n == 0) /* some begin with the second frame */
                first = scan_number(frame.cells);
            assert_in_range(first, 0, 1);
            assert_int_equal(scan_number(frame.cells), n + first);
            assert_int_equal(frame.number, n);
        }
        const char *protocol = source_info(source)->protocol;
        assert_memory_equal(protocol, pairing->mat, strlen(protocol));
        assert_int_equal(source_info(source)->geometry.rows, 8);
        source_close(source);
        fake_mat_stop(&mat);
        close(line.master);
    }
}

static void a_mat_that_restarts_is_started_again_and_the_gap_is_named(void **state)
{
    (void)state;
    struct line line;
    struct fake_mat mat;
    line_open(&line);
    fake_mat_start(&mat, line.master, "rollscope&rows=8&cols=8", 100);
    struct source *source = source_of("pty:%s?protocol=rollscope", line.path);
    struct frame last = {0};
    for (unsigned n = 0; n < 100; n++)
        last = frame_next(source);
    assert_int_equal(scan_number(last.cells), 99);
    assert_int_equal(last.sequence, 99);
    atomic_store(&mat.restart, true);
    atomic_store(&mat.limit, 200);
    struct frame next = frame_next(source);
    assert_int_equal(scan_number(next.cells), 100);
    assert_true(next.flags & FRAME_GAP_BEFORE);
    assert_true(next.flags & FRAME_RESYNCHRONISED);
    assert_true(next.time_us > last.time_us && next.sequence > last.sequence + 1);
    next = frame_next(source);
    assert_false(next.flags & FRAME_GAP_BEFORE);
    struct source_health health;
    source_health(source, &health);
    assert_int_equal(health.restarts, 1);
    source_close(source);
    fake_mat_stop(&mat);
    close(line.master);
}

static void frames_sent_twice_are_given_once(void **state)
{
    (void)state;
    struct line line;
    struct fake_mat mat;
    line_open(&line);
    fake_mat_start(&mat, line.master, "rollscope&rows=8&cols=8", 0);
    atomic_store(&mat.twice, true);
    atomic_store(&mat.limit, 50);
    struct source *source = source_of("pty:%s?protocol=rollscope", line.path);
    for (unsigned n = 0; n < 50; n++)
        assert_int_equal(scan_number(frame_next(source).cells), n);
    struct frame frame;
    assert_int_equal(source_read(source, &frame, 50, NULL), 0);
    struct source_health health;
    source_health(source, &health);
    assert_int_equal(health.duplicates, 50);
    assert_int_equal(health.lost, 0);
    source_close(source);
    fake_mat_stop(&mat);
    close(line.master);
}

static void a_network_board_that_hangs_up_is_called_again(void **state)
{
    (void)state;
    int port, listener = loopback_listen(&port);
    struct source *source = source_of("tcp://127.0.0.1:%d?protocol=rollscope", port);
    for (unsigned round = 0; round < 3; round++) {
        int peer = -1;
        struct frame frame;
        struct failure failure;
        if (round > 0)
            assert_int_equal(source_read(source, &frame, 300, &failure), 0);
        peer = accept(listener, NULL, NULL);
        assert_true(peer >= 0);
        struct fake_mat mat;
        fake_mat_start(&mat, peer, "rollscope&rows=8&cols=8", 30);
        for (unsigned n = 0; n < 30; n++)
            assert_int_equal(scan_number(frame_next(source).cells), n);
        fake_mat_stop(&mat);
        close(peer);
        assert_int_equal(source_read(source, &frame, WAIT_MS, &failure), STATUS_LOST);
    }
    source_close(source);
    close(listener);
}

static void two_mats_at_once_do_not_disturb_each_other(void **state)
{
    (void)state;
    static const char *const mats[2] = {"rollscope&rows=8&cols=8",
                                        "sensingtex&rows=6&cols=7&variant=v5"};
    static const char *const hosts[2] = {"protocol=rollscope", "protocol=sensingtex&rows=6&cols=7"};
    static struct fake_mat fakes[2];
    struct line lines[2];
    struct source *sources[2];
    unsigned given[2] = {0};
    for (int i = 0; i < 2; i++) {
        line_open(&lines[i]);
        fake_mat_start(&fakes[i], lines[i].master, mats[i], FRAMES);
        sources[i] = source_of("pty:%s?%s", lines[i].path, hosts[i]);
    }
    while (given[0] < FRAMES - 1 || given[1] < FRAMES - 1)
        for (int i = 0; i < 2; i++) {
            if (given[i] == FRAMES - 1)
                continue;
            struct frame frame = frame_next(sources[i]);
            assert_int_equal(scan_number(frame.cells), given[i]);
            assert_int_equal(frame.number, given[i]++);
            assert_false(frame.flags & FRAME_GAP_BEFORE);
        }
    for (int i = 0; i < 2; i++) {
        struct source_health health;
        source_health(sources[i], &health);
        assert_int_equal(health.lost + health.duplicates + health.restarts, 0);
        assert_int_equal(health.decoder.skipped_bytes, 0);
        source_close(sources[i]);
        fake_mat_stop(&fakes[i]);
        close(lines[i].master);
    }
}

/* It says 100 Hz, and sends as fast as the line takes it, with a clock that says so. */
static void a_mat_at_ten_times_its_rate_is_read_whole(void **state)
{
    (void)state;
    enum { MANY = 3000 };
    struct line line;
    static struct fake_mat mat;
    line_open(&line);
    fake_mat_start(&mat, line.master, "rollscope&rows=8&cols=8&rate_hz=100", MANY);
    struct source *source = source_of("pty:%s?protocol=rollscope&rate_hz=100", line.path);
    int64_t last_us = 0;
    for (unsigned n = 0; n < MANY; n++) {
        struct frame frame = frame_next(source);
        assert_int_equal(scan_number(frame.cells), n);
        assert_true(frame.time_us > last_us);
        assert_false(frame.flags & FRAME_GAP_BEFORE);
        last_us = frame.time_us;
    }
    struct source_health health;
    source_health(source, &health);
    assert_int_equal(health.lost, 0);
    assert_true(health.rate_hz > 1000);
    source_close(source);
    fake_mat_stop(&mat);
    close(line.master);
}

static void noise_on_a_line_is_said_with_its_first_bytes(void **state)
{
    (void)state;
    struct line line;
    line_open(&line);
    uint8_t noise[2000];
    for (size_t i = 0; i < sizeof noise; i++)
        noise[i] = (uint8_t)(0x80 | i * 37);
    size_t ends[] = {sizeof noise};
    struct pieces pieces = {.bytes = noise, .size = sizeof noise, .count = 1, .ends = ends};
    line_feed(&line, &pieces);
    struct address address;
    struct failure failure;
    struct source *source;
    char text[128];
    snprintf(text, sizeof text, "pty:%s", line.path);
    assert_int_equal(address_parse(&address, text, NULL), STATUS_OK);
    assert_int_equal(source_open(&source, &address, &failure), STATUS_FORMAT);
    assert_non_null(strstr(failure.text, "nothing decodes"));
    assert_non_null(strstr(failure.text, "80 a5 ca ef"));
    line_close(&line);
}

static void on_bytes(void *context, int64_t arrival_us, const uint8_t *bytes, size_t size)
{
    assert_int_equal(capture_push(context, arrival_us, bytes, size, NULL), STATUS_OK);
}

static void what_a_tap_captures_plays_back_as_the_same_frames(void **state)
{
    (void)state;
    char path[] = "/tmp/rollscope-capture-XXXXXX";
    assert_true(mkdtemp(path) != NULL);
    char file[64];
    snprintf(file, sizeof file, "%s/capture.dat", path);
    struct line line;
    struct fake_mat mat;
    line_open(&line);
    fake_mat_start(&mat, line.master, "rollscope&rows=8&cols=8", FRAMES);
    struct capture_writer *writer, *second;
    assert_int_equal(capture_create(&writer, file, NULL), STATUS_OK);
    assert_int_equal(capture_create(&second, file, NULL), STATUS_SYSTEM); /* not overwritten */
    const struct source_tap tap = {writer, on_bytes};
    char text[128];
    struct address address;
    struct source *source;
    snprintf(text, sizeof text, "pty:%s", line.path);
    assert_int_equal(address_parse(&address, text, NULL), STATUS_OK);
    assert_int_equal(source_open_tapped(&source, &address, &tap, NULL), STATUS_OK);
    for (unsigned n = 0; n < FRAMES; n++)
        assert_int_equal(scan_number(frame_next(source).cells), n);
    source_close(source);
    fake_mat_stop(&mat);
    close(line.master);
    assert_int_equal(capture_finish(writer, NULL), STATUS_OK);
    source = source_of("file:%s?speed=max", file);
    for (unsigned n = 0; n < FRAMES; n++)
        assert_int_equal(scan_number(frame_next(source).cells), n);
    struct frame frame;
    assert_int_equal(source_read(source, &frame, 100, NULL), STATUS_END);
    source_close(source);
    unlink(file);
    rmdir(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_mat_is_recognised_started_and_read_whole),
        cmocka_unit_test(a_mat_that_restarts_is_started_again_and_the_gap_is_named),
        cmocka_unit_test(frames_sent_twice_are_given_once),
        cmocka_unit_test(two_mats_at_once_do_not_disturb_each_other),
        cmocka_unit_test(a_mat_at_ten_times_its_rate_is_read_whole),
        cmocka_unit_test(a_network_board_that_hangs_up_is_called_again),
        cmocka_unit_test(what_a_tap_captures_plays_back_as_the_same_frames),
        cmocka_unit_test(noise_on_a_line_is_said_with_its_first_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
