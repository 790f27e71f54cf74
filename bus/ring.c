#include "ring.h"

#include "ring_layout.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <zlib.h>

#define RING_MAGIC     UINT64_C(0x33676e6972736c72) /* "rlsring3" */
#define HEADER_BYTES   4096
#define SLOT_SIZE_MAX  (16U << 20)
#define SLOTS_MAX      (1U << 24)
#define SLOTS_LEAST    16U
#define RESIDENT_BYTES (2U << 20)
#define SLOTS_WRITTEN  1U /* always in the hands of ring_begin() */

_Static_assert(sizeof(struct ring_header) <= HEADER_BYTES, "the header fits its page");

struct ring {
    int file;
    struct ring_mapping map; /* nothing: not formatted */
    char *path;
};

static size_t slot_stride(uint32_t slot_size)
{
    return (sizeof(struct slot_header) + slot_size + 15) & ~(size_t)15;
}

static size_t ring_bytes(uint32_t slot_size, uint32_t slots)
{
    return HEADER_BYTES + slot_stride(slot_size) * slots;
}

struct slot_header *ring_slot(const struct ring_header *header, uint64_t number)
{
    size_t index = (size_t)(number % header->slots);
    char *slots = (char *)header + HEADER_BYTES;
    return (struct slot_header *)(void *)(slots + index * slot_stride(header->slot_size));
}

static uint8_t *slot_bytes(struct slot_header *slot)
{
    return (uint8_t *)(slot + 1);
}

static bool slot_whole(const struct ring *ring, struct slot_header *slot, uint64_t number)
{
    return slot->number == number && slot->size <= ring->map.header->slot_size &&
           slot->crc == (uint32_t)crc32(0, slot_bytes(slot), slot->size);
}

void ring_touched(struct ring_mapping *mapping, size_t bytes)
{
    mapping->touched += bytes;
    if (mapping->touched < RESIDENT_BYTES)
        return;
    mapping->touched = 0;
    madvise(mapping->header, mapping->bytes, MADV_DONTNEED);
}

static int ring_map(struct ring *ring, size_t bytes, struct failure *failure)
{
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, ring->file, 0);
    if (memory == MAP_FAILED)
        return failure_system(failure, errno, "%s: cannot be mapped", ring->path);
    ring->map.header = memory;
    ring->map.bytes = bytes;
    return STATUS_OK;
}

static void ring_unmap(struct ring *ring)
{
    if (ring->map.header)
        munmap(ring->map.header, ring->map.bytes);
    ring->map.header = NULL;
}

bool ring_header_sane(const struct ring_header *header, size_t bytes)
{
    return header->magic == RING_MAGIC && header->slot_size > 0 &&
           header->slot_size <= SLOT_SIZE_MAX && header->slots >= 2 && header->slots <= SLOTS_MAX &&
           ring_bytes(header->slot_size, header->slots) == bytes &&
           memchr(header->note, 0, sizeof header->note);
}

/* Wakes the readers that wait for the next message. */
static void turn_say(struct ring *ring)
{
    atomic_fetch_add(&ring->map.header->turn, 1);
    syscall(SYS_futex, &ring->map.header->turn, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

static void torn_end_drop(struct ring *ring)
{
    while (ring_next(ring) > ring_first(ring)) {
        uint64_t last = ring_next(ring) - 1;
        if (slot_whole(ring, ring_slot(ring->map.header, last), last))
            break;
        ring->map.header->next = last;
    }
}

static int ring_take_over(struct ring *ring, struct failure *failure)
{
    struct stat about;
    if (fstat(ring->file, &about))
        return failure_system(failure, errno, "%s", ring->path);
    if (about.st_size < HEADER_BYTES)
        return STATUS_OK;
    int status = ring_map(ring, (size_t)about.st_size, failure);
    if (status)
        return status;
    if (!ring_header_sane(ring->map.header, ring->map.bytes)) {
        ring_unmap(ring);
        return STATUS_OK;
    }
    torn_end_drop(ring);
    ring->map.header->process = getpid();
    return STATUS_OK;
}

static int busy_failure(const struct ring *ring, struct failure *failure)
{
    struct ring_header header = {0};
    if (pread(ring->file, &header, sizeof header, 0) == (ssize_t)sizeof header && header.process)
        return failure_set(failure, STATUS_BUSY, "%s: process %lld publishes there already",
                           ring->path, (long long)header.process);
    return failure_set(failure, STATUS_BUSY, "%s: another process publishes there already",
                       ring->path);
}

/* Whether the file was not replaced between being opened and being locked. */
static bool still_there(const struct ring *ring)
{
    struct stat opened, named;
    return !fstat(ring->file, &opened) && !stat(ring->path, &named) &&
           opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

static int file_lock(struct ring *ring, struct failure *failure)
{
    for (;;) {
        ring->file = open(ring->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (ring->file < 0)
            return failure_system(failure, errno, "%s", ring->path);
        if (flock(ring->file, LOCK_EX | LOCK_NB))
            return busy_failure(ring, failure);
        if (still_there(ring))
            return STATUS_OK;
        close(ring->file);
    }
}

int ring_open(struct ring **result, const char *path, struct failure *failure)
{
    *result = NULL;
    struct ring *ring = calloc(1, sizeof *ring);
    if (!ring || !(ring->path = strdup(path))) {
        free(ring);
        return failure_set(failure, STATUS_MEMORY, "%s: out of memory", path);
    }
    int status = file_lock(ring, failure);
    if (!status)
        status = ring_take_over(ring, failure);
    if (status)
        ring_close(ring);
    else
        *result = ring;
    return status;
}

/* A file that readers may have mapped is never cut short: another takes its place. */
static int ring_renew(struct ring *ring, struct failure *failure)
{
    struct stat about;
    if (!fstat(ring->file, &about) && !about.st_size)
        return STATUS_OK;
    if (ring->map.header) {
        atomic_store(&ring->map.header->replaced, 1);
        turn_say(ring);
    }
    ring_unmap(ring);
    unlink(ring->path);
    int file = open(ring->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0 || flock(file, LOCK_EX | LOCK_NB)) {
        int error = errno;
        if (file >= 0)
            close(file);
        return failure_system(failure, error, "%s", ring->path);
    }
    close(ring->file);
    ring->file = file;
    return STATUS_OK;
}

/* Reserves the space for as many slots as fit. */
static int ring_reserve(struct ring *ring, uint32_t slot_size, uint32_t *slots,
                        struct failure *failure)
{
    for (;; *slots /= 2) {
        size_t bytes = ring_bytes(slot_size, *slots);
        int error = ftruncate(ring->file, 0) ? errno : 0;
        if (!error)
            error = posix_fallocate(ring->file, 0, (off_t)bytes);
        if (!error)
            return STATUS_OK;
        bool room_short = error == ENOSPC || error == EFBIG || error == EDQUOT;
        if (!room_short || *slots < 2 * SLOTS_LEAST)
            return failure_system(failure, error, "%s: no room for %zu bytes", ring->path, bytes);
    }
}

int ring_format(struct ring *ring, uint32_t slot_size, uint32_t slots, const char *note,
                struct failure *failure)
{
    if (!slot_size || slot_size > SLOT_SIZE_MAX || slots < 2 || slots > SLOTS_MAX ||
        strlen(note) >= RING_NOTE_SIZE)
        return failure_set(failure, STATUS_ARGUMENT, "%s: %u slots of %u bytes", ring->path, slots,
                           slot_size);
    int status = ring_renew(ring, failure);
    if (!status)
        status = ring_reserve(ring, slot_size, &slots, failure);
    if (!status)
        status = ring_map(ring, ring_bytes(slot_size, slots), failure);
    if (status)
        return status;
    struct ring_header *header = ring->map.header;
    header->slot_size = slot_size;
    header->slots = slots;
    header->process = getpid();
    memcpy(header->note, note, strlen(note) + 1);
    atomic_thread_fence(memory_order_release);
    header->magic = RING_MAGIC;
    return STATUS_OK;
}

const char *ring_note(const struct ring *ring)
{
    return ring->map.header ? ring->map.header->note : "";
}

uint8_t *ring_begin(struct ring *ring)
{
    struct slot_header *slot = ring_slot(ring->map.header, ring->map.header->next);
    atomic_store(&slot->number, NO_NUMBER);
    return slot_bytes(slot);
}

void ring_commit(struct ring *ring, size_t size)
{
    uint64_t number = ring->map.header->next;
    struct slot_header *slot = ring_slot(ring->map.header, number);
    slot->size = (uint32_t)size;
    slot->crc = (uint32_t)crc32(0, slot_bytes(slot), slot->size);
    atomic_store(&slot->number, number);
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    ring->map.header->written_us = (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
    atomic_store(&ring->map.header->next, number + 1);
    turn_say(ring);
    ring_touched(&ring->map, size);
}

int ring_read(const struct ring *ring, uint64_t number, const uint8_t **bytes, size_t *size)
{
    if (number < ring_first(ring) || number >= ring_next(ring))
        return 0;
    struct slot_header *slot = ring_slot(ring->map.header, number);
    if (!slot_whole(ring, slot, number))
        return STATUS_FORMAT;
    *bytes = slot_bytes(slot);
    *size = slot->size;
    return 1;
}

uint64_t ring_header_first(const struct ring_header *header)
{
    uint64_t next = header->next, kept = header->slots - SLOTS_WRITTEN;
    return next > kept ? next - kept : 0;
}

uint64_t ring_first(const struct ring *ring)
{
    return ring->map.header ? ring_header_first(ring->map.header) : 0;
}

uint64_t ring_next(const struct ring *ring)
{
    return ring->map.header ? ring->map.header->next : 0;
}

uint32_t ring_capacity(const struct ring *ring)
{
    return ring->map.header ? ring->map.header->slots - SLOTS_WRITTEN : 0;
}

uint32_t ring_slot_size(const struct ring *ring)
{
    return ring->map.header ? ring->map.header->slot_size : 0;
}

double ring_written_s(const struct ring *ring)
{
    return ring->map.header ? (double)ring->map.header->written_us * 1e-6 : 0;
}

void ring_set_origin(struct ring *ring, int64_t origin)
{
    ring->map.header->origin = origin;
}

int64_t ring_origin(const struct ring *ring)
{
    return ring->map.header ? ring->map.header->origin : 0;
}

void ring_end(struct ring *ring)
{
    atomic_store(&ring->map.header->ended, 1);
    turn_say(ring);
}

bool ring_ended(const struct ring *ring)
{
    return ring->map.header && ring->map.header->ended;
}

void ring_close(struct ring *ring)
{
    if (!ring)
        return;
    ring_unmap(ring);
    if (ring->file >= 0)
        close(ring->file);
    free(ring->path);
    free(ring);
}

void ring_discard(struct ring *ring)
{
    unlink(ring->path);
    ring_close(ring);
}
