/* Files that are being written, were left by a kill, are cut short or altered. */
#include "support_record.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define KILLED_FRAMES 200

static struct recorder *started(const char *path, bool swmr, uint64_t frames)
{
    struct recorder *recorder;
    struct failure failure;
    struct session_about about = pattern_about();
    const struct recorder_options options = {.swmr = swmr};
    if (recorder_open(&recorder, path, &about, NULL, &options, &failure) < 0)
        fail_msg("%s", failure.text);
    for (uint64_t i = 0; i < frames; i++) {
        struct frame frame = pattern_frame(i);
        assert_int_equal(recorder_frame(recorder, &frame, &failure), STATUS_OK);
    }
    return recorder;
}

static uint64_t check_prefix(const char *path)
{
    struct session *session;
    struct frame frame;
    struct failure failure;
    if (session_open(&session, path, &failure) < 0)
        fail_msg("%s", failure.text);
    uint64_t frames = session_frames(session);
    assert_false(session_about(session)->closed);
    for (uint64_t i = 0; i < frames; i++) {
        assert_int_equal(session_read(session, &frame, &failure), 1);
        struct frame written = pattern_frame(i);
        assert_int_equal(frame.time_us, written.time_us);
        assert_memory_equal(frame.cells, written.cells, PATTERN_ROWS * PATTERN_COLS * 2);
    }
    session_close(session);
    return frames;
}

static void a_session_is_read_while_it_is_recorded(void **state)
{
    (void)state;
    struct failure failure;
    const char *path = scratch_file("live.h5");
    int ready[2], status;
    char go = 0;
    assert_int_equal(pipe(ready), 0);
    pid_t reader = fork(); /* before this process opens the file, so that it reads the disk */
    if (reader == 0)
        _exit(read(ready[0], &go, 1) == 1 ? (int)check_prefix(path) : 0);
    struct recorder *recorder = started(path, true, 20);
    assert_int_equal(recorder_sync(recorder, &failure), STATUS_OK);
    assert_int_equal(recorder_frames(recorder), 20);
    assert_int_equal(write(ready[1], &go, 1), 1);
    assert_int_equal(waitpid(reader, &status, 0), reader);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 20);
    assert_int_equal(recorder_close(recorder, &failure), STATUS_OK);
    close(ready[0]);
    close(ready[1]);
}

static void killed_writer(const char *path, bool swmr)
{
    pid_t writer = fork();
    if (writer == 0) {
        struct recorder *recorder = started(path, swmr, KILLED_FRAMES);
        recorder_sync(recorder, NULL);
        struct frame frame = pattern_frame(KILLED_FRAMES);
        recorder_frame(recorder, &frame, NULL);
        raise(SIGKILL);
    }
    int status;
    assert_int_equal(waitpid(writer, &status, 0), writer);
    assert_true(WIFSIGNALED(status));
}

static void what_was_synced_before_a_kill_is_read(void **state)
{
    (void)state;
    killed_writer(scratch_file("killed.h5"), true);
    assert_int_equal(check_prefix(scratch_file("killed.h5")), KILLED_FRAMES);
}

static void a_file_killed_without_readers_in_mind_is_refused(void **state)
{
    (void)state;
    struct session *session;
    struct failure failure;
    killed_writer(scratch_file("lost.h5"), false);
    assert_int_equal(session_open(&session, scratch_file("lost.h5"), &failure), STATUS_BUSY);
    assert_non_null(strstr(failure.text, "program that died"));
}

static size_t file_bytes(const char *path, unsigned char **bytes)
{
    struct stat file;
    assert_int_equal(stat(path, &file), 0);
    *bytes = malloc((size_t)file.st_size);
    FILE *stream = fopen(path, "rb");
    assert_int_equal(fread(*bytes, 1, (size_t)file.st_size, stream), file.st_size);
    fclose(stream);
    return (size_t)file.st_size;
}

static void write_bytes(const char *path, const unsigned char *bytes, size_t size)
{
    FILE *stream = fopen(path, "wb");
    assert_non_null(stream);
    assert_int_equal(fwrite(bytes, 1, size, stream), size);
    assert_int_equal(fclose(stream), 0);
}

static int read_all_of(const char *path)
{
    struct session *session;
    struct frame frame;
    struct truth truth;
    struct event *events;
    struct failure failure;
    int status = session_open(&session, path, &failure);
    if (status < 0)
        return *failure.text ? status : 0;
    while ((status = session_read(session, &frame, &failure)) == 1)
        continue;
    if (session_truth(session, &truth, &failure) > 0)
        truth_free(&truth);
    for (int type = 0; type < EVENT_TYPE_COUNT; type++) {
        session_events(session, NULL, (enum event_type)type, &events, &failure);
        free(events);
    }
    session_close(session);
    return status;
}

static void a_file_cut_anywhere_is_refused(void **state)
{
    (void)state;
    unsigned char *bytes;
    const char *path = scratch_file("cut.h5");
    pattern_write(path, true);
    size_t size = file_bytes(path, &bytes);
    for (size_t cut = 0; cut < 40; cut++) {
        write_bytes(path, bytes, cut * cut * (size - 1) / (39 * 39));
        int status = read_all_of(path);
        if (status != STATUS_FORMAT)
            fail_msg("cut %zu: %d", cut, status);
    }
    free(bytes);
}

static uint64_t random_next(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static bool is_survived(const char *path)
{
    int status;
    pid_t reader = fork(); /* what HDF5 leaks in a damaged file does not concern the test */
    if (reader == 0) {
        int read = read_all_of(path);
        _exit(read == STATUS_END || (read < 0 && read >= STATUS_UNSUPPORTED) ? 0 : 1);
    }
    assert_int_equal(waitpid(reader, &status, 0), reader);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void check_altered(const char *source, int rounds, size_t reach)
{
    unsigned char *bytes;
    uint64_t random = 88172645463325252u;
    const char *path = scratch_file("altered.h5");
    size_t size = file_bytes(source, &bytes);
    for (int round = 0; round < rounds; round++) {
        uint64_t at[4];
        unsigned char before[4];
        for (int i = 0; i < 4; i++) {
            at[i] = random_next(&random) % (size < reach ? size : reach);
            before[i] = bytes[at[i]];
            bytes[at[i]] = (unsigned char)random_next(&random);
        }
        write_bytes(path, bytes, size);
        assert_true(is_survived(path));
        for (int i = 4; i-- > 0;)
            bytes[at[i]] = before[i];
    }
    free(bytes);
}

/* ROLLSCOPE_LONG=1 takes a hundred times the rounds. */
static int rounds_wanted(int few)
{
    return getenv("ROLLSCOPE_LONG") ? 100 * few : few;
}

static void a_killed_file_cut_anywhere_never_crashes_the_reader(void **state)
{
    (void)state;
    unsigned char *bytes;
    const char *path = scratch_file("killed_cut.h5");
    killed_writer(path, true);
    size_t size = file_bytes(path, &bytes);
    for (size_t cut = 1; cut <= 12; cut++) {
        write_bytes(path, bytes, size - cut * cut * (size - 1) / (12 * 12));
        assert_true(is_survived(path));
    }
    free(bytes);
}

static void a_file_altered_at_random_never_crashes_the_reader(void **state)
{
    (void)state;
    pattern_write(scratch_file("whole.h5"), false);
    check_altered(scratch_file("whole.h5"), rounds_wanted(20), SIZE_MAX);
    check_altered(scratch_file("whole.h5"), rounds_wanted(20), 4096);
    killed_writer(scratch_file("altered_later.h5"), true);
    check_altered(scratch_file("altered_later.h5"), rounds_wanted(10), SIZE_MAX);
    assert_int_equal(run_python("write_foreign.py", scratch(), NULL), 0);
    check_altered(scratch_file("gzip.h5"), rounds_wanted(6), SIZE_MAX);
    check_altered(scratch_file("truth.h5"), rounds_wanted(6), 8192);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_session_is_read_while_it_is_recorded),
        cmocka_unit_test(what_was_synced_before_a_kill_is_read),
        cmocka_unit_test(a_file_killed_without_readers_in_mind_is_refused),
        cmocka_unit_test(a_file_cut_anywhere_is_refused),
        cmocka_unit_test(a_killed_file_cut_anywhere_never_crashes_the_reader),
        cmocka_unit_test(a_file_altered_at_random_never_crashes_the_reader),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
