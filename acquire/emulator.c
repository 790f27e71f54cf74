#include "emulator.h"

#include <stdlib.h>
#include <string.h>

#define PACKETS_WAITING 8

struct emulator *emulator_create(const struct protocol *protocol, const struct mat_setup *setup)
{
    struct emulator *emulator = protocol->encode ? calloc(1, sizeof *emulator) : NULL;
    if (!emulator)
        return NULL;
    emulator->protocol = protocol;
    emulator->setup = *setup;
    emulator->output_capacity = PACKETS_WAITING * protocol->packet_size(setup) + 4096;
    emulator->output = malloc(emulator->output_capacity);
    if (!emulator->output) {
        free(emulator);
        return NULL;
    }
    emulator_restart(emulator);
    return emulator;
}

/* 1: the bytes begin with the command, 0: they may become it, -1: they do not. */
static int command_match(const uint8_t *bytes, size_t size, const char *command, size_t length)
{
    if (!command)
        return -1;
    if (memcmp(bytes, command, size < length ? size : length) != 0)
        return -1;
    return size >= length;
}

static size_t serve_literally(struct emulator *emulator, const uint8_t *bytes, size_t size)
{
    const struct protocol *mat = emulator->protocol;
    int start = command_match(bytes, size, mat->start, mat->start_size);
    int stop = command_match(bytes, size, mat->stop, mat->stop_size);
    int poll = command_match(bytes, size, mat->poll, mat->poll_size);
    if (poll > 0) {
        emulator->asked++;
        return mat->poll_size;
    }
    if (start > 0 || stop > 0) {
        emulator->streaming = start > 0;
        return start > 0 ? mat->start_size : mat->stop_size;
    }
    return start == 0 || stop == 0 || poll == 0 ? 0 : 1;
}

static void heard_drain(struct emulator *emulator)
{
    size_t at = 0;
    while (at < emulator->heard_size) {
        const uint8_t *bytes = emulator->heard + at;
        size_t size = emulator->heard_size - at;
        size_t used = emulator->protocol->serve ? emulator->protocol->serve(emulator, bytes, size)
                                                : serve_literally(emulator, bytes, size);
        if (used == 0 && (at > 0 || emulator->heard_size < EMULATOR_HEARD_SIZE))
            break;
        at += used ? used : 1;
    }
    emulator->heard_size -= at;
    memmove(emulator->heard, emulator->heard + at, emulator->heard_size);
}

void emulator_receive(struct emulator *emulator, const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        emulator->heard[emulator->heard_size++] = bytes[i];
        heard_drain(emulator);
    }
}

void emulator_send(struct emulator *emulator, const uint8_t *bytes, size_t size)
{
    if (size > emulator->output_capacity - emulator->output_size)
        return;
    memcpy(emulator->output + emulator->output_size, bytes, size);
    emulator->output_size += size;
}

bool emulator_scan(struct emulator *emulator, const struct decoded_frame *frame)
{
    if (!emulator_streaming(emulator))
        return false;
    size_t size = emulator->protocol->encode(&emulator->setup, frame,
                                             emulator->output + emulator->output_size,
                                             emulator->output_capacity - emulator->output_size);
    emulator->output_size += size;
    if (size > 0 && emulator->asked > 0)
        emulator->asked--;
    return size > 0;
}

void emulator_present(struct emulator *emulator)
{
    if (emulator->protocol->encode_info)
        emulator->output_size += emulator->protocol->encode_info(
            &emulator->setup, emulator->output + emulator->output_size,
            emulator->output_capacity - emulator->output_size);
}

size_t emulator_output(struct emulator *emulator, uint8_t *bytes, size_t size)
{
    size_t taken = size < emulator->output_size ? size : emulator->output_size;
    memcpy(bytes, emulator->output, taken);
    emulator->output_size -= taken;
    memmove(emulator->output, emulator->output + taken, emulator->output_size);
    return taken;
}

bool emulator_streaming(const struct emulator *emulator)
{
    return emulator->streaming || emulator->asked > 0;
}

double emulator_rate_hz(const struct emulator *emulator)
{
    return emulator->rate_hz;
}

void emulator_restart(struct emulator *emulator)
{
    emulator->streaming = !emulator->protocol->start && !emulator->protocol->poll;
    emulator->asked = 0;
    emulator->rate_hz = 0;
    emulator->heard_size = 0;
    emulator->output_size = 0;
}

void emulator_destroy(struct emulator *emulator)
{
    if (!emulator)
        return;
    free(emulator->output);
    free(emulator);
}
