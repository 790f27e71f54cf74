/**
 * @file ring.h
 * The newest messages of a stream, numbered without gaps, in a mapped file that outlives its
 * process. Slots of one size, each with its number and a CRC-32, so that a torn one is seen. One
 * process at a time has it open (flock). The space is reserved when it is formatted: a full disk
 * is an error then and never a crash later.
 */
#ifndef ROLLSCOPE_BUS_RING_H
#define ROLLSCOPE_BUS_RING_H

#include "mat/mat.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Longest note, bytes. */
#define RING_NOTE_SIZE 2048

struct ring;

/**
 * Opens or makes the file and locks it. What it holds stays; a file that is no ring, or one of
 * another version, counts as empty and must be formatted. A torn last message is dropped.
 * @return STATUS_OK, STATUS_BUSY naming the process that has it open, STATUS_SYSTEM, STATUS_MEMORY
 */
int ring_open(struct ring **result, const char *path, struct failure *failure);

/**
 * Empties it and gives it a new shape; numbers begin at 0.
 * @param slot_size bytes of the longest message, 1 .. 16 MB
 * @param slots how many, 2 .. 2^24; halved until it fits when the disk is too full
 * @param note the text that ring_note() gives back, shorter than RING_NOTE_SIZE
 */
int ring_format(struct ring *ring, uint32_t slot_size, uint32_t slots, const char *note,
                struct failure *failure);

/** The note; empty where the ring was not formatted. */
const char *ring_note(const struct ring *ring);

/** Where the next message is to be written, [slot_size]. */
uint8_t *ring_begin(struct ring *ring);

/** Keeps what was written there as message ring_next(). @param size at most slot_size */
void ring_commit(struct ring *ring, size_t size);

/**
 * A kept message.
 * @param bytes set to it; valid until the next ring_begin()
 * @return 1, 0 when it is not there (any more, or yet), STATUS_FORMAT when it is torn
 */
int ring_read(const struct ring *ring, uint64_t number, const uint8_t **bytes, size_t *size);

/** Number of the oldest message that is surely kept; ring_next() when there is none. */
uint64_t ring_first(const struct ring *ring);

/** Number of the next message. */
uint64_t ring_next(const struct ring *ring);

/** Messages that it holds at least. */
uint32_t ring_capacity(const struct ring *ring);

uint32_t ring_slot_size(const struct ring *ring);

/** When the last message was committed, seconds since 1970; 0: never. */
double ring_written_s(const struct ring *ring);

/** A number of the publisher's that stays with the ring, such as the time of its first message; 0
 *  until it is set. */
void ring_set_origin(struct ring *ring, int64_t origin);
int64_t ring_origin(const struct ring *ring);

/** Marks that nothing more will come. */
void ring_end(struct ring *ring);
bool ring_ended(const struct ring *ring);

/** The file stays. NULL is allowed. */
void ring_close(struct ring *ring);

/** Removes the file; on a tmpfs it holds memory. */
void ring_discard(struct ring *ring);

#endif
