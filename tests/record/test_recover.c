/* What a kill leaves is made whole, continued, and never made worse. */
#include "support_record.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define FOREVER UINT64_MAX

static void write_frame(struct recorder *recorder, uint64_t i)
{
    struct failure failure;
    struct frame frame = pattern_frame(i);
    if (recorder_frame(recorder, &frame, &failure) < 0)
        fail_msg("%s", failure.text);
    if (i % 50 == 10) {
        struct event event = pattern_event_at(EVENT_STROKE, (uint32_t)i, i / 50);
        assert_int_equal(recorder_event(recorder, &event, &failure), STATUS_OK);
        struct session_counter counters[2];
        size_t count = pattern_counters(counters, (double)i);
        assert_int_equal(recorder_counters(recorder, counters, count, &failure), STATUS_OK);
    }
}

static pid_t start_writer(const char *path, uint64_t frames, int *commits)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t writer = fork();
    if (writer == 0) {
        struct recorder *recorder = pattern_recorder(path);
        for (uint64_t i = 0; i < frames; i++) {
            write_frame(recorder, i);
            uint64_t committed = recorder_frames(recorder);
            if (i % 16 == 15 && write(ends[1], &committed, sizeof committed) < 0)
                break;
        }
        recorder_sync(recorder, NULL);
        raise(SIGKILL);
    }
    close(ends[1]);
    *commits = ends[0];
    return writer;
}

static uint64_t kill_writer_after(const char *path, int reports)
{
    int commits, status;
    uint64_t committed = 0, said;
    pid_t writer = start_writer(path, FOREVER, &commits);
    for (int i = 0; i < reports; i++)
        if (read(commits, &said, sizeof said) == (ssize_t)sizeof said)
            committed = said;
    assert_int_equal(kill(writer, SIGKILL), 0);
    assert_int_equal(waitpid(writer, &status, 0), writer);
    while (read(commits, &said, sizeof said) == (ssize_t)sizeof said)
        committed = said;
    close(commits);
    return committed;
}

/* Events may be there before the frames of the same commit are; once the file is whole, none is. */
static void check_session(const char *path, uint64_t least, bool closed)
{
    struct event *events;
    struct failure failure;
    struct session *session = check_opens(path, least, closed);
    uint64_t frames = session_frames(session);
    int count = session_events(session, NULL, EVENT_STROKE, &events, &failure);
    assert_true(count >= 0);
    if (closed) {
        assert_true((uint64_t)count <= (frames + 39) / 50);
        assert_true((uint64_t)count + 1 >= (frames + 39) / 50);
    }
    for (int i = 0; i < count; i++)
        assert_int_equal(events[i].stroke.id, 50 * i + 10 + 1);
    free(events);
    session_close(session);
}

static int kills_wanted(void)
{
    return getenv("ROLLSCOPE_LONG") ? 200 : 6;
}

static void a_file_killed_at_any_moment_is_recovered(void **state)
{
    (void)state;
    for (int i = 0; i < kills_wanted(); i++) {
        struct recovery recovery;
        struct failure failure;
        const char *path = scratch_file("killed.h5");
        unlink(path);
        uint64_t committed = kill_writer_after(path, 1 + i * 37 % 400);
        if (committed == 0)
            continue; /* killed before anything was promised */
        check_session(path, committed, false);
        if (session_recover(path, &recovery, &failure) < 0)
            fail_msg("%s", failure.text);
        assert_false(recovery.was_closed);
        assert_true(recovery.frames >= committed);
        check_session(path, recovery.frames, true);
        assert_int_equal(session_recover(path, &recovery, &failure), STATUS_OK);
        assert_true(recovery.was_closed);
    }
}

static void what_people_said_is_recovered_whatever_its_numbers(void **state)
{
    (void)state;
    struct recovery recovery;
    struct failure failure;
    struct event *events;
    const char *path = scratch_file("said.h5");
    struct recorder *recorder = pattern_recorder(path);
    for (uint64_t i = 0; i < 40; i++)
        write_frame(recorder, i);
    for (uint32_t id = 1; id <= 3; id++) {
        struct event event = pattern_event(EVENT_MARKER, id, 0);
        event.marker.id = id;
        assert_int_equal(recorder_event(recorder, &event, &failure), STATUS_OK);
    }
    assert_int_equal(recorder_close(recorder, &failure), STATUS_OK);
    assert_int_equal(run_python("alter.py", "leave_open", path), 0);
    if (session_recover(path, &recovery, &failure) < 0)
        fail_msg("%s", failure.text);
    assert_false(recovery.markers_lost || recovery.events_lost);
    struct session *session = check_opens(path, 40, true);
    assert_int_equal(session_events(session, NULL, EVENT_MARKER, &events, &failure), 3);
    assert_int_equal(events[2].marker.id, 3);
    free(events);
    session_close(session);
}

static void frames_past_the_last_commit_are_kept_when_their_checksums_agree(void **state)
{
    (void)state;
    struct recovery recovery;
    struct failure failure;
    const char *path = scratch_file("uncommitted.h5");
    pattern_write(path, true);
    assert_int_equal(run_python("alter.py", "forget_commits", path), 0);
    struct session *session;
    assert_int_equal(session_open(&session, path, &failure), STATUS_OK);
    assert_int_equal(session_frames(session), 20);
    session_close(session);
    assert_int_equal(session_recover(path, &recovery, &failure), STATUS_OK);
    assert_int_equal(recovery.uncommitted, 30);
    assert_int_equal(recovery.frames, 50); /* alter.py spoils frame 50 */
}

static void a_recording_in_progress_is_busy_and_named(void **state)
{
    (void)state;
    int commits, status;
    uint64_t said = 0;
    struct recovery recovery;
    struct recorder *recorder;
    struct failure failure;
    char holder[32];
    const char *path = scratch_file("busy.h5");
    pid_t writer = start_writer(path, FOREVER, &commits);
    while (said == 0)
        assert_int_equal(read(commits, &said, sizeof said), sizeof said);
    assert_int_equal(kill(writer, SIGSTOP), 0);
    assert_int_equal(session_recover(path, &recovery, &failure), STATUS_BUSY);
    snprintf(holder, sizeof holder, "process %d (", (int)writer);
    assert_non_null(strstr(failure.text, holder));
    assert_int_equal(recorder_reopen(&recorder, path, NULL, &failure), STATUS_BUSY);
    assert_null(recorder);
    kill(writer, SIGKILL);
    assert_int_equal(waitpid(writer, &status, 0), writer);
    close(commits);
}

static void a_spoilt_frame_stops_recovery_and_the_file_stays_as_it_was(void **state)
{
    (void)state;
    struct recovery recovery;
    struct failure failure;
    struct stat before, after;
    const char *path = scratch_file("spoilt.h5");
    pattern_write(path, true);
    assert_int_equal(run_python("alter.py", "spoil_frame_7", path), 0);
    assert_int_equal(stat(path, &before), 0);
    assert_int_equal(session_recover(path, &recovery, &failure), STATUS_FORMAT);
    assert_non_null(strstr(failure.text, "frame 7 does not match its checksum"));
    assert_int_equal(stat(path, &after), 0);
    assert_int_equal(before.st_ino, after.st_ino);
    assert_int_equal(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
    assert_int_not_equal(access(scratch_file("spoilt.h5.new"), F_OK), 0);
}

static void a_killed_recording_goes_on_as_if_nothing_had_happened(void **state)
{
    (void)state;
    int commits, status;
    struct recorder *recorder;
    struct failure failure;
    const struct recorder_options options = {.swmr = true};
    const char *path = scratch_file("continued.h5");
    pid_t writer = start_writer(path, 333, &commits);
    assert_int_equal(waitpid(writer, &status, 0), writer);
    close(commits);
    if (recorder_reopen(&recorder, path, &options, &failure) < 0)
        fail_msg("%s", failure.text);
    assert_int_equal(recorder_frames(recorder), 333);
    check_session(path, 333, false);
    for (uint64_t i = 333; i < 500; i++)
        write_frame(recorder, i);
    assert_int_equal(recorder_close(recorder, &failure), STATUS_OK);
    check_session(path, 500, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_killed_at_any_moment_is_recovered),
        cmocka_unit_test(what_people_said_is_recovered_whatever_its_numbers),
        cmocka_unit_test(frames_past_the_last_commit_are_kept_when_their_checksums_agree),
        cmocka_unit_test(a_recording_in_progress_is_busy_and_named),
        cmocka_unit_test(a_spoilt_frame_stops_recovery_and_the_file_stays_as_it_was),
        cmocka_unit_test(a_killed_recording_goes_on_as_if_nothing_had_happened),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
