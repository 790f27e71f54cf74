#include "cli/json_line.h"
#include "cli/say.h"
#include "cli/stopping.h"
#include "sources/calibrate_steps.h"
#include "sources/calibrations.h"
#include "verbs.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define STEP_S    5.0
#define WAIT_MOST 3600.0

enum {
    KEY_TARE = OPTION_OWN,
    KEY_UNIFORM,
    KEY_LOAD,
    KEY_WEIGHT,
    KEY_CHECK,
    KEY_LAW,
    KEY_WAIT,
    KEY_WITHIN,
    KEY_USE
};

/* What the command line asks for. */
static struct calibrating {
    struct steps steps;
    enum calibration_law law;
    bool law_given;
    double within; /* per cent; INFINITY: checks are only reported */
    char use[OPTION_TEXT_SIZE];
    struct calibration *calibration;
    char path[PATH_MAX]; /* where it was written; empty: nowhere */
} calibrating = {.within = INFINITY};

/* A step as the calibration sees it. */
struct verdict {
    double given, shown;  /* kPa or N */
    double before, after; /* standard deviation of the cells over their mean: counts, kPa */
    double counts;        /* mean above the tare */
};

static int law_take(const char *value, struct failure *failure)
{
    for (int law = LAW_LINEAR; law <= LAW_POWER; law++)
        if (!strcmp(value, calibration_law_name((enum calibration_law)law))) {
            calibrating.law = (enum calibration_law)law;
            calibrating.law_given = true;
            return STATUS_OK;
        }
    return failure_set(failure, STATUS_ARGUMENT, "--law: '%s' is not linear, power or cubic",
                       value);
}

static int take(void *storage, int key, const char *value, struct failure *failure)
{
    struct calibrating *here = storage;
    switch (key) {
    case KEY_LAW:
        return law_take(value, failure);
    case KEY_WAIT:
        return option_number(&here->steps.wait_s, "--wait", value, 0, WAIT_MOST, failure);
    case KEY_WITHIN:
        return option_number(&here->within, "--within", value, 1e-3, 1e3, failure);
    case KEY_USE:
        snprintf(here->use, sizeof here->use, "%s", value);
        return STATUS_OK;
    default:
        return step_add(&here->steps, (enum step_kind)(STEP_TARE + key - KEY_TARE), value, failure);
    }
}

static const struct step *tare_find(const struct steps *steps)
{
    for (size_t i = 0; i < steps->count; i++)
        if (steps->list[i].kind == STEP_TARE)
            return &steps->list[i];
    return NULL;
}

static size_t steps_count(const struct steps *steps, enum step_kind kind)
{
    size_t count = 0;
    for (size_t i = 0; i < steps->count; i++)
        count += steps->list[i].kind == kind;
    return count;
}

static int steps_check(const struct calibrating *here, struct failure *failure)
{
    size_t tares = steps_count(&here->steps, STEP_TARE);
    if (*here->use && here->steps.count != steps_count(&here->steps, STEP_CHECK))
        return failure_set(failure, STATUS_ARGUMENT, "--use goes with --check only");
    if (*here->use ? here->steps.count == 0 : here->steps.count == tares)
        return failure_set(failure, STATUS_ARGUMENT,
                           "say what is measured: --tare, --uniform KPA, --load KPA, --weight N, "
                           "--check KPA (see docs/calibration.md)");
    if (!*here->use && tares != 1)
        return failure_set(failure, STATUS_ARGUMENT,
                           "--tare is wanted once, to know the empty mat");
    return STATUS_OK;
}

/* ---- The fit ---- */

static size_t steps_pick(const struct steps *steps, bool uniform, struct calibration_step *picked)
{
    size_t count = 0;
    for (size_t i = 0; i < steps->count && count < CALIBRATION_STEPS_MAX; i++) {
        const struct step *step = &steps->list[i];
        bool weight = step->kind == STEP_WEIGHT;
        if (uniform ? step->kind == STEP_UNIFORM : step->kind == STEP_LOAD || weight)
            picked[count++] = (struct calibration_step){.kpa = weight ? 0 : step->amount,
                                                        .force_n = weight ? step->amount : 0,
                                                        .means = step->means};
    }
    return count;
}

static int calibration_make(struct calibrating *here, struct failure *failure)
{
    struct calibration_step uniform[CALIBRATION_STEPS_MAX], loads[CALIBRATION_STEPS_MAX];
    const struct step *tare = tare_find(&here->steps);
    size_t uniform_count = steps_pick(&here->steps, true, uniform);
    size_t load_count = steps_pick(&here->steps, false, loads);
    size_t known = load_count ? load_count : uniform_count;
    char created[40];
    time_t now = time(NULL);
    struct tm utc;
    strftime(created, sizeof created, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
    const struct calibration_measurement measurement = {.mat = &here->steps.mat,
                                                        .tare = tare->means,
                                                        .spread = tare->spreads,
                                                        .uniform = uniform,
                                                        .uniform_count = uniform_count,
                                                        .loads = loads,
                                                        .load_count = load_count,
                                                        .law = here->law_given ? here->law
                                                               : known > 1     ? LAW_POWER
                                                                               : LAW_LINEAR,
                                                        .created = created};
    return calibration_fit(&here->calibration, &measurement, failure);
}

static int calibration_store(struct calibrating *here, const char *output, struct failure *failure)
{
    char folder[PATH_MAX / 2];
    if (*output) {
        snprintf(here->path, sizeof here->path, "%s", output);
        if (!access(output, F_OK))
            return failure_set(failure, STATUS_BUSY, "%s: exists already; it is not overwritten",
                               output);
        return calibration_save(here->calibration, output, failure);
    }
    calibrations_folder(folder, sizeof folder);
    snprintf(here->path, sizeof here->path, "%s/%s.json", folder,
             calibration_about(here->calibration)->id);
    return calibration_keep(here->calibration, folder, failure);
}

/* ---- What it came to ---- */

static double spread_of(double sum, double squares, double count)
{
    double mean = sum / count;
    return sqrt(fmax(0, squares / count - mean * mean)) / mean;
}

static int step_judge(const struct calibrating *here, const struct step *step,
                      struct verdict *verdict)
{
    const struct geometry *geometry = &here->steps.mat.geometry;
    const struct step *tare = tare_find(&here->steps);
    size_t cells = geometry_cells(geometry);
    float *kpa = calloc(cells, sizeof *kpa);
    if (!kpa)
        return STATUS_MEMORY;
    calibration_pressure(here->calibration, step->means, kpa);
    double count = 0, sum = 0, squares = 0, raw = 0, raw_squares = 0;
    for (size_t i = 0; i < cells; i++) {
        if (calibration_cell_is_bad(here->calibration, i))
            continue;
        double response = (double)step->means[i] - (tare ? (double)tare->means[i] : 0);
        count++;
        sum += kpa[i];
        squares += (double)kpa[i] * kpa[i];
        raw += response;
        raw_squares += response * response;
    }
    free(kpa);
    bool weight = step->kind == STEP_WEIGHT;
    *verdict = (struct verdict){
        .given = step->amount,
        .shown = weight ? sum * 1e3 * geometry_cell_m2(geometry) : sum / count,
        .before = spread_of(raw, raw_squares, count),
        .after = spread_of(sum, squares, count),
        .counts = raw / count,
    };
    return STATUS_OK;
}

static double error_of(const struct verdict *verdict)
{
    return 100 * (verdict->shown / verdict->given - 1);
}

static void verdict_print(const struct step *step, const struct verdict *verdict)
{
    char words[64];
    step_words(step, words, sizeof words);
    printf("%-22s %8.1f counts  %8.2f %s  %+6.2f %%", words, verdict->counts, verdict->shown,
           step->kind == STEP_WEIGHT ? "N  " : "kPa", error_of(verdict));
    if (step->kind != STEP_WEIGHT)
        printf("  cells differ by %.2f %%, were %.2f %%", 100 * verdict->after,
               100 * verdict->before);
    putchar('\n');
}

static json_t *verdict_json(const struct step *step, const struct verdict *verdict)
{
    static const char *const kinds[] = {"tare", "uniform", "load", "weight", "check"};
    bool weight = step->kind == STEP_WEIGHT;
    return json_pack("{s:s, s:f, s:f, s:f, s:f, s:f, s:f, s:I}", "step", kinds[step->kind],
                     weight ? "force_n" : "kpa", verdict->given, weight ? "shown_n" : "shown_kpa",
                     verdict->shown, "error_percent", error_of(verdict), "counts", verdict->counts,
                     "spread_percent", 100 * verdict->after, "spread_before_percent",
                     100 * verdict->before, "frames", (json_int_t)step->frames);
}

static void about_print(const struct calibrating *here)
{
    const struct calibration_about *about = calibration_about(here->calibration);
    const double *c = about->coefficients;
    printf("%s: %s law, %s", about->id, calibration_law_name(about->law),
           about->law == LAW_POWER ? "" : "kPa by share of full scale: ");
    if (about->law == LAW_POWER)
        printf("%.4g kPa at full scale, exponent %.4g", c[0], c[1]);
    else
        printf("%.4g, %.4g, %.4g", c[0], c[1], c[2]);
    printf("; %u bad cell%s\n", about->bad_cells, about->bad_cells == 1 ? "" : "s");
    if (*here->path)
        printf("written to %s\n", here->path);
}

static int about_json(const struct calibrating *here, json_t *verdicts, struct failure *failure)
{
    const struct calibration_about *about = calibration_about(here->calibration);
    const double *c = about->coefficients;
    return json_line(stdout,
                     json_pack("{s:s, s:s, s:s, s:s, s:s, s:[f, f, f], s:i, s:o}", "calibration",
                               about->id, "file", here->path, "device", about->device, "serial",
                               about->serial, "law", calibration_law_name(about->law),
                               "coefficients_kpa", c[0], c[1], c[2], "bad_cells",
                               (int)about->bad_cells, "steps", verdicts),
                     about->id, failure);
}

/* Shows every step; a check that is too far off is a failure. */
static int steps_report(const struct calibrating *here, bool json, struct failure *failure)
{
    json_t *verdicts = json_array();
    int status = STATUS_OK;
    char words[64];
    for (size_t i = 0; i < here->steps.count; i++) {
        const struct step *step = &here->steps.list[i];
        struct verdict verdict;
        if (step->kind == STEP_TARE)
            continue;
        if (step_judge(here, step, &verdict))
            return failure_set(failure, STATUS_MEMORY, "out of memory");
        if (json)
            json_array_append_new(verdicts, verdict_json(step, &verdict));
        else
            verdict_print(step, &verdict);
        step_words(step, words, sizeof words);
        if (step->kind == STEP_CHECK && !(fabs(error_of(&verdict)) <= here->within))
            status =
                failure_set(failure, STATUS_ARGUMENT, "%s: %.2f %% off", words, error_of(&verdict));
    }
    struct failure unprinted = {0};
    int printed = STATUS_OK;
    if (json)
        printed = about_json(here, verdicts, &unprinted);
    else {
        json_decref(verdicts);
        about_print(here);
    }
    return status || !printed ? status : failure_set(failure, printed, "%s", unprinted.text);
}

static int use_load(struct calibrating *here, struct failure *failure)
{
    int status = calibration_named(&here->calibration, here->use, failure);
    return status ? status
                  : calibration_check(here->calibration, &here->steps.mat.geometry, failure);
}

static int calibrate(struct calibrating *here, const struct options *options,
                     struct failure *failure)
{
    here->steps.source = options->source;
    here->steps.defaults = &options->mat;
    here->steps.for_s = isinf(options->for_s) ? STEP_S : options->for_s;
    int status = steps_read(&here->steps, failure);
    if (status)
        return status;
    status = *here->use ? use_load(here, failure) : calibration_make(here, failure);
    if (!status && !*here->use)
        status = calibration_store(here, options->output, failure);
    return status ? status : steps_report(here, options->json, failure);
}

static int run(const struct options *options)
{
    struct calibrating *here = options->own;
    struct failure failure = {0};
    if (steps_check(here, &failure)) {
        say_failure(&failure);
        return EXIT_USAGE;
    }
    stopping_catch();
    int status = calibrate(here, options, &failure);
    calibration_destroy(here->calibration);
    steps_free(&here->steps);
    return status ? say_failure(&failure) : EXIT_DONE;
}

static const struct argp_option own[] = {
    {"tare", KEY_TARE, "ADDRESS", OPTION_ARG_OPTIONAL, "the empty mat", 0},
    {"uniform", KEY_UNIFORM, "KPA[=ADDRESS]", 0, "this pressure on every cell: equalises them", 0},
    {"load", KEY_LOAD, "KPA[=ADDRESS]", 0, "this pressure on every cell: for the law alone", 0},
    {"weight", KEY_WEIGHT, "N[=ADDRESS]", 0, "this force on the mat: for the law alone", 0},
    {"check", KEY_CHECK, "KPA[=ADDRESS]", 0, "this pressure on every cell: only compared", 0},
    {"law", KEY_LAW, "NAME", 0, "power (default from two loads on), cubic or linear", 0},
    {"wait", KEY_WAIT, "SECONDS", 0, "before each step of --source, without a terminal", 0},
    {"within", KEY_WITHIN, "PERCENT", 0, "fail where a check is further off", 0},
    {"use", KEY_USE, "FILE|ID", 0, "check this calibration, make none", 0},
    {0}};

const struct verb verb_calibrate = {
    .name = "calibrate",
    .arguments = "",
    .text = "find out what a mat's counts mean in kPa",
    .options = {.shared = OPTION_SOURCE | OPTION_MAT | OPTION_OUTPUT | OPTION_FOR | OPTION_JSON,
                .own = own,
                .take = take,
                .storage = &calibrating},
    .run = run,
};
