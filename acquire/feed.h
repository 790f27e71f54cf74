/**
 * @file feed.h
 * A transport and a protocol made into a source. Inside acquire/ only.
 */
#ifndef ROLLSCOPE_ACQUIRE_FEED_H
#define ROLLSCOPE_ACQUIRE_FEED_H

#include "acquire.h"
#include "transports/transports.h"

/** The most bytes that are looked at to find out a protocol. */
#define PROBE_BYTES_MAX 65536

/** The most reads of which they consist. */
#define PROBE_READS_MAX 4096

/** A read made while probing. */
struct probe_read {
    size_t end;         /**< of the read's bytes among all of them */
    int64_t arrival_us; /**< when they came */
};

/** What probing has found; its bytes are kept so that the first frames are not lost. */
struct probe {
    const struct protocol *protocol;
    struct mat_setup setup;
    uint8_t *bytes; /**< [size] */
    size_t size;
    struct probe_read *reads; /**< [count] */
    size_t count;
};

/**
 * Finds out what protocol a mat speaks: listens, and if it hears nothing that decodes, says what
 * makes the known mats stream, one after the other, each harmless to the others.
 * @param probe filled in; probe_free() gives it back, also on failure
 * @param only the one protocol that comes into question; NULL: any
 * @return STATUS_OK; STATUS_FORMAT: bytes came and none decoded; STATUS_NOT_FOUND: nothing came;
 *         STATUS_ARGUMENT: a parameter; or the transport's failure
 */
int probe_run(struct probe *probe, struct transport *transport, const struct address *address,
              const struct protocol *only, struct failure *failure);

void probe_free(struct probe *probe);

/** Says that bytes arrive but nothing decodes: line settings and the first bytes [size].
 *  @return STATUS_FORMAT */
int undecoded_failure(const struct transport *transport, const uint8_t *bytes, size_t size,
                      struct failure *failure);

/** Says a word to the mat. @return STATUS_OK, also where there is nothing to say or no way to and
 *  where the mat does not listen now; or the transport's failure. */
int transport_say(const struct transport *transport, const struct protocol *protocol,
                  const struct mat_setup *setup, enum host_word word, struct failure *failure);

/** Makes the source. Takes transport and probe over, also on failure. */
int feed_open(struct source **source, struct transport *transport, struct probe *probe,
              struct failure *failure);

#endif
