#include "cli/say.h"
#include "recording/truth_text.h"
#include "score/table.h"
#include "simulate/simulate.h"
#include "verbs.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_SIMULATE = OPTION_OWN, KEY_TRUTH };

#define SESSIONS_MOST 1e6
#define WORST_LISTED  12

static struct asked {
    double sessions;   /* to simulate; 0: none */
    const char *truth; /* path of a text file; NULL: the sessions' own */
} asked;

static int by_badness(const void *a, const void *b)
{
    double x = trial_badness(a), y = trial_badness(b);
    return (x < y) - (x > y);
}

/* The trials of a name, or all where it is NULL, as one row or one JSON line. */
static int print_sum(const struct options *options, const char *name, const struct trial *trials,
                     size_t count, bool details)
{
    struct score sum = {0};
    struct failure failure = {0};
    int status = STATUS_OK;
    for (size_t i = 0; i < count && status == STATUS_OK; i++)
        if (trials[i].status == STATUS_OK && (details || !strcmp(trials[i].name, name)))
            status = score_merge(&sum, &trials[i].score);
    if (status < 0)
        failure_set(&failure, status, "out of memory");
    else if (sum.sessions && options->json)
        status = table_json(stdout, name, &sum, NULL, &failure);
    else if (sum.sessions && details) {
        table_row(stdout, name, &sum);
        printf("\n");
        table_details(stdout, &sum);
    } else if (sum.sessions) {
        table_row(stdout, name, &sum);
    }
    score_clear(&sum);
    return status < 0 ? say_failure(&failure) : EXIT_DONE;
}

static void print_worst(struct trial *trials, size_t count)
{
    qsort(trials, count, sizeof *trials, by_badness);
    if (!count || trial_badness(&trials[0]) <= 0)
        return;
    printf("\nworst sessions (true/found/matched; hold time in both/either):\n");
    for (size_t i = 0; i < count && i < WORST_LISTED && trial_badness(&trials[i]) > 0; i++)
        table_trial(stdout, &trials[i]);
}

static int print_trials(const struct options *options, struct trial *trials, size_t count)
{
    int code = EXIT_DONE;
    for (size_t i = 0; i < count; i++) {
        struct failure failure = {0};
        if (trials[i].status < 0)
            code = say_failure(&trials[i].failure);
        else if (options->json &&
                 table_json(stdout, trials[i].name, &trials[i].score, &trials[i], &failure) < 0)
            code = say_failure(&failure);
    }
    return code;
}

/* ---- Simulated sessions ---- */

static void show(double share)
{
    progress_show("simulating and scoring", share);
}

/* Every other session is a mixture, the ones between go through the named scenarios. */
static const char *scenario_of(const struct options *options, size_t i)
{
    size_t count;
    const struct simulation_scenario *scenarios = simulation_scenarios(&count);
    if (*options->scenario)
        return options->scenario;
    return i % 2 ? SIMULATION_RANDOM : scenarios[i / 2 % (count - 1)].name;
}

static int score_simulated(const struct options *options)
{
    size_t count = (size_t)asked.sessions, names;
    struct trial *trials = calloc(count, sizeof *trials);
    if (!trials) {
        say_error("out of memory");
        return EXIT_FAILED;
    }
    for (size_t i = 0; i < count; i++)
        trials[i] = (struct trial){.name = scenario_of(options, i), .seed = options->seed + i};
    struct trial_plan plan = {.parameters = options->parameters,
                              .duration_s = isfinite(options->for_s) ? options->for_s : 0};
    trials_simulate(trials, count, &plan, options->jobs, show);
    progress_end();
    int code = print_trials(options, trials, count);
    if (!options->json)
        table_head(stdout);
    const struct simulation_scenario *scenarios = simulation_scenarios(&names);
    for (size_t i = 0; i < names; i++)
        code |= print_sum(options, scenarios[i].name, trials, count, false);
    code |= print_sum(options, "all", trials, count, true);
    if (!options->json)
        print_worst(trials, count);
    for (size_t i = 0; i < count; i++)
        score_clear(&trials[i].score);
    free(trials);
    return code;
}

/* ---- Session files ---- */

static int score_files(const struct options *options)
{
    size_t count = options->file_count;
    struct trial *trials = calloc(count, sizeof *trials);
    if (!trials) {
        say_error("out of memory");
        return EXIT_FAILED;
    }
    struct trial_plan plan = {.parameters = options->parameters};
    struct truth truth = {0};
    struct failure failure = {0};
    if (asked.truth && truth_text_read(&truth, asked.truth, &failure) < 0) {
        free(trials);
        return say_failure(&failure);
    }
    for (size_t i = 0; i < count; i++) {
        trials[i].name = options->files[i];
        trial_read(&trials[i], &plan, asked.truth ? &truth : NULL);
        progress_show("scoring", (double)(i + 1) / (double)count);
    }
    progress_end();
    int code = print_trials(options, trials, count);
    if (!options->json)
        table_head(stdout);
    for (size_t i = 0; i < count && !options->json; i++)
        code |= print_sum(options, trials[i].name, trials, count, false);
    code |= print_sum(options, "all", trials, count, true);
    for (size_t i = 0; i < count; i++)
        score_clear(&trials[i].score);
    truth_free(&truth);
    free(trials);
    return code;
}

static int run(const struct options *options)
{
    if (asked.sessions > 0 && options->file_count) {
        say_error("score takes --simulate or files, not both");
        return EXIT_USAGE;
    }
    if (asked.truth && options->file_count != 1) {
        say_error("score --truth wants the one session file that it is about");
        return EXIT_USAGE;
    }
    if (asked.sessions <= 0 && !options->file_count) {
        say_error("score wants session files, or --simulate COUNT");
        return EXIT_USAGE;
    }
    return asked.sessions > 0 ? score_simulated(options) : score_files(options);
}

static int take(void *storage, int key, const char *value, struct failure *failure)
{
    struct asked *into = storage;
    if (key == KEY_TRUTH) {
        into->truth = value;
        return STATUS_OK;
    }
    double sessions = 0;
    int status = option_number(&sessions, "--simulate", value, 1, SESSIONS_MOST, failure);
    if (status < 0)
        return status;
    if (sessions != floor(sessions))
        return failure_set(failure, STATUS_ARGUMENT, "--simulate: '%s' is not a whole number",
                           value);
    into->sessions = sessions;
    return STATUS_OK;
}

static const struct argp_option own[] = {
    {"simulate", KEY_SIMULATE, "COUNT", 0,
     "simulate this many sessions, with seeds from --seed on, and score them; nothing is written",
     0},
    {"truth", KEY_TRUTH, "TEXTFILE", 0,
     "what really happened in the session, instead of its own /truth; see docs/annotation.md", 0},
    {0}};

const struct verb verb_score = {
    .name = "score",
    .arguments = "[FILE...]",
    .text = "compare what is detected with what is known to be true",
    .options = {.shared = OPTION_JSON | OPTION_SET | OPTION_JOBS | OPTION_SEED | OPTION_SCENARIO |
                          OPTION_FOR,
                .files_most = UINT_MAX,
                .own = own,
                .take = take,
                .storage = &asked},
    .run = run,
};
