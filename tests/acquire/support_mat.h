/* An emulated mat on the far end of a line, in a thread of its own. */
#ifndef SUPPORT_MAT_H
#define SUPPORT_MAT_H

#include "acquire/acquire.h"

#include <pthread.h>
#include <stdatomic.h>

/* Scans of which a noisy mat knows whether it damaged them. */
#define FAKE_MAT_SCANS 1024

struct fake_mat {
    int descriptor; /* what it speaks through */
    struct emulator *emulator;
    struct mat_setup setup;
    unsigned chunk_max;  /* bytes a write at most */
    atomic_uint limit;   /* scans it makes, then it rests */
    atomic_uint scans;   /* made so far */
    atomic_bool restart; /* set to let it lose its power once */
    atomic_bool twice;   /* every frame is sent twice */
    atomic_bool noisy;   /* set: one byte in a hundred is changed, chunks are of random size */
    bool damaged[FAKE_MAT_SCANS];   /* scans of which a byte was changed; true once sent */
    bool cut_short[FAKE_MAT_SCANS]; /* scans of which the last byte was */
    atomic_ulong sent;              /* bytes */
    unsigned seed;
    atomic_bool stop;
    uint32_t sequence;
    uint64_t device_us;
    pthread_t thread;
};

/* Starts a mat of such an address, such as "rollscope&rows=8&cols=8". Scan number n holds n in its
 * first two cells, see scan_number(). */
void fake_mat_start(struct fake_mat *mat, int descriptor, const char *protocol, unsigned limit);
void fake_mat_stop(struct fake_mat *mat);

/* The picture of a scan: its number in the first two cells, the others all but empty. */
void scan_make(unsigned number, uint16_t *cells, size_t count);

/* The number of the scan that the cells show. */
unsigned scan_number(const uint16_t *cells);

/* A listening socket on a free port of the loopback. */
int loopback_listen(int *port);

#endif
