#include "calibrate_steps.h"

#include "../cli/say.h"
#include "../cli/stopping.h"
#include "sources.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define AMOUNT_MOST 1e5
#define READ_MS     100
#define SILENCE_MS  10000
#define SETTLE_MS   300 /* what the mat sent before the step is passed over */
#define FRAMES_MIN  4

/* One step being read. */
struct reading {
    struct step *step;
    size_t cells;
    double *sums, *squares;
};

static int address_store(struct step *step, const char *text, struct failure *failure)
{
    size_t length = strlen(text);
    bool file = length > 3 && !strcmp(text + length - 3, ".h5") && !strchr(text, '?') &&
                strncmp(text, "session:", 8) != 0;
    int size = snprintf(step->address, sizeof step->address, "%s%s", file ? "session:" : "", text);
    return size < (int)sizeof step->address
               ? STATUS_OK
               : failure_set(failure, STATUS_ARGUMENT, "%.40s...: the address is too long", text);
}

int step_add(struct steps *steps, enum step_kind kind, const char *text, struct failure *failure)
{
    static const char *const names[] = {"--tare", "--uniform", "--load", "--weight", "--check"};
    if (steps->count == STEPS_MAX)
        return failure_set(failure, STATUS_ARGUMENT, "more than %d steps", STEPS_MAX);
    struct step *step = &steps->list[steps->count++];
    *step = (struct step){.kind = kind};
    if (kind == STEP_TARE)
        return text ? address_store(step, text, failure) : STATUS_OK;
    const char *equals = strchr(text, '=');
    char amount[64];
    snprintf(amount, sizeof amount, "%.*s", equals ? (int)(equals - text) : (int)strlen(text),
             text);
    int status = option_number(&step->amount, names[kind], amount, 1e-3, AMOUNT_MOST, failure);
    return status || !equals ? status : address_store(step, equals + 1, failure);
}

void step_words(const struct step *step, char *text, size_t size)
{
    static const char *const before[] = {"the empty mat", "", "a load of ", "a weight of ",
                                         "a check at "};
    static const char *const behind[] = {"", " kPa everywhere", " kPa", " N", " kPa"};
    char amount[32] = "";
    if (step->kind != STEP_TARE)
        snprintf(amount, sizeof amount, "%g", step->amount);
    snprintf(text, size, "%s%s%s", before[step->kind], amount, behind[step->kind]);
}

static void frame_add(struct reading *reading, const struct frame *frame)
{
    for (size_t i = 0; i < reading->cells; i++) {
        reading->sums[i] += frame->cells[i];
        reading->squares[i] += (double)frame->cells[i] * frame->cells[i];
    }
    reading->step->frames++;
}

static int reading_begin(struct reading *reading, const struct frame *frame,
                         struct failure *failure)
{
    struct step *step = reading->step;
    reading->cells = (size_t)frame->rows * frame->cols;
    reading->sums = calloc(reading->cells, sizeof *reading->sums);
    reading->squares = calloc(reading->cells, sizeof *reading->squares);
    step->means = calloc(reading->cells, sizeof *step->means);
    step->spreads = calloc(reading->cells, sizeof *step->spreads);
    return reading->sums && reading->squares && step->means && step->spreads
               ? STATUS_OK
               : failure_set(failure, STATUS_MEMORY, "out of memory for a step");
}

static int reading_end(struct reading *reading, struct failure *failure)
{
    struct step *step = reading->step;
    double n = (double)step->frames;
    char words[64];
    step_words(step, words, sizeof words);
    if (step->frames < FRAMES_MIN)
        return failure_set(failure, STATUS_NOT_FOUND, "%s: only %" PRIu64 " frames came", words,
                           step->frames);
    for (size_t i = 0; i < reading->cells; i++) {
        double mean = reading->sums[i] / n;
        step->means[i] = (float)mean;
        step->spreads[i] = (float)sqrt(fmax(0, reading->squares[i] / n - mean * mean) / n);
    }
    return STATUS_OK;
}

/* Reads for the step's time, by the times of the frames. */
static int frames_take(struct reading *reading, struct source *source, double for_s,
                       struct failure *failure)
{
    struct frame frame;
    int64_t first_us = 0, heard_ms = monotonic_ms();
    int status = 0;
    while (status != STATUS_END && !stopping_count()) {
        status = source_read(source, &frame, READ_MS, failure);
        if (status < 0 && status != STATUS_END && status != STATUS_LOST)
            return status;
        if (status <= 0 && monotonic_ms() - heard_ms > SILENCE_MS)
            return failure_set(failure, STATUS_NOT_FOUND, "the mat sends nothing");
        if (status != 1)
            continue;
        heard_ms = monotonic_ms();
        if (reading->step->frames == 0) {
            first_us = frame.time_us;
            if (reading_begin(reading, &frame, failure))
                return STATUS_MEMORY;
        }
        if ((double)(frame.time_us - first_us) >= for_s * 1e6)
            return STATUS_OK;
        frame_add(reading, &frame);
    }
    return stopping_count() ? failure_set(failure, STATUS_END, "stopped") : STATUS_OK;
}

/* All steps are of one mat. */
static int mat_compare(struct steps *steps, const struct step *step, const struct source *source,
                       struct failure *failure)
{
    const struct mat_info *mat = source_info(source);
    char words[64];
    step_words(step, words, sizeof words);
    if (!mat)
        return failure_set(failure, STATUS_NOT_FOUND, "%s: no mat", words);
    const struct geometry *here = &mat->geometry, *there = &steps->mat.geometry;
    if (!there->rows)
        steps->mat = *mat;
    bool same = here->rows == there->rows && here->cols == there->cols &&
                here->full_scale == there->full_scale && !strcmp(mat->serial, steps->mat.serial);
    return same ? STATUS_OK
                : failure_set(failure, STATUS_ARGUMENT, "%s is of another mat than the step before",
                              words);
}

static int step_take(struct steps *steps, struct step *step, struct source *source,
                     struct failure *failure)
{
    struct reading reading = {.step = step};
    int status = frames_take(&reading, source, steps->for_s, failure);
    if (!status)
        status = mat_compare(steps, step, source, failure);
    if (!status)
        status = reading_end(&reading, failure);
    free(reading.sums);
    free(reading.squares);
    return status;
}

/* What can be read again is read as fast as it goes. */
static int address_of(struct address *address, const char *text, struct failure *failure)
{
    int status = source_address(address, text, failure);
    if (status || !source_traits(address).again || address_get(address, "speed", NULL) ||
        address->count == ADDRESS_PARAMETERS_MAX)
        return status;
    snprintf(address->parameters[address->count].name, sizeof address->parameters[0].name, "speed");
    snprintf(address->parameters[address->count++].value, sizeof address->parameters[0].value,
             "max");
    return STATUS_OK;
}

static int recorded_take(struct steps *steps, struct step *step, struct failure *failure)
{
    struct address address;
    struct source *source = NULL;
    int status = address_of(&address, step->address, failure);
    if (!status)
        source_configure(&address, steps->defaults);
    if (!status)
        status = source_open_any(&source, &address, failure);
    if (!status)
        status = step_take(steps, step, source, failure);
    source_close(source);
    return status;
}

/* Reads on, and forgets it, until the time is over. */
static int time_pass(struct source *source, int64_t until_ms, struct failure *failure)
{
    struct frame frame;
    while (monotonic_ms() < until_ms && !stopping_count()) {
        int status = source_read(source, &frame, READ_MS, failure);
        if (status < 0 && status != STATUS_LOST)
            return status;
    }
    return STATUS_OK;
}

static int throughout_take(struct steps *steps, struct step *step, struct failure *failure)
{
    struct address address;
    char words[64];
    int status = steps->throughout ? STATUS_OK : source_address(&address, steps->source, failure);
    if (!status && !steps->throughout)
        source_configure(&address, steps->defaults);
    if (!status && !steps->throughout)
        status = source_open_any(&steps->throughout, &address, failure);
    if (status)
        return status;
    step_words(step, words, sizeof words);
    if (isatty(STDIN_FILENO)) {
        say("now %s; then press return", words);
        for (int letter = 0; letter != '\n' && letter != EOF && !stopping_count();)
            letter = getchar();
    } else {
        say("%s in %g s", words, steps->wait_s);
    }
    double wait_s = isatty(STDIN_FILENO) ? 0 : steps->wait_s;
    status =
        time_pass(steps->throughout, monotonic_ms() + SETTLE_MS + (int64_t)(wait_s * 1e3), failure);
    return status ? status : step_take(steps, step, steps->throughout, failure);
}

int steps_read(struct steps *steps, struct failure *failure)
{
    int status = STATUS_OK;
    for (size_t i = 0; i < steps->count && !status; i++) {
        struct step *step = &steps->list[i];
        status = *step->address ? recorded_take(steps, step, failure)
                                : throughout_take(steps, step, failure);
    }
    source_close(steps->throughout);
    steps->throughout = NULL;
    return status;
}

void steps_free(struct steps *steps)
{
    for (size_t i = 0; i < steps->count; i++) {
        free(steps->list[i].means);
        free(steps->list[i].spreads);
    }
    steps->count = 0;
}
