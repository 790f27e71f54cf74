/* The libserialport path, on a pseudo-terminal. libserialport 0.1.1 wants a name below /dev that is
 * also below /sys/class/tty, and modem lines; the name goes up from both to a link, and ioctl() is
 * taken over for the modem lines. */
#include "support_line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_serial_port_is_set_up_started_and_read),
        cmocka_unit_test(a_serial_port_in_use_is_refused),
        cmocka_unit_test(a_serial_port_that_goes_away_is_lost_not_spun_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
