/* The libserialport path, on a pseudo-terminal. libserialport 0.1.1 wants a name below /dev that is
 * also below /sys/class/tty, and modem lines; the name goes up from both to a link, and ioctl() is
 * taken over for the modem lines. */
#include "support_line.h"

#include <asm/termbits.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

int ioctl(int descriptor, unsigned long request, ...)
{
    va_list arguments;
    va_start(arguments, request);
    void *argument = va_arg(arguments, void *);
    va_end(arguments);
    if (request == TIOCMGET) {
        *(int *)argument = TIOCM_DSR | TIOCM_CTS;
        return 0;
    }
    if (request == TIOCMBIS || request == TIOCMBIC || request == TIOCMSET)
        return 0;
    return (int)syscall(SYS_ioctl, descriptor, request, argument);
}

static const uint8_t frame_bytes[] = {0xff, 0x00, 0x08, 0x00, 0x03, 0x02, 0x34, 0x02,
                                      0x04, 0x02, 0xff, 0x00, 0xff, 0x00, 0x00, 0x00};

static void link_make(const struct line *line, char *link_path, size_t size)
{
    snprintf(link_path, size, "/tmp/rollscope-tty-%d", (int)getpid());
    unlink(link_path);
    assert_int_equal(symlink(line->path, link_path), 0);
}

static void a_serial_port_is_set_up_started_and_read(void **state)
{
    (void)state;
    struct line line;
    char link_path[64];
    line_open(&line);
    link_make(&line, link_path, sizeof link_path);
    struct source *source =
        source_of("serial:/dev/../../../..%s?protocol=sensitronics&baud=230400", link_path);
    char started[8] = "";
    assert_int_equal(read(line.master, started, sizeof started), 2);
    assert_memory_equal(started, "S\n", 2);
    assert_int_equal(write(line.master, frame_bytes, sizeof frame_bytes), sizeof frame_bytes);
    struct frame frame;
    struct failure failure;
    assert_int_equal(source_read(source, &frame, 5000, &failure), 1);
    assert_int_equal(frame.cells[2 * 24 + 3], 0x0234);
    assert_int_equal(frame.cells[2 * 24 + 4], 0x00ff);
    assert_int_equal(frame.number, 0);
    source_close(source);
    close(line.master);
    unlink(link_path);
}

static void a_serial_port_in_use_is_refused(void **state)
{
    (void)state;
    struct line line;
    char link_path[64], text[160];
    line_open(&line);
    link_make(&line, link_path, sizeof link_path);
    snprintf(text, sizeof text, "serial:/dev/../../../..%s?protocol=sensitronics", link_path);
    struct source *source = source_of("%s", text), *second;
    struct address address;
    struct failure failure;
    assert_int_equal(address_parse(&address, text, &failure), STATUS_OK);
    assert_int_equal(source_open(&second, &address, &failure), STATUS_BUSY);
    assert_non_null(strstr(failure.text, link_path));
    assert_non_null(strstr(failure.text, "in use"));
    source_close(source);
    close(line.master);
    unlink(link_path);
}

static void a_serial_port_that_goes_away_is_lost_not_spun_on(void **state)
{
    (void)state;
    struct line line;
    char link_path[64];
    line_open(&line);
    link_make(&line, link_path, sizeof link_path);
    struct source *source = source_of("serial:/dev/../../../..%s?protocol=sensitronics", link_path);
    close(line.master);
    struct frame frame;
    struct failure failure;
    assert_int_equal(source_read(source, &frame, 200, &failure), STATUS_LOST);
    assert_int_equal(source_read(source, &frame, 200, &failure), STATUS_LOST);
    assert_non_null(strstr(failure.text, "unplugged"));
    struct source_health health;
    source_health(source, &health);
    assert_int_equal(health.disconnects, 1);
    source_close(source);
    unlink(link_path);
}

/* A mat that speaks at one rate: what is heard at another is noise. */
struct rated_mat {
    int master;
    unsigned speed; /* 0: noise at every rate */
    size_t rows, cols;
    atomic_bool stop;
    atomic_uint speeds; /* changes of rate that the host made */
    pthread_t thread;
};

static void *rated_mat_run(void *argument)
{
    struct rated_mat *mat = argument;
    static const uint8_t tail[4] = {0xaa, 0x55, 0x03, 0x99};
    uint8_t bytes[64 * 64 + sizeof tail];
    size_t cells = mat->rows * mat->cols;
    unsigned seed = 1;
    unsigned before = 0;
    while (!atomic_load(&mat->stop)) {
        struct termios2 settings;
        if (ioctl(mat->master, TCGETS2, &settings))
            break;
        atomic_fetch_add(&mat->speeds, settings.c_ospeed != before);
        before = settings.c_ospeed;
        bool heard = mat->speed && before == mat->speed;
        for (size_t i = 0; i < cells; i++)
            bytes[i] = (uint8_t)(heard ? 1 + i % 100 : 0x80u + (unsigned)rand_r(&seed) % 128);
        memcpy(bytes + cells, tail, heard ? sizeof tail : 0);
        struct pollfd waited = {.fd = mat->master, .events = POLLOUT};
        poll(&waited, 1, 20);
        for (size_t at = 0, size = cells + (heard ? sizeof tail : 0); at < size;) {
            ssize_t count = write(mat->master, bytes + at, size - at);
            if (count <= 0 && !heard)
                break;
            if (count <= 0 && (atomic_load(&mat->stop) || poll(&waited, 1, 20) < 0))
                break;
            at += count > 0 ? (size_t)count : 0;
        }
    }
    return NULL;
}

static void rated_mat_start(struct rated_mat *mat, struct line *line)
{
    mat->master = line->master;
    assert_int_equal(pthread_create(&mat->thread, NULL, rated_mat_run, mat), 0);
}

static void rated_mat_stop(struct rated_mat *mat)
{
    atomic_store(&mat->stop, true);
    pthread_join(mat->thread, NULL);
}

static void a_mat_at_another_rate_is_found_by_its_rate(void **state)
{
    (void)state;
    struct rated_mat mats[] = {{.speed = 1000000, .rows = 32, .cols = 32},
                               {.speed = 3000000, .rows = 64, .cols = 64}};
    for (size_t i = 0; i < sizeof mats / sizeof mats[0]; i++) {
        struct line line;
        char link_path[64];
        line_open(&line);
        link_make(&line, link_path, sizeof link_path);
        rated_mat_start(&mats[i], &line);
        struct source *source = source_of("serial:/dev/../../../..%s", link_path);
        struct frame frame;
        struct failure failure = {0};
        if (source_read(source, &frame, 5000, &failure) != 1)
            fail_msg("%s", failure.text);
        assert_string_equal(source_info(source)->protocol, "jq");
        assert_int_equal(frame.rows, mats[i].rows);
        uint64_t sum = 0, made = 0;
        for (size_t cell = 0; cell < mats[i].rows * mats[i].cols; cell++) {
            sum += frame.cells[cell];
            made += 1 + cell % 100;
        }
        assert_int_equal(sum, made); /* the small mat has its rows in another order */
        source_close(source);
        rated_mat_stop(&mats[i]);
        close(line.master);
        unlink(link_path);
    }
}

static void noise_at_every_rate_is_said_with_the_line_and_its_first_bytes(void **state)
{
    (void)state;
    struct line line;
    char link_path[64], text[128];
    struct rated_mat mat = {.rows = 32, .cols = 32};
    line_open(&line);
    link_make(&line, link_path, sizeof link_path);
    rated_mat_start(&mat, &line);
    snprintf(text, sizeof text, "serial:/dev/../../../..%s", link_path);
    struct address address;
    struct failure failure;
    struct source *source;
    assert_int_equal(address_parse(&address, text, &failure), STATUS_OK);
    assert_int_equal(source_open(&source, &address, &failure), STATUS_FORMAT);
    const char *said = strstr(failure.text, "bytes arrive but nothing decodes: 115200 8N1, first "
                                            "bytes ");
    assert_non_null(said);
    unsigned first = 0;
    assert_int_equal(
        sscanf(strstr(said, "bytes ") + 6, "%*[^:]: 115200 8N1, first bytes %2x", &first), 1);
    assert_in_range(first, 0x80, 0xff);
    assert_true(atomic_load(&mat.speeds) >= 5);
    rated_mat_stop(&mat);
    close(line.master);
    unlink(link_path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_serial_port_is_set_up_started_and_read),
        cmocka_unit_test(a_serial_port_in_use_is_refused),
        cmocka_unit_test(a_serial_port_that_goes_away_is_lost_not_spun_on),
        cmocka_unit_test(a_mat_at_another_rate_is_found_by_its_rate),
        cmocka_unit_test(noise_at_every_rate_is_said_with_the_line_and_its_first_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
