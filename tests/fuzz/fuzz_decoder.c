/* libFuzzer harness for one protocol (-DPROTOCOL="name"): the bytes of an input reach the decoder
 * cut in pieces, and the emulated mat as a host's. The first two bytes choose variant and pieces.
 */
#include "acquire/acquire.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

static void on_frame(void *context, const struct decoded_frame *frame)
{
    uint64_t *sum = context;
    if (frame->rows > MAT_SIDE_MAX || frame->cols > MAT_SIDE_MAX)
        abort();
    for (size_t i = 0; i < (size_t)frame->rows * frame->cols; i++)
        *sum += frame->cells[i];
}

static void on_info(void *context, const struct mat_info *info)
{
    (void)context;
    if (geometry_check(&info->geometry, NULL))
        abort();
}

static void on_log(void *context, const char *text)
{
    uint64_t *sum = context;
    for (; *text; text++)
        *sum += (unsigned char)*text;
}

static void decode(const struct protocol *protocol, const struct mat_setup *setup, size_t piece,
                   const uint8_t *bytes, size_t size)
{
    struct decoder *decoder = decoder_create(protocol, setup);
    uint64_t sum = 0;
    const struct decoder_sink sink = {&sum, on_frame, on_info, on_log};
    for (size_t at = 0; at < size; at += piece)
        decoder_push(decoder, bytes + at, piece < size - at ? piece : size - at, &sink);
    const struct decoder_counters *seen = decoder_counters(decoder);
    if (seen->bytes != size ||
        seen->bytes != seen->packet_bytes + seen->skipped_bytes + seen->waiting_bytes)
        abort();
    decoder_reset(decoder);
    decoder_destroy(decoder);
}

static void emulate(const struct protocol *protocol, const struct mat_setup *setup,
                    const uint8_t *bytes, size_t size)
{
    static const uint16_t cells[MAT_SIDE_MAX * MAT_SIDE_MAX] = {1, 2, 300};
    uint8_t out[4096];
    struct emulator *mat = emulator_create(protocol, setup);
    const struct decoded_frame frame = {
        .rows = setup->info.geometry.rows, .cols = setup->info.geometry.cols, .cells = cells};
    emulator_receive(mat, bytes, size);
    emulator_scan(mat, &frame);
    emulator_present(mat);
    while (emulator_output(mat, out, sizeof out) > 0)
        ;
    emulator_destroy(mat);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
    const struct protocol *protocol = protocol_find(PROTOCOL);
    if (size < 2)
        return 0;
    struct mat_setup setup = protocol->usual;
    setup.variant = input[0] % 4;
    setup.info.geometry.rows = setup.info.geometry.cols = 8;
    setup.format.tail[0] = 0xaa;
    setup.format.tail_size = setup.format.head_size = 1;
    size_t piece = 1 + input[1] * (size_t)input[1] / 16;
    decode(protocol, &setup, piece, input + 2, size - 2);
    emulate(protocol, &setup, input + 2, size - 2);
    return 0;
}
