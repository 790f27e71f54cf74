/* A disk that fills up, slowly or at once, leaves a whole file that can be gone on with. */
#include "support_record.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void limit_size(rlim_t bytes)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* Syncs, and fills the disk after the next frame; where the machine stood still between the two the
   recorder may look for room and stop by itself, so then once more. */
struct filling {
    bool limited;
    uint64_t synced; /* frames */
    double synced_s;
};

static void fill_at_once(struct filling *filling, struct recorder *recorder, const char *path,
                         uint64_t frames)
{
    struct failure failure;
    struct stat file;
    if (filling->limited || frames < 500)
        return;
    if (filling->synced && frames > filling->synced && now_s() - filling->synced_s < 0.05) {
        assert_int_equal(stat(path, &file), 0);
        limit_size((rlim_t)file.st_size);
        filling->limited = true;
        return;
    }
    filling->synced_s = now_s();
    assert_int_equal(recorder_sync(recorder, &failure), STATUS_OK);
    filling->synced = frames;
}

/* The limit is met while there is still a reserve, or all at once. @return frames recorded */
static uint64_t record_until_full(const char *path, rlim_t room, bool sudden)
{
    struct recorder *recorder = pattern_recorder(path);
    struct failure failure;
    struct filling filling = {.limited = !sudden};
    uint64_t frames = 0;
    if (!sudden)
        limit_size(room);
    for (int status = STATUS_OK; status == STATUS_OK; frames += status == STATUS_OK) {
        struct frame frame = pattern_frame(frames);
        fill_at_once(&filling, recorder, path, frames);
        status = recorder_frame(recorder, &frame, &failure);
    }
    if (failure.status != STATUS_FULL)
        fail_msg("%s", failure.text);
    assert_non_null(strstr(failure.text, path));
    assert_int_equal(recorder_failed(recorder), sudden);
    struct frame frame = pattern_frame(frames);
    assert_int_equal(recorder_frame(recorder, &frame, NULL), STATUS_FULL);
    uint64_t committed = recorder_frames(recorder);
    if (sudden) {
        assert_int_equal(committed, filling.synced);
    } else {
        assert_int_equal(committed, frames);
        limit_size(room * 2);
        for (uint64_t last = frames + 100; frames < last; frames++) {
            frame = pattern_frame(frames);
            assert_int_equal(recorder_frame(recorder, &frame, NULL), STATUS_OK);
        }
        committed = frames;
    }
    assert_int_equal(recorder_close(recorder, &failure), sudden ? STATUS_FULL : STATUS_OK);
    return committed;
}

static uint64_t fill(const char *path, bool sudden)
{
    int ends[2], status;
    uint64_t frames = 0;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        signal(SIGXFSZ, SIG_IGN);
        frames = record_until_full(path, 3 << 20, sudden);
        _exit(write(ends[1], &frames, sizeof frames) == sizeof frames ? 0 : 1);
    }
    close(ends[1]);
    assert_int_equal(read(ends[0], &frames, sizeof frames), sizeof frames);
    close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    session_close(check_opens(path, frames, !sudden));
    return frames;
}

static void a_full_disk_stops_recording_until_there_is_room_and_the_file_is_whole(void **state)
{
    (void)state;
    assert_true(fill(scratch_file("full.h5"), false) > 0);
}

static void a_disk_that_fills_at_once_leaves_what_was_committed(void **state)
{
    (void)state;
    assert_true(fill(scratch_file("sudden.h5"), true) >= 500);
}

static void a_file_that_a_full_disk_spoilt_goes_on_as_a_copy(void **state)
{
    (void)state;
    struct recorder *recorder;
    struct failure failure;
    const char *path = scratch_file("sudden.h5");
    if (recorder_reopen(&recorder, path, NULL, &failure) < 0)
        fail_msg("%s", failure.text);
    uint64_t frames = recorder_frames(recorder);
    assert_true(frames > 0);
    for (uint64_t i = frames; i < frames + 10; i++) {
        struct frame frame = pattern_frame(i);
        assert_int_equal(recorder_frame(recorder, &frame, &failure), STATUS_OK);
    }
    assert_int_equal(recorder_close(recorder, &failure), STATUS_OK);
    struct session *session;
    assert_int_equal(session_open(&session, path, &failure), STATUS_OK);
    assert_int_equal(session_frames(session), frames + 10);
    assert_true(session_about(session)->recovered);
    session_close(session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_disk_stops_recording_until_there_is_room_and_the_file_is_whole),
        cmocka_unit_test(a_disk_that_fills_at_once_leaves_what_was_committed),
        cmocka_unit_test(a_file_that_a_full_disk_spoilt_goes_on_as_a_copy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
