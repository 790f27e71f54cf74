/*
 * text: the home-made mat. 8N1, 115200, sent without being asked: lines of decimal numbers, parted
 * by commas or blanks, a frame a line or a row a line (see lines.h). Other lines are left out.
 */
#include "lines.h"
#include "protocols.h"

enum { VARIANT_FRAMES = 1, VARIANT_ROWS, ADC_10_BIT = 1023 };

static size_t encode(const struct mat_setup *setup, const struct decoded_frame *frame,
                     uint8_t *bytes, size_t size)
{
    return lines_encode(frame, setup->variant == VARIANT_ROWS, bytes, size);
}

const struct protocol protocol_text = {
    .name = "text",
    .text = "lines of numbers: a frame or a row a line",
    .variants = "frames rows",
    .baud = 115200,
    .proof = 3,
    .usual = {.info = {.geometry = {16, 16, 10, 10, 0, 1, 0, ADC_10_BIT}}},
    .packet_size = lines_size,
    .scan = lines_scan,
    .encode = encode,
};
