/* The far end of a line, for tests: a pseudo-terminal fed by a thread, and captures as bytes. */
#ifndef SUPPORT_LINE_H
#define SUPPORT_LINE_H

#include "acquire/acquire.h"

#include <pthread.h>
#include <stdatomic.h>

/* Bytes of a capture, as they were read: [count] pieces of [size] at their times. */
struct pieces {
    uint8_t *bytes;
    size_t size, count;
    size_t *ends;        /* [count] */
    double *interval_ms; /* [count] */
};

/* Reads a file of ROLLSCOPE_DATA/dividat_flex. width: bytes a sample of a `.ws` file, whose header
 * is put back; 0: the bytes as they are. False: the data are not there. */
bool pieces_read(struct pieces *pieces, const char *file, size_t width);
void pieces_free(struct pieces *pieces);

/* A pseudo-terminal in raw mode whose master a thread writes to, piece by piece. */
struct line {
    int master;
    char path[64];
    const struct pieces *pieces;
    atomic_bool done;
    pthread_t thread;
};

void line_open(struct line *line);
void line_feed(struct line *line, const struct pieces *pieces);
void line_close(struct line *line);

/* Opens an address printf-like and expects it to work. */
struct source *source_of(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Reads until the line has been written and nothing more comes; shows each frame to take (NULL:
 * nobody). Returns how many came. */
uint64_t source_drain(struct source *source, struct line *line,
                      void (*take)(void *context, const struct frame *frame), void *context);

#endif
