/* The mat's own protocol: packets worked out by hand and by another program's zlib. */
#include "acquire/acquire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Python: cobs(b'\x01' + text + struct.pack('<I', zlib.crc32(b'\x01' + text))) + b'\0' */
/* text: {"protocol":1, "device":"bench",
 * "serial":"7",
 * "rows":2, "cols":3, "pitch_mm":12.5, "rate_hz":100, "bits":12, "full_scale_kpa":409.5} */
static const uint8_t info_packet[] = {
    0x83, 0x01, 0x7b, 0x22, 0x70, 0x72, 0x6f, 0x74, 0x6f, 0x63, 0x6f, 0x6c, 0x22, 0x3a, 0x31,
    0x2c, 0x22, 0x64, 0x65, 0x76, 0x69, 0x63, 0x65, 0x22, 0x3a, 0x22, 0x62, 0x65, 0x6e, 0x63,
    0x68, 0x22, 0x2c, 0x22, 0x73, 0x65, 0x72, 0x69, 0x61, 0x6c, 0x22, 0x3a, 0x22, 0x37, 0x22,
    0x2c, 0x22, 0x72, 0x6f, 0x77, 0x73, 0x22, 0x3a, 0x32, 0x2c, 0x22, 0x63, 0x6f, 0x6c, 0x73,
    0x22, 0x3a, 0x33, 0x2c, 0x22, 0x70, 0x69, 0x74, 0x63, 0x68, 0x5f, 0x6d, 0x6d, 0x22, 0x3a,
    0x31, 0x32, 0x2e, 0x35, 0x2c, 0x22, 0x72, 0x61, 0x74, 0x65, 0x5f, 0x68, 0x7a, 0x22, 0x3a,
    0x31, 0x30, 0x30, 0x2c, 0x22, 0x62, 0x69, 0x74, 0x73, 0x22, 0x3a, 0x31, 0x32, 0x2c, 0x22,
    0x66, 0x75, 0x6c, 0x6c, 0x5f, 0x73, 0x63, 0x61, 0x6c, 0x65, 0x5f, 0x6b, 0x70, 0x61, 0x22,
    0x3a, 0x34, 0x30, 0x39, 0x2e, 0x35, 0x7d, 0xe5, 0x8e, 0xfa, 0xdb, 0x00};

/* sequence 5, time 1 000 000 us, encoding 1, cells 1 2 3 4095 0 256 */
static const uint8_t frame_packet[] = {0x03, 0x02, 0x05, 0x01, 0x01, 0x04, 0x40, 0x42, 0x0f, 0x01,
                                       0x01, 0x01, 0x01, 0x04, 0x01, 0x01, 0x20, 0x04, 0x03, 0xf0,
                                       0xff, 0x01, 0x06, 0x10, 0x49, 0xcb, 0x7f, 0x65, 0x00};

struct seen {
    unsigned frames, infos, logs;
    uint16_t cells[64];
    struct decoded_frame last;
    uint32_t sequences[64];
    struct mat_info info;
    char log[64];
};

static void on_frame(void *context, const struct decoded_frame *frame)
{
    struct seen *seen = context;
    seen->sequences[seen->frames++ % 64] = frame->sequence;
    seen->last = *frame;
    memcpy(seen->cells, frame->cells, sizeof *frame->cells * frame->rows * frame->cols);
}

static void on_info(void *context, const struct mat_info *info)
{
    struct seen *seen = context;
    seen->infos++;
    seen->info = *info;
}

static void on_log(void *context, const char *text)
{
    struct seen *seen = context;
    seen->logs++;
    strncpy(seen->log, text, sizeof seen->log - 1);
}

static struct decoder *decoder_new(void)
{
    const struct protocol *protocol = protocol_find("rollscope");
    struct mat_setup setup;
    assert_int_equal(mat_setup_make(&setup, protocol, NULL, NULL), STATUS_OK);
    struct decoder *decoder = decoder_create(protocol, &setup);
    assert_non_null(decoder);
    return decoder;
}

static struct decoder_sink sink_of(struct seen *seen)
{
    memset(seen, 0, sizeof *seen);
    return (struct decoder_sink){seen, on_frame, on_info, on_log};
}

static void bytes_add_up(const struct decoder *decoder)
{
    const struct decoder_counters *counters = decoder_counters(decoder);
    assert_int_equal(counters->bytes,
                     counters->packet_bytes + counters->skipped_bytes + counters->waiting_bytes);
}

static void an_info_and_a_frame_made_elsewhere_are_read(void **state)
{
    (void)state;
    struct seen seen;
    struct decoder_sink sink = sink_of(&seen);
    struct decoder *decoder = decoder_new();
    decoder_push(decoder, info_packet, sizeof info_packet, &sink);
    assert_int_equal(seen.infos, 1);
    assert_string_equal(seen.info.device, "bench");
    assert_string_equal(seen.info.serial, "7");
    assert_int_equal(seen.info.geometry.rows, 2);
    assert_int_equal(seen.info.geometry.cols, 3);
    assert_int_equal(seen.info.geometry.full_scale, 4095);
    assert_true(seen.info.geometry.scale_kpa > 0.0999 && seen.info.geometry.scale_kpa < 0.1001);
    decoder_push(decoder, frame_packet, sizeof frame_packet, &sink);
    assert_int_equal(seen.frames, 1);
    assert_int_equal(seen.last.sequence, 5);
    assert_int_equal(seen.last.device_us, 1000000);
    const uint16_t cells[6] = {1, 2, 3, 4095, 0, 256};
    assert_memory_equal(seen.cells, cells, sizeof cells);
    bytes_add_up(decoder);
    decoder_destroy(decoder);
}

static void a_frame_before_the_info_is_dropped_and_counted(void **state)
{
    (void)state;
    struct seen seen;
    struct decoder_sink sink = sink_of(&seen);
    struct decoder *decoder = decoder_new();
    decoder_push(decoder, frame_packet, sizeof frame_packet, &sink);
    assert_int_equal(seen.frames, 0);
    assert_int_equal(decoder_counters(decoder)->bad_length, 1);
    assert_int_equal(decoder_counters(decoder)->skipped_bytes, sizeof frame_packet);
    decoder_destroy(decoder);
}

static void a_flipped_bit_costs_that_packet_only(void **state)
{
    (void)state;
    uint8_t stream[sizeof info_packet + 3 * sizeof frame_packet];
    for (size_t bit = 0; bit < 8 * sizeof frame_packet; bit++) {
        memcpy(stream, info_packet, sizeof info_packet);
        for (size_t i = 0; i < 3; i++)
            memcpy(stream + sizeof info_packet + i * sizeof frame_packet, frame_packet,
                   sizeof frame_packet);
        stream[sizeof info_packet + sizeof frame_packet + bit / 8] ^= (uint8_t)(1u << bit % 8);
        struct seen seen;
        struct decoder_sink sink = sink_of(&seen);
        struct decoder *decoder = decoder_new();
        decoder_push(decoder, stream, sizeof stream, &sink);
        /* A damaged closing zero leaves the packet itself whole. */
        bool closing = bit / 8 == sizeof frame_packet - 1;
        assert_int_equal(seen.frames, closing ? 3 : 2);
        assert_true(decoder_counters(decoder)->bad_checksum > 0);
        bytes_add_up(decoder);
        decoder_destroy(decoder);
    }
}

static void a_cut_anywhere_changes_nothing(void **state)
{
    (void)state;
    uint8_t stream[sizeof info_packet + sizeof frame_packet];
    memcpy(stream, info_packet, sizeof info_packet);
    memcpy(stream + sizeof info_packet, frame_packet, sizeof frame_packet);
    for (size_t cut = 0; cut <= sizeof stream; cut++) {
        struct seen seen;
        struct decoder_sink sink = sink_of(&seen);
        struct decoder *decoder = decoder_new();
        decoder_push(decoder, stream, cut, &sink);
        bytes_add_up(decoder);
        decoder_push(decoder, stream + cut, sizeof stream - cut, &sink);
        assert_int_equal(seen.infos, 1);
        assert_int_equal(seen.frames, 1);
        assert_int_equal(decoder_counters(decoder)->skipped_bytes, 0);
        decoder_destroy(decoder);
    }
}

static void an_emulated_mat_obeys_hello_start_and_stop(void **state)
{
    (void)state;
    const struct protocol *protocol = protocol_find("rollscope");
    struct mat_setup setup = protocol->usual;
    setup.info.geometry = (struct geometry){2, 3, 12.5, 12.5, 100, 0.1, 0, 4095};
    struct emulator *mat = emulator_create(protocol, &setup);
    assert_non_null(mat);
    const uint16_t cells[6] = {1, 2, 3, 4095, 0, 256};
    const struct decoded_frame frame = {
        .rows = 2, .cols = 3, .cells = cells, .sequence = 5, .device_us = 1000000};
    assert_false(emulator_scan(mat, &frame));
    uint8_t said[HOST_WORD_SIZE];
    emulator_receive(mat, said, protocol_say(protocol, &setup, HOST_START, said));
    assert_true(emulator_streaming(mat));
    uint8_t bytes[1024];
    size_t size = emulator_output(mat, bytes, sizeof bytes);
    struct seen seen;
    struct decoder_sink sink = sink_of(&seen);
    struct decoder *decoder = decoder_new();
    decoder_push(decoder, bytes, size, &sink);
    assert_int_equal(seen.infos, 1);
    assert_int_equal(seen.info.geometry.cols, 3);
    assert_true(emulator_scan(mat, &frame));
    size = emulator_output(mat, bytes, sizeof bytes);
    assert_int_equal(size, sizeof frame_packet);
    assert_memory_equal(bytes, frame_packet, sizeof frame_packet);
    emulator_receive(mat, said, protocol_say(protocol, &setup, HOST_STOP, said));
    assert_false(emulator_scan(mat, &frame));
    decoder_destroy(decoder);
    emulator_destroy(mat);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_info_and_a_frame_made_elsewhere_are_read),
        cmocka_unit_test(a_frame_before_the_info_is_dropped_and_counted),
        cmocka_unit_test(a_flipped_bit_costs_that_packet_only),
        cmocka_unit_test(a_cut_anywhere_changes_nothing),
        cmocka_unit_test(an_emulated_mat_obeys_hello_start_and_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
