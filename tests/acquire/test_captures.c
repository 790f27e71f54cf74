/* Public recordings of real mats, replayed through a pseudo-terminal byte for byte. The counts are
 * those of the recordings' own lines; the cells were read off the hexadecimal bytes by hand. */
#include "support_line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct capture {
    const char *file, *protocol;
    size_t width; /* of a `.ws` file's samples, bytes */
    uint64_t frames;
};

static const struct capture captures[] = {
    {"prototype_v6_balance.v6.serial.dat", "sensitronics&rows=16&cols=16", 0, 561},
    {"prototype_v6_static.v6.serial.dat", "sensitronics&rows=16&cols=16", 0, 253},
    {"prototype_v6_steps.v6.serial.dat", "sensitronics&rows=16&cols=16", 0, 514},
    {"prototype_v6_zero.v6.serial.dat", "sensitronics&rows=16&cols=16", 0, 341},
    {"sensitronics_finger-circle.dat", "sensitronics&rows=16&cols=16", 0, 497},
    {"sensitronics_static.dat", "sensitronics&rows=16&cols=16", 0, 108},
    {"sensitronics_zero.dat", "sensitronics&rows=16&cols=16", 0, 141},
    {"v6_zero.v6.serial.dat", "sensitronics", 0, 142},
    {"v5_zero.v5.serial.dat", "sensingtex", 0, 338},
    {"v5_static.v5.serial.dat", "sensingtex", 0, 797},
    {"v4_balance.v4.ws.dat", "sensingtex", 3, 1513},
    {"v4_static.v4.ws.dat", "sensingtex", 3, 657},
    {"v4_steps.v4.ws.dat", "sensingtex", 3, 698},
    {"v4_zero.v4.ws.dat", "sensingtex", 3, 831},
    {"v5_balance.v5.ws.dat", "sensingtex", 4, 842},
    {"v5_static.v5.ws.dat", "sensingtex", 4, 492},
    {"v5_steps.v5.ws.dat", "sensingtex", 4, 780},
    {"v5_zero.v5.ws.dat", "sensingtex", 4, 139},
};

/* A few frames of the recordings above: position (x, y) and value of every active cell. */
struct golden {
    const char *file;
    uint64_t frame;
    size_t count;
    struct {
        unsigned x, y, value;
    } cells[16];
};

static const struct golden goldens[] = {
    /* ff 00 18 00 | 12 07 2e 01 | 15 07 14 01 | 13 0c 15 01 | 14 0d 13 01 | 0e 11 fd 00 |
       0a 17 c1 0f */
    {"v6_zero.v6.serial.dat",
     0,
     6,
     {{18, 7, 302}, {21, 7, 276}, {19, 12, 277}, {20, 13, 275}, {14, 17, 253}, {10, 23, 4033}}},
    /* ff 00 34 00 | 05 06 0c 01 | 06 06 64 01 | 0d 06 6c 00 | 0e 06 17 00 | 05 07 8a 01 |
       06 07 18 03 | 0c 07 11 00 | 0d 07 c0 03 | 0e 07 a4 02 | 05 08 0e 00 | 06 08 11 00 |
       0d 08 8a 00 | 0e 08 79 00 */
    {"prototype_v6_steps.v6.serial.dat",
     100,
     13,
     {{5, 6, 268},
      {6, 6, 356},
      {13, 6, 108},
      {14, 6, 23},
      {5, 7, 394},
      {6, 7, 792},
      {12, 7, 17},
      {13, 7, 960},
      {14, 7, 676},
      {5, 8, 14},
      {6, 8, 17},
      {13, 8, 138},
      {14, 8, 121}}},
    /* 02 ff 46 53 0a 10 00 | 04 0d 4d 02 | 05 0d d1 00 | 04 0e 84 02 | 05 0e 6b 00 */
    {"sensitronics_finger-circle.dat",
     200,
     4,
     {{4, 13, 589}, {5, 13, 209}, {4, 14, 644}, {5, 14, 107}}},
    /* 17 06 0b | 13 07 0a | 0e 0d 0d | four dummies */
    {"v4_zero.v4.ws.dat", 2, 3, {{23, 6, 11}, {19, 7, 10}, {14, 13, 13}}},
    /* 14 0a 00 68 | 14 0e 00 4c | 15 0a 00 24 | 15 0b 04 bc | 15 0c 03 f6 | 15 0d 03 4e |
       15 0e 01 12 | 15 0f 00 22 | 16 0e 00 ca | four dummies */
    {"v5_steps.v5.ws.dat",
     300,
     9,
     {{20, 10, 104},
      {20, 14, 76},
      {21, 10, 36},
      {21, 11, 1212},
      {21, 12, 1014},
      {21, 13, 846},
      {21, 14, 274},
      {21, 15, 34},
      {22, 14, 202}}},
    /* 4e 0a 00 08 50 0a | 0a 0b 04 64 | 0b 0a 00 d2 | 0e 0f 02 a2 | 0f 0e 02 34 | four dummies */
    {"v5_static.v5.serial.dat",
     0,
     4,
     {{10, 11, 1124}, {11, 10, 210}, {14, 15, 674}, {15, 14, 564}}},
};

struct check {
    const struct capture *capture;
    size_t compared;
    int64_t last_us;
};

static void golden_compare(const struct golden *golden, const struct frame *frame)
{
    uint16_t expected[24 * 24] = {0};
    for (size_t i = 0; i < golden->count; i++)
        expected[golden->cells[i].y * frame->cols + golden->cells[i].x] =
            (uint16_t)golden->cells[i].value;
    assert_memory_equal(frame->cells, expected, sizeof *expected * frame->rows * frame->cols);
}

static void frame_check(void *context, const struct frame *frame)
{
    struct check *check = context;
    assert_true(frame->time_us > check->last_us);
    check->last_us = frame->time_us;
    for (size_t i = 0; i < sizeof goldens / sizeof goldens[0]; i++)
        if (!strcmp(goldens[i].file, check->capture->file) && goldens[i].frame == frame->number) {
            golden_compare(&goldens[i], frame);
            check->compared++;
        }
}

static size_t goldens_of(const char *file)
{
    size_t count = 0;
    for (size_t i = 0; i < sizeof goldens / sizeof goldens[0]; i++)
        count += !strcmp(goldens[i].file, file);
    return count;
}

/* v4_static and v4_steps begin with a line that was put together from two halves of frames. In
 * v5_static.v5.serial there is a line without its first half, 8 bytes, and the last frame is cut.
 */
static void every_recording_gives_its_frames_through_a_pseudo_terminal(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof captures / sizeof captures[0]; i++) {
        const struct capture *capture = &captures[i];
        struct pieces pieces;
        assert_true(pieces_read(&pieces, capture->file, capture->width));
        struct line line;
        line_open(&line);
        struct source *source = source_of("pty:%s?protocol=%s", line.path, capture->protocol);
        line_feed(&line, &pieces);
        struct check check = {.capture = capture};
        uint64_t frames = source_drain(source, &line, frame_check, &check);
        struct source_health health;
        source_health(source, &health);
        print_message("%-36s %4llu frames, %llu bytes skipped\n", capture->file,
                      (unsigned long long)frames, (unsigned long long)health.decoder.skipped_bytes);
        assert_in_range(frames, capture->frames - 1, capture->frames);
        assert_int_equal(check.compared, goldens_of(capture->file));
        assert_int_equal(health.decoder.bytes, pieces.size);
        assert_int_equal(health.decoder.bytes, health.decoder.packet_bytes +
                                                   health.decoder.skipped_bytes +
                                                   health.decoder.waiting_bytes);
        source_close(source);
        line_close(&line);
        pieces_free(&pieces);
    }
}

static void frame_sum(void *context, const struct decoded_frame *frame)
{
    uint64_t *sum = context;
    for (size_t i = 0; i < (size_t)frame->rows * frame->cols; i++)
        *sum = *sum * 6364136223846793005u + frame->cells[i] + 1;
}

static uint64_t sum_of(const struct capture *capture, const struct pieces *pieces, unsigned seed)
{
    char text[128];
    snprintf(text, sizeof text, "pty:x?protocol=%s", capture->protocol);
    struct address address;
    assert_int_equal(address_parse(&address, text, NULL), STATUS_OK);
    const struct protocol *protocol = protocol_find(address_get(&address, "protocol", ""));
    struct mat_setup setup;
    assert_int_equal(mat_setup_make(&setup, protocol, &address, NULL), STATUS_OK);
    struct decoder *decoder = decoder_create(protocol, &setup);
    uint64_t sum = 1;
    struct decoder_sink sink = {.context = &sum, .frame = frame_sum};
    for (size_t at = 0; at < pieces->size;) {
        size_t size = seed ? 1 + (size_t)rand_r(&seed) % 300 : pieces->size;
        size = size < pieces->size - at ? size : pieces->size - at;
        decoder_push(decoder, pieces->bytes + at, size, &sink);
        at += size;
    }
    assert_int_equal(decoder_counters(decoder)->bytes, pieces->size);
    decoder_destroy(decoder);
    return sum;
}

static void where_the_bytes_are_cut_changes_no_frame(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof captures / sizeof captures[0]; i++) {
        struct pieces pieces;
        assert_true(pieces_read(&pieces, captures[i].file, captures[i].width));
        uint64_t whole = sum_of(&captures[i], &pieces, 0);
        for (unsigned seed = 1; seed <= 4; seed++)
            assert_int_equal(sum_of(&captures[i], &pieces, seed), whole);
        pieces_free(&pieces);
    }
}

static void time_note(void *context, const struct frame *frame)
{
    uint64_t *sum = context;
    *sum = *sum * 6364136223846793005u + (uint64_t)frame->time_us + frame->flags;
}

static void a_capture_file_is_recognised_and_gives_the_same_times_every_run(void **state)
{
    (void)state;
    static const struct capture files[] = {
        {"v6_zero.v6.serial.dat", "sensitronics", 0, 142},
        {"v5_zero.v5.serial.dat", "sensingtex", 0, 338},
        {"prototype_v6_balance.v6.serial.dat", "sensitronics", 0, 561},
    };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        uint64_t sums[2] = {1, 1};
        for (int run = 0; run < 2; run++) {
            struct source *source = source_of("file:%s/dividat_flex/%s?speed=max",
                                              getenv("ROLLSCOPE_DATA"), files[i].file);
            assert_in_range(source_drain(source, NULL, time_note, &sums[run]), files[i].frames - 1,
                            files[i].frames);
            assert_string_equal(source_info(source)->protocol, files[i].protocol);
            source_close(source);
        }
        assert_int_equal(sums[0], sums[1]);
    }
}

int main(void)
{
    struct pieces pieces;
    if (!pieces_read(&pieces, captures[0].file, 0)) {
        print_message("skipped: the recordings are not at ROLLSCOPE_DATA\n");
        return 77;
    }
    pieces_free(&pieces);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_recording_gives_its_frames_through_a_pseudo_terminal),
        cmocka_unit_test(where_the_bytes_are_cut_changes_no_frame),
        cmocka_unit_test(a_capture_file_is_recognised_and_gives_the_same_times_every_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
