/* The command line and the configuration file. */
#include "tools/cli/options.h"
#include "tools/verbs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define ARGUMENTS_MAX 16

static int own_level;

static int take_own(void *storage, int key, const char *value, struct failure *failure)
{
    double number;
    assert_int_equal(key, OPTION_OWN);
    int status = option_number(&number, "--level", value, 0, 9, failure);
    if (status == STATUS_OK)
        *(int *)storage = (int)number;
    return status;
}

static const struct argp_option own[] = {{"level", OPTION_OWN, "N", 0, "a level", 0}, {0}};

static const struct verb probe = {
    .name = "probe",
    .arguments = "FILE...",
    .options = {.shared = OPTION_SOURCE | OPTION_FOR | OPTION_JSON | OPTION_SET | OPTION_JOBS |
                          OPTION_SPEED,
                .files_least = 1,
                .files_most = 3,
                .own = own,
                .take = take_own,
                .storage = &own_level},
};

static char home[] = "/tmp/rollscope-options-XXXXXX";
static struct options options;
static char line[512];

static bool parse(const char *words)
{
    static char *argv[ARGUMENTS_MAX] = {"probe"};
    int argc = 1;
    snprintf(line, sizeof line, "%s", words);
    for (char *word = strtok(line, " "); word; word = strtok(NULL, " "))
        argv[argc++] = word;
    argv[argc] = NULL;
    return options_parse(&options, &probe, argc, argv);
}

static void configure(const char *text)
{
    char path[64];
    snprintf(path, sizeof path, "%s/rollscope/rollscope.conf", home);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void options_may_stand_between_and_after_the_files(void **state)
{
    (void)state;
    assert_true(parse("a.h5 --json b.h5 --for 2.5 --level=3"));
    assert_int_equal(options.file_count, 2);
    assert_string_equal(options.files[0], "a.h5");
    assert_string_equal(options.files[1], "b.h5");
    assert_true(options.json);
    assert_true(options.for_s > 2.49 && options.for_s < 2.51);
    assert_int_equal(own_level, 3);
    assert_int_equal(options.given, OPTION_JSON | OPTION_FOR);
}

static void without_options_every_default_is_sane(void **state)
{
    (void)state;
    assert_true(parse("a.h5"));
    assert_string_equal(options.source, "");
    assert_true(options.for_s > 1e300 && options.to_s > 1e300 && options.from_s < 1e-300);
    assert_true(options.jobs >= 1 && options.speed > 0.99 && options.speed < 1.01);
    assert_false(options.json || options.quiet || options.follow || options.no_dashboard);
}

static void wrong_usage_is_refused_with_exit_code_2(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "a b c d",
        "a --nonsense",
        "a --output x",
        "a --for",
        "a --for soon",
        "a --for -1",
        "a --for nan",
        "a --for 3s",
        "a --jobs 0",
        "a --jobs 1.5",
        "a --json=yes",
        "a --set slow_mm_s",
        "a --set slow_mm_s=-4",
        "a --set nonsense=1",
        "a --level 10",
        "a --source=",
        "a --speed 0",
        "a --config /nonexistent/rollscope.conf",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        print_message("probe %s\n", bad[i]);
        assert_false(parse(bad[i]));
        assert_int_equal(options.exit_code, EXIT_USAGE);
    }
}

static void max_is_a_speed(void **state)
{
    (void)state;
    assert_true(parse("a --speed max"));
    assert_true(options.speed > 1e300);
    assert_true(parse("a --speed 4"));
    assert_true(options.speed > 3.99 && options.speed < 4.01);
}

static void the_command_line_wins_over_the_configuration(void **state)
{
    (void)state;
    configure("[parameters]\nslow_mm_s = 40\nhold_s = 5\n"
              "[acquire]\nsource = serial:auto ; the mat\n[analyze]\njobs = 3\n");
    assert_true(parse("a --set hold_s=7 --jobs 2"));
    assert_string_equal(options.source, "serial:auto");
    assert_int_equal(options.jobs, 2);
    assert_true(options.parameters.slow_mm_s > 39.9 && options.parameters.slow_mm_s < 40.1);
    assert_true(options.parameters.hold_s > 6.9 && options.parameters.hold_s < 7.1);
    configure("");
}

static void a_bad_entry_of_the_configuration_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "[parameters]\nslow_mm_s = quick\n",
        "[parameters]\nnonsense = 1\n",
        "[nonsense]\nslow_mm_s = 40\n",
        "slow_mm_s = 40\n",
        "[parameters]\nslow_mm_s\n",
        "[parameters\nslow_mm_s = 40\n",
        "[analyze]\njobs = 0\n",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        configure(bad[i]);
        print_message("%s", bad[i]);
        assert_false(parse("a"));
        assert_int_equal(options.exit_code, EXIT_USAGE);
    }
    configure("");
}

static int make_home(void **state)
{
    (void)state;
    char path[64];
    assert_non_null(mkdtemp(home));
    snprintf(path, sizeof path, "%s/rollscope", home);
    assert_int_equal(mkdir(path, 0700), 0);
    return setenv("XDG_CONFIG_HOME", home, 1);
}

static int remove_home(void **state)
{
    (void)state;
    char path[64];
    snprintf(path, sizeof path, "%s/rollscope/rollscope.conf", home);
    unlink(path);
    snprintf(path, sizeof path, "%s/rollscope", home);
    rmdir(path);
    return rmdir(home);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_may_stand_between_and_after_the_files),
        cmocka_unit_test(without_options_every_default_is_sane),
        cmocka_unit_test(wrong_usage_is_refused_with_exit_code_2),
        cmocka_unit_test(max_is_a_speed),
        cmocka_unit_test(the_command_line_wins_over_the_configuration),
        cmocka_unit_test(a_bad_entry_of_the_configuration_is_refused),
    };
    return cmocka_run_group_tests(tests, make_home, remove_home);
}
