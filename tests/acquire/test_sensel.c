/* Public recordings of a Sensel Morph: every packet is put back as it came over USB. */
#include "acquire/acquire.h"

#include <jansson.h>
#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { CELLS = 53 * 93, STREAM_MAX = 1 << 20 };

struct stream {
    uint8_t bytes[STREAM_MAX];
    size_t size, frames;
};

static void hex_put(struct stream *stream, const char *hex)
{
    size_t size;
    assert_int_equal(sodium_hex2bin(stream->bytes + stream->size, STREAM_MAX - stream->size, hex,
                                    strlen(hex), NULL, &size, NULL),
                     0);
    stream->size += size;
}

static void packet_put(struct stream *stream, const char *head, const json_t *packet,
                       const char *data)
{
    hex_put(stream, head);
    hex_put(stream, json_string_value(json_object_get(packet, data)));
    stream->bytes[stream->size++] =
        (uint8_t)json_integer_value(json_object_get(packet, "checksum"));
}

static void frame_put(struct stream *stream, const json_t *frame)
{
    char head[16];
    unsigned size = (unsigned)json_integer_value(json_object_get(frame, "payload_size"));
    snprintf(head, sizeof head, "032600%02x%02x", size & 0xff, size >> 8 & 0xff);
    packet_put(stream, head, frame, "payload_hex");
    stream->frames++;
}

static void metadata_put(struct stream *stream, const json_t *object)
{
    packet_put(stream, "031c000600", json_object_get(object, "compression_metadata"), "data_hex");
}

static void lines_read(struct stream *stream, FILE *file)
{
    json_t *object;
    while ((object = json_loadf(file, JSON_DISABLE_EOF_CHECK, NULL))) {
        if (json_object_get(object, "compression_metadata"))
            metadata_put(stream, object);
        else if (json_object_get(object, "payload_hex"))
            frame_put(stream, object);
        json_decref(object);
    }
}

static void document_read(struct stream *stream, FILE *file)
{
    json_t *object = json_loadf(file, 0, NULL), *frame;
    size_t i;
    assert_non_null(object);
    metadata_put(stream, object);
    json_array_foreach(json_object_get(object, "frames"), i, frame) frame_put(stream, frame);
    json_decref(object);
}

/* NULL: the recording is not there. */
static struct stream *recording_read(const char *name)
{
    const char *data = getenv("ROLLSCOPE_DATA");
    char path[512];
    snprintf(path, sizeof path, "%s/sensel_morph/%s", data ? data : "", name);
    FILE *file = fopen(path, "r");
    if (!file)
        return NULL;
    struct stream *stream = calloc(1, sizeof *stream);
    if (strstr(name, ".jsonl"))
        lines_read(stream, file);
    else
        document_read(stream, file);
    fclose(file);
    return stream;
}

struct seen {
    size_t frames;
    uint16_t first[CELLS];
    uint64_t sum, first_us, last_us;
    uint32_t first_sequence, last_sequence;
};

static void on_frame(void *context, const struct decoded_frame *frame)
{
    struct seen *seen = context;
    assert_int_equal(frame->rows * frame->cols, CELLS);
    assert_int_equal(frame->cols, 93);
    if (seen->frames++ == 0) {
        memcpy(seen->first, frame->cells, sizeof seen->first);
        seen->first_us = frame->device_us;
        seen->first_sequence = frame->sequence;
    }
    seen->last_us = frame->device_us;
    seen->last_sequence = frame->sequence;
    for (size_t i = 0; i < CELLS; i++)
        seen->sum = seen->sum * 6364136223846793005u + frame->cells[i] + 1;
}

static void decode(const struct stream *stream, unsigned seed, struct seen *seen)
{
    const struct protocol *protocol = protocol_find("sensel");
    struct decoder *decoder = decoder_create(protocol, &protocol->usual);
    struct decoder_sink sink = {.context = seen, .frame = on_frame};
    *seen = (struct seen){.frames = 0};
    for (size_t at = 0; at < stream->size;) {
        size_t size = seed ? 1 + (size_t)rand_r(&seed) % 200 : stream->size;
        size = size < stream->size - at ? size : stream->size - at;
        decoder_push(decoder, stream->bytes + at, size, &sink);
        at += size;
    }
    assert_int_equal(decoder_counters(decoder)->skipped_bytes, 0);
    assert_int_equal(decoder_counters(decoder)->packet_bytes, stream->size);
    decoder_destroy(decoder);
}

/* The file's first frame begins 0FCB171780CD 0F00 400480114 03B 03 A80A 01 02 00 8B0A 01 00 8B12:
 * base 3, 1320 zeros, 3 + 1, 3 + 2, 1291 zeros, 3 + 1, 2315 zeros. Its clock is 0xCD801717. */
static void the_first_frame_is_as_read_by_hand(void **state)
{
    (void)state;
    struct stream *stream = recording_read("sensel_recording_20260712_202359.jsonl");
    struct seen *seen = malloc(sizeof *seen);
    decode(stream, 0, seen);
    uint16_t expected[CELLS] = {0};
    expected[1320] = 4;
    expected[1321] = 5;
    expected[1320 + 2 + 1291] = 4;
    assert_memory_equal(seen->first, expected, sizeof expected);
    assert_int_equal(seen->first_us, 0xcd801717);
    assert_int_equal(seen->first_sequence, 0xcb);
    free(seen);
    free(stream);
}

/* Frames, and microseconds and numbers from the first to the last, as the files' own fields say. */
struct recording {
    const char *name;
    size_t frames;
    uint64_t length_us;
};

static const struct recording recordings[] = {
    {"20260705_001743_full_all_toppings_0002.json", 515, 11212656},
    {"20260712_204642_full_test.json", 330, 8181363},
    {"sensel_recording_20260712_202359.jsonl", 725, 16548072},
};

static void every_frame_of_the_recordings_is_decoded_however_it_is_cut(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof recordings / sizeof recordings[0]; i++) {
        struct stream *stream = recording_read(recordings[i].name);
        struct seen *whole = malloc(sizeof *whole), *cut = malloc(sizeof *cut);
        decode(stream, 0, whole);
        assert_int_equal(whole->frames, recordings[i].frames);
        assert_int_equal(whole->last_us - whole->first_us, recordings[i].length_us);
        assert_int_equal(whole->last_sequence - whole->first_sequence, recordings[i].frames - 1);
        for (unsigned seed = 1; seed <= 3; seed++) {
            decode(stream, seed, cut);
            assert_int_equal(cut->frames, whole->frames);
            assert_int_equal(cut->sum, whole->sum);
        }
        free(whole);
        free(cut);
        free(stream);
    }
}

int main(void)
{
    struct stream *stream = recording_read(recordings[0].name);
    if (!stream) {
        print_message("skipped: the recordings are not at ROLLSCOPE_DATA\n");
        return 77;
    }
    free(stream);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_frame_is_as_read_by_hand),
        cmocka_unit_test(every_frame_of_the_recordings_is_decoded_however_it_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
