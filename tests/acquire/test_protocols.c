/* Every protocol that has a mat's side: emulator to decoder, cut at random, damaged, and garbage.
 */
#include "acquire/acquire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { FRAMES = 400, STREAM_MAX = 4 << 20 };

/* One way of speaking: a protocol, a variant of it, and the mat. */
struct way {
    const char *name;
    const char *parameters;
    bool checked; /* a damaged packet never passes for a frame */
    bool leaning; /* the end of the packet before is needed too */
};

static const struct way ways[] = {
    {"rollscope", "rows=6&cols=7", true, false},
    {"rollscope", "rows=6&cols=7&bits=8", true, false},
    {"rollscope", "rows=6&cols=7&bits=16", true, false},
    {"sensingtex", "rows=8&cols=6&variant=v4", false, false},
    {"sensingtex", "rows=8&cols=6&variant=v5", false, false},
    {"sensingtex", "rows=8&cols=6&variant=fitness", false, false},
    {"sensitronics", "rows=8&cols=6&variant=short", false, false},
    {"sensitronics", "rows=8&cols=6&variant=named", false, false},
    {"sensitronics", "rows=8&cols=6&variant=runs", false, false},
    {"sensingtex-matrix", "rows=4&cols=5&variant=seat", false, false},
    {"sensingtex-matrix", "rows=4&cols=5&variant=kit", false, false},
    {"jq", "rows=6&cols=7&variant=small", false, false},
    {"jq", "rows=6&cols=7&variant=large", false, false},
    {"jq", "rows=4&cols=5&variant=bed", false, false},
    {"flexitac", "rows=6&cols=7&variant=binary", false, false},
    {"flexitac", "rows=4&cols=3&variant=ascii", false, true},
    {"sensel", "rows=6&cols=7", true, false},
    {"wiresens", "rows=4&cols=5", false, false},
    {"described", "rows=6&cols=7&tail=fffefeff&cell=u8", false, false},
    {"described", "rows=4&cols=5&head=aaabac&after=4&cell=u16be", false, false},
    {"described", "rows=4&cols=5&head=a5&before=2&tail=5a&cell=u16le", false, false},
    {"text", "rows=4&cols=3&variant=frames", false, true},
    {"text", "rows=4&cols=3&variant=rows", false, true},
};

/* What was sent: where each packet lies in the stream, and what it holds. */
struct sent {
    uint8_t *bytes;
    size_t size;
    size_t begin[FRAMES], end[FRAMES];
    uint64_t sums[FRAMES];
    bool damaged[FRAMES];
};

struct got {
    uint64_t sums[4 * FRAMES];
    size_t count, infos;
};

static uint64_t cells_sum(const uint16_t *cells, size_t count)
{
    uint64_t sum = 14695981039346656037u;
    for (size_t i = 0; i < count; i++)
        sum = (sum ^ cells[i]) * 1099511628211u;
    return sum;
}

static void on_frame(void *context, const struct decoded_frame *frame)
{
    struct got *got = context;
    assert_true(got->count < sizeof got->sums / sizeof got->sums[0]);
    got->sums[got->count++] = cells_sum(frame->cells, (size_t)frame->rows * frame->cols);
}

static void on_info(void *context, const struct mat_info *info)
{
    struct got *got = context;
    got->infos++;
    assert_in_range(info->geometry.rows, 1, MAT_SIDE_MAX);
}

static struct mat_setup setup_of(const struct way *way)
{
    char text[256];
    snprintf(text, sizeof text, "pty:x?protocol=%s&%s", way->name, way->parameters);
    struct address address;
    struct mat_setup setup;
    assert_int_equal(address_parse(&address, text, NULL), STATUS_OK);
    assert_int_equal(mat_setup_make(&setup, protocol_find(way->name), &address, NULL), STATUS_OK);
    if (setup.info.geometry.pitch_x_mm <= 0)
        setup.info.geometry.pitch_x_mm = setup.info.geometry.pitch_y_mm = 10;
    return setup;
}

/* What the host knows without being told: the variant is for it to find out. */
static struct mat_setup host_setup_of(const struct way *way)
{
    struct mat_setup setup = setup_of(way);
    bool told = strcmp(way->name, "jq") == 0 || strcmp(way->name, "flexitac") == 0 ||
                strcmp(way->name, "sensingtex-matrix") == 0;
    if (!told)
        setup.variant = setup.bits = 0;
    if (protocol_find(way->name)->carries_geometry)
        setup = protocol_find(way->name)->usual;
    return setup;
}

static unsigned random_below(unsigned *seed, unsigned most)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (unsigned)((uint64_t)(*seed >> 8) * most >> 24);
}

static void mat_start(struct emulator *mat, const struct way *way, const struct mat_setup *setup)
{
    uint8_t word[HOST_WORD_SIZE];
    emulator_receive(mat, word, protocol_say(protocol_find(way->name), setup, HOST_START, word));
}

static void scan_make(uint16_t *cells, size_t count, unsigned full_scale, unsigned *seed)
{
    for (size_t i = 0; i < count; i++)
        cells[i] = (uint16_t)(random_below(seed, 3) ? 0 : 1 + random_below(seed, full_scale - 1));
}

/* Lets an emulated mat send FRAMES different scans. */
static struct sent *send_all(const struct way *way, unsigned seed)
{
    struct mat_setup setup = setup_of(way);
    struct emulator *mat = emulator_create(protocol_find(way->name), &setup);
    struct sent *sent = calloc(1, sizeof *sent);
    sent->bytes = malloc(STREAM_MAX);
    mat_start(mat, way, &setup);
    uint16_t cells[64], rows = setup.info.geometry.rows, cols = setup.info.geometry.cols;
    for (size_t i = 0; i < FRAMES; i++) {
        scan_make(cells, (size_t)rows * cols, setup.info.geometry.full_scale < 255 ? 254 : 255,
                  &seed);
        cells[0] = (uint16_t)(1 + i % 200); /* no two frames are alike */
        cells[1] = (uint16_t)(1 + i / 200);
        struct decoded_frame frame = {.rows = rows,
                                      .cols = cols,
                                      .cells = cells,
                                      .sequence = (uint32_t)i,
                                      .device_us = 10000 * i};
        if (!emulator_streaming(mat))
            mat_start(mat, way, &setup);
        sent->size += emulator_output(mat, sent->bytes + sent->size, STREAM_MAX - sent->size);
        sent->begin[i] = sent->size;
        assert_true(emulator_scan(mat, &frame));
        sent->size += emulator_output(mat, sent->bytes + sent->size, STREAM_MAX - sent->size);
        sent->end[i] = sent->size;
        sent->sums[i] = cells_sum(cells, (size_t)rows * cols);
    }
    emulator_destroy(mat);
    return sent;
}

static void sent_free(struct sent *sent)
{
    free(sent->bytes);
    free(sent);
}

static void counters_add_up(const struct decoder *decoder, uint64_t bytes, uint64_t frames)
{
    const struct decoder_counters *counters = decoder_counters(decoder);
    assert_int_equal(counters->bytes, bytes);
    assert_int_equal(counters->frames, frames);
    assert_int_equal(counters->bytes,
                     counters->packet_bytes + counters->skipped_bytes + counters->waiting_bytes);
}

static void receive_all(const struct way *way, const struct sent *sent, unsigned chunk_max,
                        struct got *got)
{
    struct mat_setup setup = host_setup_of(way);
    struct decoder *decoder = decoder_create(protocol_find(way->name), &setup);
    struct decoder_sink sink = {.context = got, .frame = on_frame, .info = on_info};
    unsigned seed = chunk_max;
    *got = (struct got){.count = 0};
    for (size_t at = 0; at < sent->size;) {
        size_t size = 1 + random_below(&seed, chunk_max);
        size = size < sent->size - at ? size : sent->size - at;
        decoder_push(decoder, sent->bytes + at, size, &sink);
        at += size;
    }
    counters_add_up(decoder, sent->size, got->count);
    decoder_destroy(decoder);
}

static void every_frame_sent_arrives_once_and_in_order(void **state)
{
    (void)state;
    for (size_t w = 0; w < sizeof ways / sizeof ways[0]; w++)
        for (unsigned chunk_max = 1; chunk_max < 2000; chunk_max = 7 * chunk_max + 1) {
            struct sent *sent = send_all(&ways[w], 7);
            struct got *got = malloc(sizeof *got);
            receive_all(&ways[w], sent, chunk_max, got);
            if (got->count < FRAMES - 1 || got->count > FRAMES)
                fail_msg("%s %s: %zu frames", ways[w].name, ways[w].parameters, got->count);
            /* Runs have no header: what comes before the first end of a frame is not known. */
            assert_memory_equal(got->sums,
                                got->sums[0] == sent->sums[0] ? sent->sums : sent->sums + 1,
                                got->count * sizeof *got->sums);
            free(got);
            sent_free(sent);
        }
}

static void stream_damage(const struct way *way, struct sent *sent, unsigned seed)
{
    size_t frame = 0;
    for (size_t i = sent->begin[0]; i < sent->size; i++) {
        while (frame < FRAMES && i >= sent->end[frame])
            frame++;
        if (random_below(&seed, 100) > 0)
            continue;
        sent->bytes[i] ^= (uint8_t)(1 + random_below(&seed, 255));
        if (frame < FRAMES)
            sent->damaged[frame] = true;
        if (way->leaning && frame + 1 < FRAMES && i + 1 == sent->end[frame])
            sent->damaged[frame + 1] = true;
    }
}

/* Every undamaged frame is in what arrived, once, in order. */
static void undamaged_compare(const struct way *way, const struct sent *sent, const struct got *got)
{
    size_t at = 0, undamaged = 0;
    for (size_t i = 1; i + 1 < FRAMES; i++) {
        if (sent->damaged[i])
            continue;
        undamaged++;
        while (at < got->count && got->sums[at] != sent->sums[i])
            at++;
        if (at++ == got->count)
            fail_msg("%s %s: frame %zu is missing", way->name, way->parameters, i);
        for (size_t j = at; j < got->count; j++)
            assert_true(got->sums[j] != sent->sums[i]);
    }
    assert_true(undamaged > FRAMES / 20);
    if (way->checked)
        assert_in_range(got->count, undamaged, FRAMES);
}

static void one_damaged_byte_in_a_hundred_costs_only_the_damaged_frames(void **state)
{
    (void)state;
    for (size_t w = 0; w < sizeof ways / sizeof ways[0]; w++)
        for (unsigned seed = 1; seed <= 20; seed++) {
            struct sent *sent = send_all(&ways[w], seed);
            stream_damage(&ways[w], sent, seed);
            struct got *got = malloc(sizeof *got);
            receive_all(&ways[w], sent, 64, got);
            undamaged_compare(&ways[w], sent, got);
            free(got);
            sent_free(sent);
        }
}

static void garbage_is_counted_and_gives_no_crash(void **state)
{
    (void)state;
    static const uint8_t likely[] = {0,    1,    2,    0x0a, 0x4e, 0x50, 0xff,
                                     0x46, 0x53, 0xaa, 0x55, 3,    0x99};
    size_t count;
    const struct protocol *const *table = protocol_table(&count);
    for (size_t p = 0; p < count; p++)
        for (unsigned seed = 1; seed <= 30; seed++) {
            struct mat_setup setup = table[p]->usual;
            struct decoder *decoder = decoder_create(table[p], &setup);
            struct got *got = calloc(1, sizeof *got);
            struct decoder_sink sink = {.info = on_info, .context = got};
            uint8_t bytes[512];
            unsigned random = seed;
            for (unsigned chunk = 0; chunk < 40; chunk++) {
                for (size_t i = 0; i < sizeof bytes; i++)
                    bytes[i] = random_below(&random, 2)
                                   ? likely[random_below(&random, sizeof likely)]
                                   : (uint8_t)random_below(&random, 256);
                decoder_push(decoder, bytes, sizeof bytes, &sink);
            }
            counters_add_up(decoder, 40 * sizeof bytes, decoder_counters(decoder)->frames);
            decoder_reset(decoder);
            assert_int_equal(decoder_counters(decoder)->waiting_bytes, 0);
            counters_add_up(decoder, 40 * sizeof bytes, decoder_counters(decoder)->frames);
            decoder_destroy(decoder);
            free(got);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_frame_sent_arrives_once_and_in_order),
        cmocka_unit_test(one_damaged_byte_in_a_hundred_costs_only_the_damaged_frames),
        cmocka_unit_test(garbage_is_counted_and_gives_no_crash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
