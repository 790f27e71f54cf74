/* Many items by several processes. */
#include "tools/cli/workers.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define ITEMS 5

static char *const names[ITEMS] = {"a", "b", "c", "d", "e"};
static const double weights[ITEMS] = {1, 1, 1, 1, 1};

struct plan {
    int gate[2];   /* item 0 waits here until the item after it is done */
    size_t broken; /* this one fails, or dies; ITEMS: none */
    bool dies;
};

static int act(void *context, size_t index, FILE *const outputs[WORK_STREAMS],
               struct worker_share *share, struct failure *failure)
{
    struct plan *plan = context;
    char token = 'x';
    share->done = 0.5;
    if (index == plan->broken) {
        fprintf(outputs[0], "half of %s", names[index]);
        fflush(outputs[0]);
    }
    if (index == plan->broken && plan->dies)
        raise(SIGKILL);
    if (index == plan->broken)
        return failure_set(failure, STATUS_FORMAT, "%s: broken", names[index]);
    if (index == 0 && read(plan->gate[0], &token, 1) != 1)
        return failure_system(failure, errno, "gate");
    fprintf(outputs[0], "%s\n", names[index]);
    if (index == 1 && write(plan->gate[1], &token, 1) != 1)
        return failure_system(failure, errno, "gate");
    return STATUS_OK;
}

/* Runs the work with standard output going to `text`. @return items that failed */
static size_t run_work(struct plan *plan, uint64_t jobs, char *text, size_t size)
{
    struct work work = {.context = plan,
                        .count = ITEMS,
                        .jobs = jobs,
                        .what = "testing",
                        .names = names,
                        .weights = weights,
                        .streams = {stdout},
                        .run = act};
    assert_int_equal(pipe(plan->gate), 0);
    fflush(stdout);
    FILE *file = tmpfile();
    assert_non_null(file);
    int before = dup(STDOUT_FILENO);
    assert_true(dup2(fileno(file), STDOUT_FILENO) >= 0);
    size_t failed = workers_run(&work);
    fflush(stdout);
    assert_true(dup2(before, STDOUT_FILENO) >= 0);
    close(before);
    rewind(file);
    text[fread(text, 1, size - 1, file)] = '\0';
    fclose(file);
    close(plan->gate[0]);
    close(plan->gate[1]);
    return failed;
}

static void outputs_come_in_the_order_of_the_items_whoever_is_done_first(void **state)
{
    (void)state;
    char text[64];
    struct plan plan = {.broken = ITEMS};
    assert_int_equal(run_work(&plan, 2, text, sizeof text), 0);
    assert_string_equal(text, "a\nb\nc\nd\ne\n");
}

static void an_item_that_fails_leaves_no_output_and_does_not_stop_the_rest(void **state)
{
    (void)state;
    char text[64];
    struct plan plan = {.broken = 2};
    assert_int_equal(run_work(&plan, 3, text, sizeof text), 1);
    assert_string_equal(text, "a\nb\nd\ne\n");
}

static void a_worker_that_dies_does_not_stop_the_rest(void **state)
{
    (void)state;
    char text[64];
    struct plan plan = {.broken = 3, .dies = true};
    assert_int_equal(run_work(&plan, 2, text, sizeof text), 1);
    assert_string_equal(text, "a\nb\nc\ne\n");
}

static void no_worker_is_left_behind(void **state)
{
    (void)state;
    char text[64];
    struct plan plan = {.broken = ITEMS};
    run_work(&plan, ITEMS, text, sizeof text);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outputs_come_in_the_order_of_the_items_whoever_is_done_first),
        cmocka_unit_test(an_item_that_fails_leaves_no_output_and_does_not_stop_the_rest),
        cmocka_unit_test(a_worker_that_dies_does_not_stop_the_rest),
        cmocka_unit_test(no_worker_is_left_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
