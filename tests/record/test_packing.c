/* Chunks are packed and unpacked as HDF5's shuffle and deflate do it; zlib is the witness. */
#include "record/packing.h"
#include "support_record.h"

#include <zlib.h>

#define NUMBERS 768
#define BYTES   (NUMBERS * 2)

static void numbers_make(uint16_t *numbers, unsigned most)
{
    unsigned seed = 5;
    for (size_t i = 0; i < NUMBERS; i++)
        numbers[i] = (uint16_t)((unsigned)rand_r(&seed) % (most + 1));
}

static void shuffle_by_hand(const uint16_t *numbers, unsigned char *bytes)
{
    for (size_t i = 0; i < BYTES; i++)
        bytes[i] = ((const unsigned char *)numbers)[2 * (i % NUMBERS) + i / NUMBERS];
}

static void zlib_unpacks_what_was_packed(void **state)
{
    (void)state;
    uint16_t numbers[NUMBERS];
    unsigned char expected[BYTES], found[BYTES];
    struct packed packed;
    uLongf size = sizeof found;
    struct packing *packing = packing_create(NUMBERS);
    numbers_make(numbers, 900);
    shuffle_by_hand(numbers, expected);
    packing_pack(packing, numbers, &packed);
    assert_int_equal(packed.mask, 0);
    assert_true(packed.size < BYTES);
    assert_int_equal(uncompress(found, &size, packed.bytes, packed.size), Z_OK);
    assert_int_equal(size, BYTES);
    assert_memory_equal(found, expected, BYTES);
    packing_destroy(packing);
}

static void what_zlib_packed_is_unpacked(void **state)
{
    (void)state;
    uint16_t numbers[NUMBERS], found[NUMBERS];
    unsigned char shuffled[BYTES], stream[2 * BYTES];
    uLongf size = sizeof stream;
    struct packing *packing = packing_create(NUMBERS);
    numbers_make(numbers, 65535);
    shuffle_by_hand(numbers, shuffled);
    for (int level = 0; level <= 9; level += 3) {
        size = sizeof stream;
        assert_int_equal(compress2(stream, &size, shuffled, BYTES, level), Z_OK);
        assert_true(size <= packing_bound(NUMBERS));
        memset(found, 0, sizeof found);
        assert_int_equal(packing_unpack(packing, &(struct packed){stream, size, 0}, found), 0);
        assert_memory_equal(found, numbers, sizeof found);
    }
    size = sizeof stream;
    assert_int_equal(compress2(stream, &size, (const Bytef *)numbers, BYTES, 1), Z_OK);
    const struct packed plain = {stream, size, PACKING_NOT_SHUFFLED};
    assert_int_equal(packing_unpack(packing, &plain, found), 0);
    assert_memory_equal(found, numbers, sizeof found);
    packing_destroy(packing);
}

static void noise_is_not_deflated(void **state)
{
    (void)state;
    uint16_t numbers[NUMBERS], found[NUMBERS];
    unsigned char shuffled[BYTES];
    struct packed packed;
    struct packing *packing = packing_create(NUMBERS);
    numbers_make(numbers, 65535);
    shuffle_by_hand(numbers, shuffled);
    packing_pack(packing, numbers, &packed);
    assert_int_equal(packed.mask, PACKING_NOT_DEFLATED);
    assert_int_equal(packed.size, BYTES);
    assert_memory_equal(packed.bytes, shuffled, BYTES);
    assert_int_equal(packing_unpack(packing, &packed, found), 0);
    assert_memory_equal(found, numbers, sizeof found);
    packing_destroy(packing);
}

static void what_is_no_chunk_of_this_size_is_refused(void **state)
{
    (void)state;
    uint16_t numbers[NUMBERS], found[NUMBERS];
    unsigned char stream[2 * BYTES];
    struct packed packed;
    struct packing *packing = packing_create(NUMBERS), *smaller = packing_create(NUMBERS - 1);
    numbers_make(numbers, 900);
    packing_pack(packing, numbers, &packed);
    memcpy(stream, packed.bytes, packed.size);
    for (size_t size = 0; size < packed.size; size += 7)
        assert_int_equal(packing_unpack(packing, &(struct packed){stream, size, 0}, found), -1);
    assert_int_equal(packing_unpack(smaller, &(struct packed){stream, packed.size, 0}, found), -1);
    for (size_t i = 2; i < packed.size; i += 11) {
        stream[i] ^= 0x10;
        assert_int_equal(packing_unpack(packing, &(struct packed){stream, packed.size, 0}, found),
                         -1);
        stream[i] ^= 0x10;
    }
    const struct packed raw = {stream, BYTES - 1, PACKING_NOT_DEFLATED};
    assert_int_equal(packing_unpack(packing, &raw, found), -1);
    packing_destroy(packing);
    packing_destroy(smaller);
}

static void the_checksum_is_that_of_zlib(void **state)
{
    (void)state;
    uint16_t numbers[NUMBERS];
    numbers_make(numbers, 65535);
    uint32_t crc = packing_crc32(packing_crc32(0, numbers, 18), numbers + 9, BYTES - 18);
    assert_int_equal(crc, crc32(0, (const Bytef *)numbers, BYTES));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zlib_unpacks_what_was_packed),
        cmocka_unit_test(what_zlib_packed_is_unpacked),
        cmocka_unit_test(noise_is_not_deflated),
        cmocka_unit_test(what_is_no_chunk_of_this_size_is_refused),
        cmocka_unit_test(the_checksum_is_that_of_zlib),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
