/**
 * @file ring_layout.h
 * How a ring lies in its file: a page of header, then slots of one size; for ring.c, which writes
 * it, and ring_watch.c, which reads along.
 */
#ifndef ROLLSCOPE_BUS_RING_LAYOUT_H
#define ROLLSCOPE_BUS_RING_LAYOUT_H

#include "ring.h"

#include <stdatomic.h>

struct ring_header {
    uint64_t magic;
    uint32_t slot_size, slots;
    _Atomic uint64_t next;
    _Atomic uint64_t ended;
    _Atomic uint32_t turn;     /* rises with each message and at the end; readers sleep on it */
    _Atomic uint32_t replaced; /* another session's ring took this one's place */
    uint64_t written_us;
    int64_t process;
    int64_t origin;
    char note[RING_NOTE_SIZE];
};

/** In front of each message. */
struct slot_header {
    _Atomic uint64_t number; /* NO_NUMBER while the slot is being written */
    uint32_t size, crc;
};

#define NO_NUMBER UINT64_MAX

/** Whether a mapping of so many bytes is a ring of this version. */
bool ring_header_sane(const struct ring_header *header, size_t bytes);

/** Where a message lies, or will; behind it its bytes. */
struct slot_header *ring_slot(const struct ring_header *header, uint64_t number);

/** What is mapped of a ring. */
struct ring_mapping {
    struct ring_header *header; /* NULL: nothing */
    size_t bytes, touched;
};

/** So many bytes more were written or read. A few megabytes stay in this process's memory; the
 *  file keeps the rest. */
void ring_touched(struct ring_mapping *mapping, size_t bytes);

/** Number of the oldest message that is surely kept. */
uint64_t ring_header_first(const struct ring_header *header);

#endif
