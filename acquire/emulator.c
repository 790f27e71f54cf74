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

/* 1: the bytes begin with the host's word (its length in *length), 0: they may become it, -1: they
 * do not. */
static int word_match(const struct emulator *emulator, enum host_word word, const uint8_t *bytes,
                      size_t size, size_t *length)
{
    uint8_t said[HOST_WORD_SIZE];
    *length = protocol_say(emulator->protocol, &emulator->setup, word, said);
    if (*length == 0 || memcmp(bytes, said, size < *length ? size : *length) != 0)
        return -1;
    return size >= *length;
}

static size_t serve_literally(struct emulator *emulator, const uint8_t *bytes, size_t size)
{
    bool maybe = false;
    static const enum host_word words[] = {HOST_POLL, HOST_START, HOST_STOP};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        size_t length;
        int match = word_match(emulator, words[i], bytes, size, &length);
        maybe = maybe || match == 0;
        if (match <= 0)
            continue;
        if (words[i] == HOST_POLL)
            emulator->asked++;
        else
            emulator->streaming = words[i] == HOST_START;
        return length;
    }
    return maybe ? 0 : 1;
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
    uint8_t said[HOST_WORD_SIZE];
    emulator->streaming = protocol_say(emulator->protocol, &emulator->setup, HOST_START, said) == 0;
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
