/* Packets written out by hand from the descriptions of the mats, and the cells they hold. */
#include "support_line.h"

#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct example {
    const char *parameters;
    const char *hex;    /* what the mat sends, more than once where one packet is no proof */
    uint16_t cells[12]; /* of every frame */
    unsigned rows, cols, frames;
};

static const struct example examples[] = {
    /* head, row 0: 7 is 4095 - 4088, 0 is 4095 - 4095; row 1: 4095 - 0, 4095 - 256 */
    {"sensingtex-matrix&variant=seat&rows=2&cols=2",
     "48000a 4d0200 f80f ff0f 0a 4d0201 0000 0001 0a",
     {7, 0, 4095, 3839},
     2,
     2,
     1},
    {"sensingtex-matrix&variant=kit&rows=1&cols=3",
     "48000a 4d0300 0100 0002 ff0f 0a",
     {1, 512, 4095},
     1,
     3,
     1},
    {"jq&variant=large&rows=2&cols=2",
     "01020304 aa550399 01020304 aa550399",
     {1, 2, 3, 4},
     2,
     2,
     2},
    {"jq&variant=bed&rows=1&cols=2", "0102 ff0f aa00550003009900", {0x201, 0xfff}, 1, 2, 1},
    {"jq&variant=small&rows=2&cols=2&row_order=1,0", "01020304 aa550399", {3, 4, 1, 2}, 2, 2, 1},
    {"flexitac&rows=2&cols=2", "aa55 09080706 aa55 09080706 aa55", {9, 8, 7, 6}, 2, 2, 2},
    /* "1 2\n3 4\n\n" */
    {"flexitac&variant=ascii&rows=2&cols=2",
     "3120320a 3320340a 0a 3120320a 3320340a 0a",
     {1, 2, 3, 4},
     2,
     2,
     2},
    /* "10,20,30,65535\r\n", and a line of the boot's */
    {"text&rows=2&cols=2",
     "68656c6c6f0a 31302c32302c33302c36353533350d0a",
     {10, 20, 30, 65535},
     2,
     2,
     1},
    /* id 1, start 0, 1, 2, packet 7, "wr"; start 2, 0x7277 (which is "wr" itself), 3 */
    {"wiresens&rows=2&cols=2",
     "01 0000 0100 0200 07000000 7772 01 0200 7772 0300 08000000 7772",
     {1, 2, 0x7277, 3},
     2,
     2,
     1},
    {"described&rows=1&cols=3&tail=fffefeff&cell=u8",
     "050607 fffefeff 050607 fffefeff",
     {5, 6, 7},
     1,
     3,
     2},
    {"described&rows=1&cols=2&head=aaabac&after=4&cell=u16be",
     "aaabac 0102 0304 99999999 aaabac 0102 0304 99999999 aaabac",
     {0x102, 0x304},
     1,
     2,
     2},
    /* three cells of which two are zero, 255 sent as 254 */
    {"sensitronics&variant=runs&rows=1&cols=4", "ff 0002 fe 05 ff", {0, 0, 254, 5}, 1, 4, 1},
};

static void bytes_written_by_hand_hold_the_cells_described(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        const struct example *example = &examples[i];
        struct line line;
        uint8_t bytes[256];
        size_t size;
        line_open(&line);
        struct source *source = source_of("pty:%s?protocol=%s", line.path, example->parameters);
        assert_int_equal(sodium_hex2bin(bytes, sizeof bytes, example->hex, strlen(example->hex),
                                        " ", &size, NULL),
                         0);
        assert_int_equal(write(line.master, bytes, size), size);
        for (unsigned n = 0; n < example->frames; n++) {
            struct frame frame;
            struct failure failure = {0};
            int status = source_read(source, &frame, 3000, &failure);
            if (status != 1)
                fail_msg("%s: frame %u: %d %s", example->parameters, n, status, failure.text);
            assert_int_equal(frame.rows, example->rows);
            assert_int_equal(frame.cols, example->cols);
            if (memcmp(frame.cells, example->cells, 2u * example->rows * example->cols))
                fail_msg("%s: frame %u has other cells", example->parameters, n);
        }
        source_close(source);
        close(line.master);
    }
}

static void the_small_jq_mat_has_its_rows_in_the_order_of_its_surface(void **state)
{
    (void)state;
    struct line line;
    line_open(&line);
    struct source *source = source_of("pty:%s?protocol=jq&variant=small", line.path);
    uint8_t bytes[1024 + 4];
    for (size_t i = 0; i < 1024; i++)
        bytes[i] = (uint8_t)(i / 32); /* every cell holds its row on the wire */
    memcpy(bytes + 1024, "\xaa\x55\x03\x99", 4);
    assert_int_equal(write(line.master, bytes, sizeof bytes), sizeof bytes);
    struct frame frame;
    assert_int_equal(source_read(source, &frame, 3000, NULL), 1);
    assert_int_equal(frame.cells[0], 15);
    assert_int_equal(frame.cells[16 * 32], 31);
    assert_int_equal(frame.cells[17 * 32], 14);
    assert_int_equal(frame.cells[31 * 32 + 31], 0);
    source_close(source);
    close(line.master);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_written_by_hand_hold_the_cells_described),
        cmocka_unit_test(the_small_jq_mat_has_its_rows_in_the_order_of_its_surface),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
