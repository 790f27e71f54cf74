#include "rank.h"

#include <stdint.h>
#include <string.h>

#define MANY         1100 /* from so many values on they are counted first */
#define BUCKET_BITS  11
#define BUCKET_COUNT (1U << BUCKET_BITS)
#define SIGN_BIT     0x80000000U

/* By its leading bits; buckets are in the order of their values. */
static uint32_t bucket_of(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    bits ^= bits & SIGN_BIT ? UINT32_MAX : SIGN_BIT;
    return bits >> (32 - BUCKET_BITS);
}

/* Brings the values of the bucket in which the rank lies to the front.
   @return their number; the rank becomes that among them */
static size_t narrow(float *values, size_t count, size_t *rank)
{
    uint32_t counts[BUCKET_COUNT] = {0}, bucket = 0;
    for (size_t i = 0; i < count; i++)
        counts[bucket_of(values[i])]++;
    while (*rank >= counts[bucket])
        *rank -= counts[bucket++];
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (bucket_of(values[i]) == bucket) {
            float swap = values[kept];
            values[kept++] = values[i];
            values[i] = swap;
        }
    return kept;
}

float value_at_rank(float *values, size_t count, size_t rank)
{
    if (count >= MANY)
        count = narrow(values, count, &rank);
    size_t low = 0, high = count - 1;
    while (low < high) {
        float pivot = values[low + (high - low) / 2];
        size_t i = low, j = high;
        for (;;) {
            while (values[i] < pivot)
                i++;
            while (values[j] > pivot)
                j--;
            if (i >= j)
                break;
            float swap = values[i];
            values[i++] = values[j];
            values[j--] = swap;
        }
        if (rank <= j)
            high = j;
        else
            low = j + 1;
    }
    return values[rank];
}
