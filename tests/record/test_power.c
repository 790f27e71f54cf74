/* What is left when the power goes: the disk has what was handed to it by the last sync that ended,
 * and of what was written since, page by page, an older or a newer state.
 *
 * The writes of HDF5 and the syncs of the recorder come through the functions below. */
#include "support_record.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE       4096
#define CUTS       30 /* ROLLSCOPE_POWER_CUTS: so many */
#define CHUNK_MOST 8  /* the frames of a chunk that was not full when it was synced may go */
#define FRAMES     400
#define WRITES_MAX 20000

enum change { BYTES, SIZE, SYNCED };

static struct {
    pthread_mutex_t mutex;
    char path[512]; /* of the file whose writes are kept; empty: none */
    size_t count;
    struct entry {
        enum change change;
        uint64_t offset; /* the new size */
        size_t size;
        unsigned char *bytes;
        uint64_t frames; /* given to the recorder before */
        size_t since;    /* a sync: entries before its beginning */
    } entries[WRITES_MAX];
    uint64_t frames;
} disk = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static bool is_watched(int descriptor)
{
    char link[64], path[512];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = *disk.path ? readlink(link, path, sizeof path - 1) : 0;
    path[length > 0 ? length : 0] = '\0';
    return length > 0 && !strcmp(path, disk.path);
}

static void keep(struct entry entry, const void *bytes)
{
    pthread_mutex_lock(&disk.mutex);
    if (disk.count == WRITES_MAX)
        abort();
    entry.frames = disk.frames;
    if (bytes) {
        entry.bytes = malloc(entry.size);
        memcpy(entry.bytes, bytes, entry.size);
    }
    disk.entries[disk.count++] = entry;
    pthread_mutex_unlock(&disk.mutex);
}

ssize_t pwrite(int descriptor, const void *bytes, size_t size, off_t offset)
{
    ssize_t written = syscall(SYS_pwrite64, descriptor, bytes, size, offset);
    if (written > 0 && is_watched(descriptor))
        keep((struct entry){BYTES, (uint64_t)offset, (size_t)written, NULL, 0, 0}, bytes);
    return written;
}

int ftruncate(int descriptor, off_t size)
{
    int result = (int)syscall(SYS_ftruncate, descriptor, size);
    if (result == 0 && is_watched(descriptor))
        keep((struct entry){.change = SIZE, .offset = (uint64_t)size}, NULL);
    return result;
}

int fdatasync(int descriptor)
{
    size_t since = disk.count;
    if (is_watched(descriptor))
        keep((struct entry){.change = SYNCED, .since = since}, NULL);
    return 0;
}

static void expect(int status, const struct failure *failure)
{
    if (status < 0)
        fail_msg("%s", failure->text);
}

/* One of three, said again and again. */
static struct event spot_at(uint64_t i)
{
    struct event spot = pattern_event_at(EVENT_SPOT, (uint32_t)i, i / 10 + 1);
    spot.spot.id = 1 + (uint32_t)(i / 10 % 3);
    return spot;
}

static void add_events(struct recorder *recorder, uint64_t i)
{
    static float kpa[SESSION_MAP_COUNT][PATTERN_ROWS * PATTERN_COLS];
    struct session_maps maps = {.duration_s = (double)i, .kpa = {kpa[0], kpa[1], kpa[2]}};
    struct failure failure;
    struct event event = pattern_event_at(EVENT_STROKE, (uint32_t)i, i / 10);
    struct event spot = spot_at(i);
    kpa[1][i % (PATTERN_ROWS * PATTERN_COLS)] = (float)i;
    expect(recorder_event(recorder, &event, &failure), &failure);
    expect(recorder_event(recorder, &spot, &failure), &failure);
    expect(recorder_maps(recorder, &maps, &failure), &failure);
}

/* Frames, events, counters and maps as a session goes, synced every 60 frames. */
static void record(const char *path)
{
    struct recorder *recorder;
    struct failure failure;
    struct session_about about = pattern_about();
    const struct recorder_options options = {.swmr = true, .sync_s = 1e9};
    struct session_counter counters[2];
    about.closed = false;
    snprintf(disk.path, sizeof disk.path, "%s", path);
    expect(recorder_open(&recorder, path, &about, NULL, &options, &failure), &failure);
    expect(recorder_counters(recorder, counters, pattern_counters(counters, 0), &failure),
           &failure);
    for (uint64_t i = 0; i < FRAMES; i++) {
        struct frame frame = pattern_frame(i);
        disk.frames = i + 1;
        expect(recorder_frame(recorder, &frame, &failure), &failure);
        if (i % 10 == 9)
            add_events(recorder, i);
        if (i % 60 == 59)
            expect(recorder_sync(recorder, &failure), &failure);
    }
    *disk.path = '\0';
    recorder_close(recorder, &failure);
}

struct image {
    unsigned char *bytes; /* [room] */
    size_t size, room;
};

static size_t least(size_t one, size_t other)
{
    return one < other ? one : other;
}

static size_t room_needed(void)
{
    size_t room = PAGE;
    for (size_t i = 0; i < disk.count; i++)
        if (disk.entries[i].offset + disk.entries[i].size > room)
            room = disk.entries[i].offset + disk.entries[i].size;
    return (room + PAGE - 1) / PAGE * PAGE;
}

/* Of entries [from, to) what falls into bytes [first, last) of the file. */
static void apply(struct image *image, size_t from, size_t to, size_t first, size_t last)
{
    for (size_t i = from; i < to; i++) {
        const struct entry *entry = &disk.entries[i];
        size_t begin = entry->offset > first ? entry->offset : first;
        size_t end = least(entry->offset + entry->size, last);
        if (entry->change == BYTES && begin < end)
            memcpy(image->bytes + begin, entry->bytes + (begin - entry->offset), end - begin);
    }
}

static size_t size_after(size_t count)
{
    size_t size = 0;
    for (size_t i = 0; i < count; i++) {
        const struct entry *entry = &disk.entries[i];
        if (entry->change == SIZE)
            size = entry->offset;
        else if (entry->change == BYTES && entry->offset + entry->size > size)
            size = entry->offset + entry->size;
    }
    return size;
}

static size_t draw(unsigned *dice, size_t from, size_t to)
{
    return from + (size_t)rand_r(dice) % (to - from + 1);
}

/* The power goes after `end` entries. Pages are each as of some moment since the sync; one whose
 * writes the disk keeps in order has all pages as of the same. */
static void cut(struct image *image, size_t safe, size_t end, bool in_order, unsigned *dice)
{
    size_t same = draw(dice, safe, end);
    memset(image->bytes, 0, image->room);
    image->size = size_after(in_order ? same : draw(dice, safe, end));
    apply(image, 0, safe, 0, image->room);
    for (size_t page = 0; page < image->room; page += PAGE)
        apply(image, safe, in_order ? same : draw(dice, safe, end), page, page + PAGE);
}

/* The last sync that ended before so many entries. */
static const struct entry *last_sync(size_t end)
{
    const struct entry *last = NULL;
    for (size_t i = 0; i < end; i++)
        if (disk.entries[i].change == SYNCED)
            last = &disk.entries[i];
    return last;
}

static void write_image(const char *path, const struct image *image)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(image->bytes, 1, image->size, file), image->size);
    assert_int_equal(fclose(file), 0);
}

static void expect_frames(struct session *session, uint64_t count)
{
    struct failure failure;
    struct frame found;
    assert_int_equal(session_frames(session), count);
    for (uint64_t i = 0; i < count; i++) {
        struct frame frame = pattern_frame(i);
        expect(session_read(session, &found, &failure), &failure);
        assert_int_equal(found.time_us, frame.time_us);
        assert_int_equal(found.sequence, frame.sequence);
        assert_memory_equal(found.cells, frame.cells,
                            sizeof *frame.cells * PATTERN_ROWS * PATTERN_COLS);
    }
}

static void expect_event(const struct event *found, const struct event *written)
{
    const struct event_kind *kind = event_kind(written->type);
    assert_int_equal(found->number, written->number);
    assert_int_equal(found->frame, written->frame);
    for (size_t i = 0; i < kind->column_count; i++)
        assert_memory_equal((const char *)found + kind->columns[i].offset,
                            (const char *)written + kind->columns[i].offset, kind->columns[i].size);
}

/* Of rows some columns may have reached the disk and others not: those that are left are as they
 * were written, and of frames that the file has. @return strokes */
static uint64_t expect_events(struct session *session)
{
    struct failure failure;
    struct event *strokes, *spots;
    int count = session_events(session, NULL, EVENT_STROKE, &strokes, &failure);
    expect(count, &failure);
    for (int i = 0; i < count; i++) {
        struct event event = pattern_event_at(EVENT_STROKE, (uint32_t)(10 * i + 9), (uint64_t)i);
        assert_true(event.frame < session_frames(session));
        expect_event(&strokes[i], &event);
    }
    int spot_count = session_events(session, NULL, EVENT_SPOT, &spots, &failure);
    expect(spot_count, &failure);
    assert_true(spot_count <= 3);
    for (int i = 0; i < spot_count; i++) {
        struct event event = spot_at(spots[i].frame);
        assert_true(event.frame < session_frames(session));
        expect_event(&spots[i], &event);
    }
    free(strokes);
    free(spots);
    return (uint64_t)count;
}

/* Where the disk kept the order the index of the events is whole, too. */
static void expect_recovered(const char *path, const struct entry *sync, bool in_order)
{
    struct recovery recovery;
    struct session *session;
    struct failure failure;
    expect(session_recover(path, &recovery, &failure), &failure);
    assert_true(recovery.frames + CHUNK_MOST > sync->frames);
    expect(session_open(&session, path, &failure), &failure);
    assert_true(session_check(session));
    expect_frames(session, recovery.frames);
    uint64_t strokes = expect_events(session);
    assert_true(10 * (strokes + 2) > sync->frames || (!in_order && recovery.events_lost));
    session_close(session);
    assert_int_equal(unlink(path), 0);
}

static void cut_again_and_again(bool in_order)
{
    const char *path = scratch_file("cut.h5"), *asked = getenv("ROLLSCOPE_POWER_CUTS");
    struct image image = {.room = room_needed()};
    unsigned dice = in_order ? 1 : 2;
    size_t first = 0;
    image.bytes = malloc(image.room);
    assert_non_null(image.bytes);
    while (!last_sync(first))
        first++;
    for (int left = asked ? atoi(asked) : CUTS; left > 0; left--) {
        size_t end = draw(&dice, first, disk.count);
        const struct entry *sync = last_sync(end);
        cut(&image, sync->since, end, in_order, &dice);
        write_image(path, &image);
        expect_recovered(path, sync, in_order);
    }
    free(image.bytes);
}

/* What HDF5 leaks in a damaged file does not concern the test. */
static void cut_apart(bool in_order)
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        cut_again_and_again(in_order);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void a_power_cut_leaves_what_was_synced(void **state)
{
    (void)state;
    cut_apart(true);
}

static void a_power_cut_leaves_what_was_synced_whatever_else_reached_the_disk(void **state)
{
    (void)state;
    cut_apart(false);
}

static int record_once(void **state)
{
    (void)state;
    record(scratch_file("recorded.h5"));
    return last_sync(disk.count) ? 0 : -1;
}

static int forget(void **state)
{
    (void)state;
    for (size_t i = 0; i < disk.count; i++)
        free(disk.entries[i].bytes);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_power_cut_leaves_what_was_synced),
        cmocka_unit_test(a_power_cut_leaves_what_was_synced_whatever_else_reached_the_disk),
    };
    return cmocka_run_group_tests(tests, record_once, forget);
}
