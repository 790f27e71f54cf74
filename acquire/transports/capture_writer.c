#include "../acquire.h"

#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

struct capture_writer {
    FILE *file;
    char name[ADDRESS_SIZE];
    int64_t last_us;
    bool begun;
};

int capture_create(struct capture_writer **writer, const char *path, struct failure *failure)
{
    *writer = calloc(1, sizeof **writer);
    if (!*writer)
        return failure_set(failure, STATUS_MEMORY, "%s: out of memory", path);
    snprintf((*writer)->name, sizeof(*writer)->name, "%s", path);
    (*writer)->file = fopen(path, "wxe");
    if ((*writer)->file)
        return STATUS_OK;
    free(*writer);
    *writer = NULL;
    return failure_system(failure, errno, "%s cannot be created", path);
}

int capture_push(struct capture_writer *writer, int64_t arrival_us, const uint8_t *bytes,
                 size_t size, struct failure *failure)
{
    char text[sodium_base64_ENCODED_LEN(CAPTURE_PUSH_MAX, sodium_base64_VARIANT_ORIGINAL)];
    int64_t interval_us = writer->begun ? arrival_us - writer->last_us : 0;
    writer->begun = true;
    writer->last_us = arrival_us;
    while (size > 0) {
        size_t piece = size < CAPTURE_PUSH_MAX ? size : CAPTURE_PUSH_MAX;
        sodium_bin2base64(text, sizeof text, bytes, piece, sodium_base64_VARIANT_ORIGINAL);
        if (fprintf(writer->file, "%" PRId64 ".%03d, %s\n", interval_us / 1000,
                    (int)(interval_us % 1000), text) < 0)
            return failure_system(failure, errno, "%s", writer->name);
        interval_us = 0;
        bytes += piece;
        size -= piece;
    }
    return STATUS_OK;
}

int capture_finish(struct capture_writer *writer, struct failure *failure)
{
    if (!writer)
        return STATUS_OK;
    int broken = ferror(writer->file), closed = fclose(writer->file);
    int status = broken || closed ? failure_system(failure, errno, "%s", writer->name) : STATUS_OK;
    free(writer);
    return status;
}
