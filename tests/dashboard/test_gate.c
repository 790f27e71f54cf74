#include "tools/dashboard/gate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct gate loopback = {.port = 8080};
static const struct gate open = {.port = 8080,
                                 .token = "0123456789-abcdef",
                                 .names = {"10.0.0.7", "mat.local"},
                                 .name_count = 2};

static void only_loopback_needs_no_token(void **state)
{
    (void)state;
    static const char *const near[] = {"127.0.0.1", "127.8.9.1", "::1", "localhost"};
    static const char *const far[] = {"0.0.0.0", "::", "10.0.0.7", "192.168.0.2", "1.2.7.127"};
    for (size_t i = 0; i < sizeof near / sizeof near[0]; i++)
        assert_true(gate_is_loopback(near[i]));
    for (size_t i = 0; i < sizeof far / sizeof far[0]; i++)
        assert_false(gate_is_loopback(far[i]));
}

static void a_host_is_one_of_our_names_with_our_port(void **state)
{
    (void)state;
    static const char *const good[] = {"127.0.0.1:8080", "localhost:8080", "LOCALHOST:8080",
                                       "[::1]:8080"};
    static const char *const bad[] = {"",
                                      "localhost",
                                      "localhost:80",
                                      "localhost:80800",
                                      "localhost:8080x",
                                      "localhost.evil.example:8080",
                                      "evil.example:8080",
                                      "127.0.0.1.evil.example:8080",
                                      "[::1:8080",
                                      "[]:8080",
                                      ":8080",
                                      "10.0.0.7:8080"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        if (!gate_host_good(&loopback, good[i]))
            fail_msg("%s is refused", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (gate_host_good(&loopback, bad[i]))
            fail_msg("%s is let in", bad[i]);
    assert_true(gate_host_good(&open, "10.0.0.7:8080"));
    assert_true(gate_host_good(&open, "Mat.local:8080"));
    assert_false(gate_host_good(&open, "10.0.0.8:8080"));
}

static void an_origin_is_our_own_page_or_missing(void **state)
{
    (void)state;
    assert_true(gate_origin_good("", "localhost:8080"));
    assert_true(gate_origin_good("http://localhost:8080", "localhost:8080"));
    static const char *const bad[] = {"null",
                                      "http://evil.example",
                                      "http://localhost",
                                      "http://localhost:8081",
                                      "https://localhost:8080",
                                      "http://localhost:8080.evil.example",
                                      "localhost:8080"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (gate_origin_good(bad[i], "localhost:8080"))
            fail_msg("%s is let in", bad[i]);
}

static void a_token_is_wanted_whole_and_nothing_more(void **state)
{
    (void)state;
    assert_true(gate_token_good(&loopback, ""));
    assert_true(gate_token_good(&open, "0123456789-abcdef"));
    static const char *const bad[] = {"", "0123456789-abcdeg", "0123456789-abcde",
                                      "0123456789-abcdef0"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(gate_token_good(&open, bad[i]));
    struct gate full = open;
    gate_token_make(full.token);
    assert_int_equal(strlen(full.token), GATE_TOKEN_SIZE - 1);
    char longer[GATE_TOKEN_SIZE + 1];
    snprintf(longer, sizeof longer, "%sx", full.token);
    assert_true(gate_token_good(&full, full.token));
    assert_false(gate_token_good(&full, longer));
}

static void two_tokens_differ(void **state)
{
    (void)state;
    char one[GATE_TOKEN_SIZE], other[GATE_TOKEN_SIZE];
    gate_token_make(one);
    gate_token_make(other);
    assert_string_not_equal(one, other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_loopback_needs_no_token),
        cmocka_unit_test(a_host_is_one_of_our_names_with_our_port),
        cmocka_unit_test(an_origin_is_our_own_page_or_missing),
        cmocka_unit_test(a_token_is_wanted_whole_and_nothing_more),
        cmocka_unit_test(two_tokens_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
