#include "feed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LISTEN_MS      300  /* before anything is said, and after each word */
#define PATIENT_MS     1500 /* for one protocol, where something is heard: some send 12 Hz */
#define ROUNDS         2
#define READ_SIZE      1024
#define CANDIDATES_MAX 32
#define SHOWN_BYTES    16

struct candidate {
    const struct protocol *protocol;
    struct mat_setup setup;
    struct decoder *decoder;
};

struct probing {
    struct probe *probe;
    struct transport *transport;
    struct candidate candidates[CANDIDATES_MAX];
    size_t count;
    bool ended; /* the transport is drained, or enough was read */
};

int undecoded_failure(const struct transport *transport, const uint8_t *bytes, size_t size,
                      struct failure *failure)
{
    char shown[3 * SHOWN_BYTES + 1] = "";
    for (size_t i = 0; i < size && i < SHOWN_BYTES; i++)
        snprintf(shown + 3 * i, 4, " %02x", bytes[i]);
    const char *line = transport->ops->line ? transport->ops->line(transport->self) : NULL;
    return failure_set(failure, STATUS_FORMAT,
                       "bytes arrive but nothing decodes: %s%sfirst bytes%s", line ? line : "",
                       line ? ", " : "", shown);
}

int transport_say(const struct transport *transport, const struct protocol *protocol,
                  const struct mat_setup *setup, enum host_word word, struct failure *failure)
{
    uint8_t said[HOST_WORD_SIZE];
    size_t size = transport->ops->write ? protocol_say(protocol, setup, word, said) : 0;
    int status = size ? transport->ops->write(transport->self, said, size, failure) : 0;
    return status < 0 && status != STATUS_BUSY ? status : STATUS_OK;
}

static int candidates_make(struct probing *probing, const struct address *address,
                           const struct protocol *only, struct failure *failure)
{
    size_t count;
    const struct protocol *const *table = protocol_table(&count);
    bool variant_given = address_get(address, "variant", NULL);
    for (size_t i = 0; i < count && probing->count < CANDIDATES_MAX; i++) {
        struct candidate *candidate = &probing->candidates[probing->count];
        if (only && table[i] != only)
            continue;
        int status = mat_setup_make(&candidate->setup, table[i], address, failure);
        if (status && variant_given && !only)
            continue;
        if (status)
            return status;
        candidate->protocol = table[i];
        candidate->decoder = decoder_create(table[i], &candidate->setup);
        if (!candidate->decoder)
            return failure_set(failure, STATUS_MEMORY, "out of memory while probing");
        probing->count++;
    }
    return STATUS_OK;
}

/* The candidate that is proven, the one with the most bytes explained where there are several. */
static struct candidate *winner(struct probing *probing, bool any_frame)
{
    struct candidate *best = NULL;
    uint64_t most = 0;
    for (size_t i = 0; i < probing->count; i++) {
        struct candidate *candidate = &probing->candidates[i];
        const struct decoder_counters *seen = decoder_counters(candidate->decoder);
        uint64_t needed = any_frame ? 1 : candidate->protocol->proof;
        if (seen->frames >= needed && seen->packet_bytes > most) {
            best = candidate;
            most = seen->packet_bytes;
        }
    }
    return best;
}

/* Reads once and shows it to all candidates. Returns the count or the transport's failure. */
static int listen_once(struct probing *probing, int timeout_ms, struct failure *failure)
{
    static const struct decoder_sink nowhere = {.context = NULL};
    struct probe *probe = probing->probe;
    int64_t arrival_us = 0;
    int size = probing->transport->ops->read(probing->transport->self, probe->bytes + probe->size,
                                             READ_SIZE, timeout_ms, &arrival_us, failure);
    if (size <= 0)
        return size;
    for (size_t i = 0; i < probing->count; i++)
        decoder_push(probing->candidates[i].decoder, probe->bytes + probe->size, (size_t)size,
                     &nowhere);
    probe->size += (size_t)size;
    probe->reads[probe->count++] = (struct probe_read){probe->size, arrival_us};
    probing->ended = probe->size + READ_SIZE > PROBE_BYTES_MAX || probe->count == PROBE_READS_MAX;
    return size;
}

/* Listens for a while. STATUS_OK: a winner, or nobody yet; negative: the transport failed. */
static int listen_for(struct probing *probing, int64_t time_us, struct failure *failure)
{
    int64_t end_us = clock_now_us() + time_us;
    for (;;) {
        int64_t left_ms = (end_us - clock_now_us() + 999) / 1000;
        if (winner(probing, false) || probing->ended || left_ms <= 0)
            return STATUS_OK;
        int status = listen_once(probing, (int)left_ms, failure);
        if (status == STATUS_END)
            probing->ended = true;
        else if (status < 0)
            return status;
    }
}

/* Says a word of one candidate and listens. */
static int word_try(struct probing *probing, const struct candidate *candidate, enum host_word word,
                    struct failure *failure)
{
    int status =
        transport_say(probing->transport, candidate->protocol, &candidate->setup, word, failure);
    return status ? status : listen_for(probing, LISTEN_MS * INT64_C(1000), failure);
}

/* Says the start of one candidate; a mat that answers with one frame is asked for more. */
static int candidate_ask(struct probing *probing, struct candidate *candidate,
                         struct failure *failure)
{
    uint8_t said[HOST_WORD_SIZE];
    if (protocol_say(candidate->protocol, &candidate->setup, HOST_START, said) == 0)
        return STATUS_OK;
    const struct decoder_counters *seen = decoder_counters(candidate->decoder);
    uint64_t before = seen->frames;
    int status = word_try(probing, candidate, HOST_START, failure);
    while (!status && seen->frames > before && !winner(probing, false) && !probing->ended) {
        before = seen->frames;
        status = word_try(probing, candidate, HOST_POLL, failure);
    }
    return status;
}

/* The same for the other variant that the protocol wants to be tried. */
static int variant_ask(struct probing *probing, struct candidate *candidate,
                       struct failure *failure)
{
    if (candidate->setup.variant || !candidate->protocol->also_asked)
        return STATUS_OK;
    candidate->setup.variant = candidate->protocol->also_asked;
    int status = candidate_ask(probing, candidate, failure);
    if (winner(probing, false) != candidate)
        candidate->setup.variant = 0;
    return status;
}

static int probing_run(struct probing *probing, struct failure *failure)
{
    bool listens_only = !probing->transport->ops->write;
    int status =
        listen_for(probing, listens_only ? INT64_MAX / 2 : LISTEN_MS * INT64_C(1000), failure);
    if (!status && probing->count == 1 && probing->probe->size > 0)
        status = listen_for(probing, (PATIENT_MS - LISTEN_MS) * INT64_C(1000), failure);
    for (unsigned round = 0; round < ROUNDS && !status && !listens_only; round++)
        for (size_t i = 0; i < probing->count && !status; i++) {
            if (winner(probing, false) || probing->ended)
                return STATUS_OK;
            status = candidate_ask(probing, &probing->candidates[i], failure);
            if (!status && !winner(probing, false))
                status = variant_ask(probing, &probing->candidates[i], failure);
        }
    return status;
}

/* Takes the winner; where nothing is proven, whatever gave a frame. */
static int winner_take(struct probing *probing, const struct address *address,
                       struct failure *failure)
{
    struct probe *probe = probing->probe;
    const struct candidate *found = winner(probing, false);
    if (!found)
        found = winner(probing, true);
    if (found) {
        probe->protocol = found->protocol;
        probe->setup = found->setup;
        return STATUS_OK;
    }
    if (probe->size > 0)
        return undecoded_failure(probing->transport, probe->bytes, probe->size, failure);
    return failure_set(failure, STATUS_NOT_FOUND, "%s:%s: no mat answers (nothing was received)",
                       address->scheme, address->target);
}

int probe_run(struct probe *probe, struct transport *transport, const struct address *address,
              const struct protocol *only, struct failure *failure)
{
    struct probing probing = {.probe = probe, .transport = transport};
    *probe = (struct probe){.bytes = malloc(PROBE_BYTES_MAX),
                            .reads = malloc(PROBE_READS_MAX * sizeof *probe->reads)};
    if (!probe->bytes || !probe->reads)
        return failure_set(failure, STATUS_MEMORY, "out of memory while probing");
    int status = candidates_make(&probing, address, only, failure);
    if (!status)
        status = probing_run(&probing, failure);
    if (!status)
        status = winner_take(&probing, address, failure);
    for (size_t i = 0; i < probing.count; i++)
        decoder_destroy(probing.candidates[i].decoder);
    return status;
}

void probe_free(struct probe *probe)
{
    free(probe->bytes);
    free(probe->reads);
    *probe = (struct probe){.size = 0};
}
