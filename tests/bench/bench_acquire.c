/* How fast the decoders are: megabytes a second, and times the fastest line that the mat has. */
#include "acquire/acquire.h"
#include "bench_clock.h"

#include <stdio.h>
#include <stdlib.h>

enum { SCANS = 64, ROUNDS_S = 1, STREAM_MAX = 4 << 20 };

/* A mat as it is sold, and what its line carries at most, bytes a second. */
struct mat_line {
    const char *protocol;
    unsigned variant;
    uint16_t rows, cols;
    double line_bytes_s;
};

/* 8N1 carries baud / 10 bytes a second; USB full speed about 1.2 MB/s whatever the baud says. Mats
 * that are one USB device are taken at their own frame rate. */
static const struct mat_line lines[] = {
    {"rollscope", 0, 32, 32, 1000 * 1560.0}, /* 1000 Hz, 12 bit */
    {"sensingtex", 1, 24, 24, 57 * 1746.0},
    {"sensingtex", 2, 24, 24, 50 * 2326.0},
    {"sensitronics", 1, 24, 24, 45 * 2308.0},
    {"sensitronics", 3, 16, 16, 45 * 257.0},
    {"sensingtex-matrix", 1, 20, 20, 6.3 * 883},
    {"jq", 2, 64, 64, 300000},
    {"flexitac", 1, 12, 32, 200000},
    {"flexitac", 2, 16, 16, 200000},
    {"sensel", 0, 53, 93, 48 * 7200.0}, /* the highest rate in the recordings, all cells loaded */
    {"wiresens", 0, 32, 32, 92160},
    {"text", 1, 16, 16, 11520},
};

static size_t stream_make(const struct mat_line *line, const struct protocol *protocol,
                          struct mat_setup *setup, uint8_t *bytes)
{
    static uint16_t cells[MAT_SIDE_MAX * MAT_SIDE_MAX];
    struct emulator *mat = emulator_create(protocol, setup);
    uint8_t word[HOST_WORD_SIZE];
    size_t used = 0;
    unsigned seed = 1;
    emulator_present(mat);
    for (uint32_t scan = 0; scan < SCANS; scan++) {
        for (size_t i = 0; i < (size_t)line->rows * line->cols; i++)
            cells[i] = (uint16_t)(rand_r(&seed) % 3 ? 1 + rand_r(&seed) % 250 : 0);
        const struct decoded_frame frame = {.rows = line->rows,
                                            .cols = line->cols,
                                            .cells = cells,
                                            .sequence = scan,
                                            .device_us = 1000u * scan};
        if (!emulator_streaming(mat))
            emulator_receive(mat, word, protocol_say(protocol, setup, HOST_START, word));
        emulator_scan(mat, &frame);
        used += emulator_output(mat, bytes + used, STREAM_MAX - used);
    }
    emulator_destroy(mat);
    return used;
}

static void line_measure(const struct mat_line *line, uint8_t *bytes)
{
    static const struct decoder_sink nowhere = {.context = NULL};
    const struct protocol *protocol = protocol_find(line->protocol);
    struct mat_setup setup = protocol->usual;
    setup.variant = line->variant;
    setup.info.geometry.rows = line->rows;
    setup.info.geometry.cols = line->cols;
    size_t size = stream_make(line, protocol, &setup, bytes);
    struct decoder *decoder = decoder_create(protocol, &setup);
    double begin_s = clock_cpu_s(), taken_s;
    do {
        for (size_t at = 0; at < size; at += 512)
            decoder_push(decoder, bytes + at, size - at < 512 ? size - at : 512, &nowhere);
        taken_s = clock_cpu_s() - begin_s;
    } while (taken_s < ROUNDS_S);
    const struct decoder_counters *seen = decoder_counters(decoder);
    double bytes_s = (double)seen->bytes / taken_s;
    printf("%-18s %3u x %-3u %8.1f MB/s %10.0f frames/s %8.0f times its line\n", line->protocol,
           line->rows, line->cols, bytes_s / 1e6, (double)seen->frames / taken_s,
           bytes_s / line->line_bytes_s);
    decoder_destroy(decoder);
}

int main(void)
{
    uint8_t *bytes = malloc(STREAM_MAX);
    for (size_t i = 0; bytes && i < sizeof lines / sizeof lines[0]; i++)
        line_measure(&lines[i], bytes);
    free(bytes);
    return bytes ? EXIT_SUCCESS : EXIT_FAILURE;
}
