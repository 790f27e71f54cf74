#include "cobs.h"

#include <string.h>

ptrdiff_t cobs_decode(const uint8_t *bytes, size_t size, uint8_t *out)
{
    size_t at = 0, used = 0;
    while (at < size) {
        size_t length = (size_t)bytes[at++] - 1;
        if (length > size - at)
            return -1;
        memmove(out + used, bytes + at, length);
        at += length;
        used += length;
        if (length < 254 && at < size)
            out[used++] = 0;
    }
    return (ptrdiff_t)used;
}
