/* Addresses, and what is said when one cannot be opened: one line that names it. */
#include "support_line.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static int address_try(const char *text, struct failure *failure)
{
    struct address address;
    *failure = (struct failure){0};
    int status = address_parse(&address, text, failure);
    if (status)
        return status;
    struct source *source;
    status = source_open(&source, &address, failure);
    if (!status)
        source_close(source);
    else
        assert_null(source);
    return status;
}

static void refused(const char *text, int expected, const char *said)
{
    struct failure failure;
    int status = address_try(text, &failure);
    if (status != expected || !strstr(failure.text, said) || strchr(failure.text, '\n'))
        fail_msg("%s: status %d, expected %d with '%s': %s", text, status, expected, said,
                 failure.text);
}

static void an_address_is_taken_apart(void **state)
{
    (void)state;
    struct address address;
    assert_int_equal(address_parse(&address, "serial:/dev/ttyACM0?baud=9600&protocol=text", NULL),
                     STATUS_OK);
    assert_string_equal(address.scheme, "serial");
    assert_string_equal(address.target, "/dev/ttyACM0");
    assert_int_equal(address.count, 2);
    assert_string_equal(address_get(&address, "baud", ""), "9600");
    assert_string_equal(address_get(&address, "protocol", ""), "text");
    assert_string_equal(address_get(&address, "rows", "none"), "none");
    assert_int_equal(address_parse(&address, "tcp://[::1]:7000", NULL), STATUS_OK);
    assert_string_equal(address.target, "[::1]:7000");
    assert_int_equal(address_parse(&address, "file:a%20b%3f.dat?x=%26", NULL), STATUS_OK);
    assert_string_equal(address.target, "a b?.dat");
    assert_string_equal(address_get(&address, "x", ""), "&");
}

static void a_bad_address_is_refused_by_name(void **state)
{
    (void)state;
    refused("/dev/ttyACM0", STATUS_ARGUMENT, "/dev/ttyACM0");
    refused("file:", STATUS_ARGUMENT, "file:");
    refused("pty:/dev/null?protocol", STATUS_ARGUMENT, "'protocol' is not name=value");
    refused("pty:/dev/null?=1", STATUS_ARGUMENT, "'=1' is not name=value");
    refused("pty:a%2", STATUS_ARGUMENT, "%XX");
    refused("carrier-pigeon:x", STATUS_UNSUPPORTED, "carrier-pigeon:x");
    refused("pty:/dev/null?baud=9600", STATUS_ARGUMENT, "unknown parameter 'baud'");
    refused("serial:/dev/null?colour=red", STATUS_ARGUMENT, "unknown parameter 'colour'");
    refused("pty:/dev/null?rows=1&rows=2", STATUS_ARGUMENT, "'rows' is given twice");
    refused("pty:/dev/null?protocol=morse", STATUS_ARGUMENT, "unknown protocol 'morse'");
    char *text = calloc(1, 2000);
    memset(text, 'x', 1999);
    memcpy(text, "pty:", 4);
    refused(text, STATUS_ARGUMENT, "too much");
    free(text);
}

static void a_bad_number_is_refused_with_its_range(void **state)
{
    (void)state;
    struct line line;
    line_open(&line);
    static const char *const bad[][2] = {
        {"protocol=sensingtex&rows=0", "rows=0"},
        {"protocol=sensingtex&rows=257", "rows=257"},
        {"protocol=sensingtex&cols=2.5", "cols=2.5"},
        {"protocol=sensingtex&cols=x", "cols=x"},
        {"protocol=sensingtex&pitch_mm=-1", "pitch_mm=-1"},
        {"protocol=sensingtex&full_scale_kpa=nan", "full_scale_kpa=nan"},
        {"protocol=sensingtex&bits=9", "bits=9"},
        {"protocol=sensingtex&variant=v9", "variant 'v9'"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char text[256];
        snprintf(text, sizeof text, "pty:%s?%s", line.path, bad[i][0]);
        refused(text, STATUS_ARGUMENT, bad[i][1]);
    }
    close(line.master);
}

static void a_missing_port_and_a_missing_file_are_named(void **state)
{
    (void)state;
    refused("serial:/dev/ttyROLLSCOPE9", STATUS_NOT_FOUND, "serial:/dev/ttyROLLSCOPE9");
    refused("serial:by-usb-serial/none-such", STATUS_NOT_FOUND, "none-such");
    refused("pty:/nowhere/pts", STATUS_NOT_FOUND, "pty:/nowhere/pts");
    refused("file:/nowhere/capture.dat", STATUS_NOT_FOUND, "file:/nowhere/capture.dat");
    refused("tcp://127.0.0.1", STATUS_ARGUMENT, "tcp://127.0.0.1");
}

static void a_file_that_is_no_port_is_refused(void **state)
{
    (void)state;
    char path[] = "/tmp/rollscope-no-port-XXXXXX", text[128];
    int file = mkstemp(path);
    assert_true(file >= 0);
    snprintf(text, sizeof text, "pty:%s", path);
    refused(text, STATUS_ARGUMENT, "is not a character device");
    snprintf(text, sizeof text, "serial:%s", path);
    refused(text, STATUS_NOT_FOUND, "no serial port");
    close(file);
    unlink(path);
}

static void a_busy_port_is_refused_with_its_holder(void **state)
{
    (void)state;
    struct line line;
    line_open(&line);
    struct source *source = source_of("pty:%s?protocol=sensitronics", line.path);
    char text[128], holder[64];
    snprintf(text, sizeof text, "pty:%s?protocol=sensitronics", line.path);
    snprintf(holder, sizeof holder, "process %d", (int)getpid());
    struct failure failure;
    assert_int_equal(address_try(text, &failure), STATUS_BUSY);
    assert_non_null(strstr(failure.text, line.path));
    assert_non_null(strstr(failure.text, holder));
    source_close(source);
    assert_int_equal(address_try(text, &failure), STATUS_OK); /* free again */
    close(line.master);
}

static void a_refused_connection_is_named(void **state)
{
    (void)state;
    /* A port that is bound but not listened to refuses connections, and nobody else can take it. */
    int held = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof name;
    assert_int_equal(bind(held, (struct sockaddr *)&name, size), 0);
    assert_int_equal(getsockname(held, (struct sockaddr *)&name, &size), 0);
    char text[128];
    snprintf(text, sizeof text, "tcp://127.0.0.1:%d?protocol=sensingtex", ntohs(name.sin_port));
    struct failure failure;
    assert_int_equal(address_try(text, &failure), STATUS_SYSTEM);
    assert_non_null(strstr(failure.text, "tcp://127.0.0.1:"));
    assert_non_null(strstr(failure.text, "refused"));
    close(held);
}

static void a_file_that_is_no_capture_is_refused_with_its_line(void **state)
{
    (void)state;
    char path[] = "/tmp/rollscope-no-capture-XXXXXX", text[128];
    int file = mkstemp(path);
    assert_true(file >= 0);
    assert_int_equal(write(file, "Lorem ipsum\ndolor\n", 18), 18);
    snprintf(text, sizeof text, "file:%s?speed=max", path);
    refused(text, STATUS_FORMAT, "line 1");
    close(file);
    unlink(path);
}

static void bytes_that_no_protocol_explains_are_shown(void **state)
{
    (void)state;
    char path[] = "/tmp/rollscope-noise-XXXXXX", text[128];
    int file = mkstemp(path);
    assert_true(file >= 0);
    for (int i = 0; i < 40; i++)
        assert_int_equal(write(file, "10, 3q2+796tvu8=\n", 17), 17); /* de ad be ef de ad be ef */
    snprintf(text, sizeof text, "file:%s?speed=max", path);
    refused(text, STATUS_FORMAT, "nothing decodes: first bytes de ad be ef");
    close(file);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_is_taken_apart),
        cmocka_unit_test(a_bad_address_is_refused_by_name),
        cmocka_unit_test(a_bad_number_is_refused_with_its_range),
        cmocka_unit_test(a_missing_port_and_a_missing_file_are_named),
        cmocka_unit_test(a_file_that_is_no_port_is_refused),
        cmocka_unit_test(a_busy_port_is_refused_with_its_holder),
        cmocka_unit_test(a_refused_connection_is_named),
        cmocka_unit_test(a_file_that_is_no_capture_is_refused_with_its_line),
        cmocka_unit_test(bytes_that_no_protocol_explains_are_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
