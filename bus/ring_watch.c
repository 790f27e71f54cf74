#include "ring_watch.h"

#include "ring_layout.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <zlib.h>

struct ring_watch {
    struct ring_mapping map; /* read-only */
};

static bool watch_map(struct ring_watch *watch, int file)
{
    struct stat about;
    if (fstat(file, &about) || about.st_size < (off_t)sizeof *watch->map.header)
        return false;
    void *memory = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_SHARED, file, 0);
    if (memory == MAP_FAILED)
        return false;
    watch->map.header = memory;
    watch->map.bytes = (size_t)about.st_size;
    return ring_header_sane(watch->map.header, watch->map.bytes);
}

struct ring_watch *ring_watch_open(const char *path)
{
    struct ring_watch *watch = calloc(1, sizeof *watch);
    int file = watch ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
    bool good = file >= 0 && watch_map(watch, file);
    if (file >= 0)
        close(file);
    if (good)
        return watch;
    ring_watch_close(watch);
    return NULL;
}

const char *ring_watch_note(const struct ring_watch *watch)
{
    return watch->map.header->note;
}

int64_t ring_watch_origin(const struct ring_watch *watch)
{
    return watch->map.header->origin;
}

uint64_t ring_watch_first(const struct ring_watch *watch)
{
    return ring_header_first(watch->map.header);
}

uint64_t ring_watch_next(const struct ring_watch *watch)
{
    return watch->map.header->next;
}

bool ring_watch_ended(const struct ring_watch *watch)
{
    return watch->map.header->ended;
}

bool ring_watch_replaced(const struct ring_watch *watch)
{
    return watch->map.header->replaced;
}

size_t ring_watch_size(const struct ring_watch *watch, uint64_t number)
{
    if (number < ring_watch_first(watch) || number >= ring_watch_next(watch))
        return 0;
    const struct slot_header *slot = ring_slot(watch->map.header, number);
    uint32_t size = slot->size;
    return slot->number == number && size <= watch->map.header->slot_size ? size : 0;
}

bool ring_watch_copy(struct ring_watch *watch, uint64_t number, void *to, size_t size)
{
    ring_touched(&watch->map, size);
    const struct slot_header *slot = ring_slot(watch->map.header, number);
    uint32_t crc = slot->crc;
    memcpy(to, slot + 1, size);
    atomic_thread_fence(memory_order_acquire);
    return slot->number == number && crc == (uint32_t)crc32(0, to, (uInt)size);
}

bool ring_watch_wait(const struct ring_watch *watch, uint64_t number, int timeout_ms)
{
    const struct timespec most = {.tv_sec = timeout_ms / 1000,
                                  .tv_nsec = timeout_ms % 1000 * 1000000L};
    uint32_t turn = watch->map.header->turn;
    if (number < ring_watch_next(watch) || ring_watch_ended(watch) || ring_watch_replaced(watch))
        return true;
    long woken = syscall(SYS_futex, &watch->map.header->turn, FUTEX_WAIT, turn, &most, NULL, 0);
    return !woken || errno != EINTR;
}

void ring_watch_close(struct ring_watch *watch)
{
    if (!watch)
        return;
    if (watch->map.header)
        munmap(watch->map.header, watch->map.bytes);
    free(watch);
}
