/* Writes what emulated mats send as first inputs for the fuzzer: make_seeds PROTOCOL FOLDER. */
#include "acquire/acquire.h"

#include <stdio.h>
#include <stdlib.h>

enum { VARIANTS = 4, SCANS = 4, PIECE = 16 };

static size_t mat_send(const struct protocol *protocol, unsigned variant, uint8_t *bytes,
                       size_t size)
{
    struct mat_setup setup = protocol->usual;
    setup.variant = variant;
    setup.info.geometry.rows = setup.info.geometry.cols = 8;
    setup.format.tail[0] = 0xaa;
    setup.format.tail_size = setup.format.head_size = 1;
    struct emulator *mat = emulator_create(protocol, &setup);
    uint8_t word[HOST_WORD_SIZE];
    size_t used = 0;
    for (uint16_t scan = 0; scan < SCANS; scan++) {
        const uint16_t cells[64] = {1, 2, 300, [20] = (uint16_t)(40 + scan), [63] = 7};
        const struct decoded_frame frame = {
            .rows = 8, .cols = 8, .cells = cells, .sequence = scan, .device_us = 10000u * scan};
        emulator_receive(mat, word, protocol_say(protocol, &setup, HOST_START, word));
        emulator_scan(mat, &frame);
        used += emulator_output(mat, bytes + used, size - used);
    }
    emulator_destroy(mat);
    return used;
}

int main(int argc, char **argv)
{
    const struct protocol *protocol = argc == 3 ? protocol_find(argv[1]) : NULL;
    if (!protocol)
        return EXIT_FAILURE;
    for (unsigned variant = 0; variant < VARIANTS; variant++) {
        static uint8_t bytes[1 << 16];
        char path[512];
        size_t size = mat_send(protocol, variant, bytes, sizeof bytes);
        snprintf(path, sizeof path, "%s/seed-%u", argv[2], variant);
        FILE *file = fopen(path, "wb");
        if (!file)
            return EXIT_FAILURE;
        fputc((int)variant, file);
        fputc(PIECE, file);
        fwrite(bytes, 1, size, file);
        fclose(file);
    }
    return EXIT_SUCCESS;
}
