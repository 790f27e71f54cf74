#include "frames_ahead.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define BLOCKS       16
#define BLOCK_FRAMES 64
#define BLOCK_BYTES  ((size_t)512 << 10) /* at most, but for one frame */
/* Reading that had to wait goes on when no more blocks than this are waiting: on a busy machine
   each change of threads takes long, so there are to be few. */
#define BLOCKS_LOW (BLOCKS / 2)

struct block {
    size_t count;
    struct frame frames[BLOCK_FRAMES];
    uint16_t *cells; /* [block_frames*cells] */
};

/* Where a reader is. */
struct place {
    uint64_t blocks; /* done with */
    size_t frame;    /* next one in the block at hand */
};

struct frames_ahead {
    struct session *session;
    size_t frame_cells, block_frames, readers;
    struct block blocks[BLOCKS];
    pthread_t thread;
    bool running;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t room, more;
    struct place places[FRAMES_AHEAD_READERS];
    uint64_t filled; /* blocks */
    int end;         /* what reading came to; STATUS_OK: not yet */
    struct failure failure;
    bool stopped;
};

/* @return what ended it, or STATUS_OK when it is full */
static int fill(struct frames_ahead *ahead, struct block *block, struct failure *failure)
{
    int status = 1;
    block->count = 0;
    while (block->count < ahead->block_frames && status == 1) {
        struct frame *frame = &block->frames[block->count];
        status = session_read(ahead->session, frame, failure);
        if (status != 1)
            break;
        uint16_t *cells = block->cells + block->count++ * ahead->frame_cells;
        memcpy(cells, frame->cells, ahead->frame_cells * sizeof *cells);
        frame->cells = cells;
    }
    return status == 1 ? STATUS_OK : status;
}

/* Blocks that the slowest reader is not done with. */
static uint64_t waiting(const struct frames_ahead *ahead)
{
    uint64_t most = 0;
    for (size_t i = 0; i < ahead->readers; i++) {
        uint64_t blocks = ahead->filled - ahead->places[i].blocks;
        most = blocks > most ? blocks : most;
    }
    return most;
}

static void wait_for_room(struct frames_ahead *ahead)
{
    if (waiting(ahead) < BLOCKS)
        return;
    while (waiting(ahead) > BLOCKS_LOW && !ahead->stopped)
        pthread_cond_wait(&ahead->room, &ahead->lock);
}

static void *read_on(void *context)
{
    struct frames_ahead *ahead = context;
    int end = STATUS_OK;
    while (end == STATUS_OK) {
        pthread_mutex_lock(&ahead->lock);
        wait_for_room(ahead);
        struct block *block = &ahead->blocks[ahead->filled % BLOCKS];
        bool stopped = ahead->stopped;
        pthread_mutex_unlock(&ahead->lock);
        struct failure failure = {0};
        end = stopped ? STATUS_END : fill(ahead, block, &failure);
        pthread_mutex_lock(&ahead->lock);
        ahead->filled += !stopped;
        ahead->end = end;
        ahead->failure = failure;
        pthread_cond_broadcast(&ahead->more);
        pthread_mutex_unlock(&ahead->lock);
    }
    return NULL;
}

static bool make_room(struct frames_ahead *ahead)
{
    size_t frame_bytes = ahead->frame_cells * sizeof(uint16_t);
    size_t most = BLOCK_BYTES / frame_bytes;
    ahead->block_frames = most < 1 ? 1 : most < BLOCK_FRAMES ? most : BLOCK_FRAMES;
    uint16_t *cells = malloc(BLOCKS * ahead->block_frames * frame_bytes);
    for (size_t i = 0; i < BLOCKS && cells; i++)
        ahead->blocks[i].cells = cells + i * ahead->block_frames * ahead->frame_cells;
    return cells != NULL;
}

int frames_ahead_open(struct frames_ahead **ahead, struct session *session, size_t readers,
                      struct failure *failure)
{
    struct frames_ahead *new = calloc(1, sizeof *new);
    *ahead = NULL;
    if (!new)
        return failure_set(failure, STATUS_MEMORY, "out of memory");
    new->session = session;
    new->readers = readers;
    new->frame_cells = geometry_cells(&session_about(session)->mat.geometry);
    pthread_mutex_init(&new->lock, NULL);
    pthread_cond_init(&new->room, NULL);
    pthread_cond_init(&new->more, NULL);
    if (!make_room(new)) {
        frames_ahead_close(new);
        return failure_set(failure, STATUS_MEMORY, "out of memory");
    }
    new->running = pthread_create(&new->thread, NULL, read_on, new) == 0;
    if (!new->running) {
        frames_ahead_close(new);
        return failure_set(failure, STATUS_SYSTEM, "no thread can be made to read frames");
    }
    *ahead = new;
    return STATUS_OK;
}

/* Waits for a block that is not done with. @return NULL when none comes */
static const struct block *block_of(struct frames_ahead *ahead, const struct place *place)
{
    while (ahead->filled == place->blocks && ahead->end == STATUS_OK && !ahead->stopped)
        pthread_cond_wait(&ahead->more, &ahead->lock);
    bool any = ahead->filled > place->blocks && !ahead->stopped;
    return any ? &ahead->blocks[place->blocks % BLOCKS] : NULL;
}

int frames_ahead_next(struct frames_ahead *ahead, size_t reader, struct frame *frame,
                      struct failure *failure)
{
    struct place *place = &ahead->places[reader];
    const struct block *block;
    pthread_mutex_lock(&ahead->lock);
    while ((block = block_of(ahead, place)) && place->frame >= block->count) {
        place->blocks++;
        place->frame = 0;
        if (waiting(ahead) <= BLOCKS_LOW)
            pthread_cond_signal(&ahead->room);
    }
    int status = block ? 1 : ahead->stopped ? STATUS_END : ahead->end;
    if (block)
        *frame = block->frames[place->frame++];
    else if (failure && status != STATUS_END)
        *failure = ahead->failure;
    pthread_mutex_unlock(&ahead->lock);
    return status;
}

void frames_ahead_stop(struct frames_ahead *ahead)
{
    if (!ahead)
        return;
    pthread_mutex_lock(&ahead->lock);
    ahead->stopped = true;
    pthread_cond_signal(&ahead->room);
    pthread_cond_broadcast(&ahead->more);
    pthread_mutex_unlock(&ahead->lock);
}

void frames_ahead_close(struct frames_ahead *ahead)
{
    if (!ahead)
        return;
    frames_ahead_stop(ahead);
    if (ahead->running)
        pthread_join(ahead->thread, NULL);
    pthread_cond_destroy(&ahead->more);
    pthread_cond_destroy(&ahead->room);
    pthread_mutex_destroy(&ahead->lock);
    free(ahead->blocks[0].cells);
    free(ahead);
}
