/* Writing fails, or the recorder is killed, at every single write of a session with events of all
 * kinds: what is recorded on is what would have been recorded undisturbed.
 *
 * The writes of HDF5 come through pwrite() below, and time stands still, so that they are the same
 * in every run. */
#include "tools/recording/recording.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define FRAMES      150
#define SIDE        8
#define PART_S      0.7
#define PARTS       3
#define SYNC_EVERY  15
#define PAGE        4096
#define PAGES_MAX   4096
#define EVENTS_MOST 2048
#define CUTS        8 /* ROLLSCOPE_WRITES: at so many of the writes */

enum fault {
    NONE,
    DEAD, /* nothing reaches the file any more */
    FULL, /* nothing but what lies on pages that it has */
};

static struct {
    enum fault fault;
    size_t at, count; /* writes */
    bool met;
    bool pages[PAGES_MAX]; /* that were written */
} disk;

static bool is_recorded(int descriptor)
{
    char link[64], path[512];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    path[length > 0 ? length : 0] = '\0';
    return length > 3 && !strcmp(path + length - 3, ".h5");
}

/* How much of a write the disk still takes. */
static size_t taken(size_t size, off_t offset)
{
    size_t first = (size_t)offset / PAGE, page = first;
    if (disk.fault == NONE || disk.count <= disk.at)
        return size;
    if (disk.fault == DEAD)
        return 0;
    while (page * PAGE < (size_t)offset + size && disk.pages[page])
        page++;
    size_t end = page * PAGE;
    return page == first ? 0 : end < (size_t)offset + size ? end - (size_t)offset : size;
}

ssize_t pwrite(int descriptor, const void *bytes, size_t size, off_t offset)
{
    if (!is_recorded(descriptor))
        return syscall(SYS_pwrite64, descriptor, bytes, size, offset);
    disk.count++;
    size_t most = taken(size, offset);
    if (!most && size) {
        disk.met = true;
        errno = ENOSPC;
        return -1;
    }
    for (size_t page = (size_t)offset / PAGE; page * PAGE < (size_t)offset + most; page++)
        disk.pages[page] = true;
    return syscall(SYS_pwrite64, descriptor, bytes, most, offset);
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    (void)clock;
    *now = (struct timespec){.tv_sec = 1000};
    return 0;
}

static struct frame frame_of(uint64_t i)
{
    static uint16_t cells[SIDE * SIDE];
    for (uint64_t k = 0; k < SIDE * SIDE; k++)
        cells[k] = (uint16_t)((7 * i + 13 * k) % 4096);
    return (struct frame){.number = i,
                          .sequence = i,
                          .time_us = INT64_C(1700000000000000) + (int64_t)i * 10000,
                          .rows = SIDE,
                          .cols = SIDE,
                          .cells = cells};
}

/* What a detector and a person say of these frames. */
static struct {
    size_t count, note_count;
    struct event events[EVENTS_MOST], notes[FRAMES];
} said;

static void say(enum event_type type, uint64_t frame, uint32_t id)
{
    const struct event_kind *kind = event_kind(type);
    bool note = type == EVENT_MARKER;
    size_t number = note ? said.note_count++ : said.count++;
    struct event *event = note ? &said.notes[number] : &said.events[number];
    *event = (struct event){
        .type = type, .number = number, .frame = frame, .published_s = 0.01 * (double)frame};
    for (size_t i = 0; i < kind->column_count; i++)
        column_set_number(event, &kind->columns[i],
                          kind->columns[i].type == COLUMN_BOOL ? (double)((frame + i) % 2)
                                                               : (double)(frame + i));
    if (type == EVENT_SPOT)
        event->spot.id = id;
    if (type == EVENT_BOUT)
        event->bout.id = id;
    if (note)
        snprintf(event->marker.text, sizeof event->marker.text, "note %u", id);
}

static void say_all(void)
{
    for (uint64_t i = 0; i < FRAMES; i++) {
        for (uint32_t id = 1; id <= 4; id++)
            say(EVENT_CONTACT, i, id);
        if (i % 7 == 6)
            say(EVENT_STROKE, i, 0);
        if (i % 11 == 10)
            say(EVENT_HOLD, i, 0);
        if (i % 5 == 4)
            say(EVENT_BOUT, i, 1 + (uint32_t)(i / 50));
        if (i % 6 == 5)
            say(EVENT_SPOT, i, i < 100 ? 1 + (uint32_t)(i / 12) : 1 + (uint32_t)(i % 8));
        if (i % 13 == 12)
            say(EVENT_MARKER, i, (uint32_t)i);
    }
    say(EVENT_SUMMARY, FRAMES - 1, 0);
}

/* As `record` does: from where the file ends. */
static int record_on(struct recording *recording, struct failure *failure)
{
    size_t event = recording_next_event(recording), note = 0;
    uint64_t frame = recording_next(recording);
    int status = STATUS_OK;
    for (; frame < FRAMES && !status; frame++) {
        struct frame taken = frame_of(frame);
        status = recording_frame(recording, &taken, failure);
        for (; !status && event < said.count && said.events[event].frame <= frame; event++)
            status = recording_event(recording, &said.events[event], failure);
        for (; !status && note < said.note_count && said.notes[note].frame <= frame; note++)
            status = recording_note(recording, &said.notes[note], failure);
        if (!status && frame % SYNC_EVERY == SYNC_EVERY - 1)
            status = recorder_sync(recording->recorder, failure);
    }
    for (; !status && event < said.count; event++)
        status = recording_event(recording, &said.events[event], failure);
    return status;
}

static const struct bus_session session = {.id = "8d0a1c1e-5f1b-4c39-9a51-2f9b6f0c7d11",
                                           .mat = {.geometry = {.rows = SIDE,
                                                                .cols = SIDE,
                                                                .pitch_x_mm = 10,
                                                                .pitch_y_mm = 10,
                                                                .rate_hz = 100,
                                                                .scale_kpa = 0.1,
                                                                .full_scale = 4095}}};

static void expect(int status, const struct failure *failure)
{
    if (status < 0)
        fail_msg("%s", failure->text);
}

/* @return whether the fault was met */
static bool record(const char *path, const struct split *split, enum fault fault, size_t at)
{
    struct recording recording = {.sync_s = 1e9, .split = *split};
    struct parameters parameters;
    struct failure failure, closing;
    parameters_default(&parameters);
    memset(&disk, 0, sizeof disk);
    disk.at = at;
    expect(recording_open(&recording, path, &session, &parameters, &failure), &failure);
    disk.count = 0;
    disk.fault = fault;
    int status = record_on(&recording, &failure);
    int closed = recording_close(&recording, &closing);
    disk.fault = NONE;
    bool met = disk.met;
    if (!met) {
        expect(status, &failure);
        expect(closed, &closing);
        return false;
    }
    assert_true(status < 0 || closed < 0);
    recording.ours = true;
    expect(recording_open(&recording, path, &session, &parameters, &failure), &failure);
    expect(record_on(&recording, &failure), &failure);
    expect(recording_close(&recording, &failure), &failure);
    return true;
}

static void expect_same_frames(struct session *one, struct session *other)
{
    struct frame expected, found;
    struct failure failure;
    assert_int_equal(session_frames(one), session_frames(other));
    assert_true(session_check(other));
    while (session_read(one, &expected, &failure) == 1) {
        expect(session_read(other, &found, &failure), &failure);
        assert_int_equal(found.time_us, expected.time_us);
        assert_memory_equal(found.cells, expected.cells, sizeof *found.cells * SIDE * SIDE);
    }
}

static void expect_same_events(struct session *one, struct session *other, size_t at)
{
    struct event *expected, *found;
    struct failure failure;
    for (int type = 0; type < EVENT_TYPE_COUNT; type++) {
        const char *group = event_kind((enum event_type)type)->group;
        int count = session_events(one, NULL, (enum event_type)type, &expected, &failure);
        expect(count, &failure);
        int also = session_events(other, NULL, (enum event_type)type, &found, &failure);
        expect(also, &failure);
        if (count != also)
            fail_msg("write %zu: %d instead of %d %s", at, also, count, group);
        for (int i = 0; i < count; i++)
            if (memcmp(&expected[i], &found[i], sizeof *found) != 0)
                fail_msg("write %zu: row %d of %s differs", at, i, group);
        free(expected);
        free(found);
    }
}

static void expect_same_maps(struct session *one, struct session *other)
{
    struct session_maps expected, found;
    struct failure failure;
    assert_int_equal(session_maps(one, NULL, &expected, &failure), 1);
    assert_int_equal(session_maps(other, NULL, &found, &failure), 1);
    for (int i = 0; i < SESSION_MAP_COUNT; i++)
        assert_memory_equal(expected.kpa[i], found.kpa[i], SIDE * SIDE * sizeof(float));
    session_maps_free(&expected);
    session_maps_free(&found);
}

static void expect_same(const char *undisturbed, const char *path, size_t at)
{
    struct session *one, *other;
    struct failure failure;
    expect(session_open(&one, undisturbed, &failure), &failure);
    expect(session_open(&other, path, &failure), &failure);
    expect_same_frames(one, other);
    expect_same_events(one, other, at);
    expect_same_maps(one, other);
    session_close(one);
    session_close(other);
}

/* @return parts */
static uint32_t expect_same_parts(const char *undisturbed, const char *path, size_t at)
{
    char expected[PATH_MAX], found[PATH_MAX];
    uint32_t part = 1;
    for (;; part++) {
        recording_part(expected, undisturbed, part);
        recording_part(found, path, part);
        if (access(expected, F_OK))
            break;
        expect_same(expected, found, at);
        assert_int_equal(unlink(found), 0);
    }
    assert_int_not_equal(access(found, F_OK), 0);
    return part - 1;
}

static void unlink_parts(const char *path)
{
    char name[PATH_MAX];
    for (uint32_t part = 1; recording_part(name, path, part), !unlink(name); part++)
        continue;
}

static void fault_at_every_write(enum fault fault, const struct split *split)
{
    char folder[] = "/tmp/rollscope-recording-XXXXXX", undisturbed[64], path[64];
    const char *asked = getenv("ROLLSCOPE_WRITES");
    assert_non_null(mkdtemp(folder));
    snprintf(undisturbed, sizeof undisturbed, "%s/undisturbed.h5", folder);
    snprintf(path, sizeof path, "%s/faulty.h5", folder);
    assert_false(record(undisturbed, split, NONE, 0));
    size_t writes = disk.count, cuts = asked ? (size_t)atoi(asked) : CUTS;
    size_t met = 0;
    for (size_t i = 0; i < cuts; i++) {
        size_t at = writes * i / cuts;
        met += record(path, split, fault, at);
        if (split_is(split)) {
            assert_int_equal(expect_same_parts(undisturbed, path, at), PARTS);
            continue;
        }
        expect_same(undisturbed, path, at);
        assert_int_equal(unlink(path), 0);
    }
    assert_true(met > cuts / 2);
    unlink(undisturbed);
    unlink_parts(undisturbed);
    rmdir(folder);
}

static void a_recorder_killed_at_any_write_goes_on_as_if_undisturbed(void **state)
{
    (void)state;
    fault_at_every_write(DEAD, &(struct split){0});
}

static void a_recorder_of_parts_killed_at_any_write_goes_on_as_if_undisturbed(void **state)
{
    (void)state;
    fault_at_every_write(DEAD, &(struct split){.seconds = PART_S});
}

static void a_disk_full_at_any_write_loses_and_spoils_nothing(void **state)
{
    (void)state;
    fault_at_every_write(FULL, &(struct split){0});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_recorder_killed_at_any_write_goes_on_as_if_undisturbed),
        cmocka_unit_test(a_recorder_of_parts_killed_at_any_write_goes_on_as_if_undisturbed),
        cmocka_unit_test(a_disk_full_at_any_write_loses_and_spoils_nothing),
    };
    say_all();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
