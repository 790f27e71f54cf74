#include "cli/say.h"
#include "cli/stopping.h"
#include "record/record.h"
#include "simulate/pty.h"
#include "verbs.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <uuid/uuid.h>

#define DEFAULT_SCENARIO "roller-strokes"
#define DEFAULT_PROTOCOL "rollscope"
#define KEY_MAT          OPTION_OWN
#define KEY_TCP          (OPTION_OWN + 1)
#define SHARE_FRAMES     256 /* frames between two reports of progress */

/* What --mat asks for; all 0: drawn. */
static struct simulation_options asked;

/* What --tcp asks for: HOST:PORT; NULL: nothing. */
static const char *network;

static int list_scenarios(void)
{
    size_t count;
    const struct simulation_scenario *scenarios = simulation_scenarios(&count);
    for (size_t i = 0; i < count; i++)
        printf("%-18s %s\n", scenarios[i].name, scenarios[i].text);
    return EXIT_DONE;
}

/* The same session has the same id, so that its file does not depend on when it was made. */
static void name_session(struct session_about *about, const struct truth *truth)
{
    static const unsigned char space[16] = {0x5b, 0x1d, 0x3c, 0x0e, 0x6f, 0x62, 0x4a, 0x41,
                                            0x9c, 0x35, 0x77, 0xe1, 0x20, 0x84, 0xd9, 0x52};
    uuid_t id;
    uuid_generate_sha1(id, space, about->source, strlen(about->source));
    uuid_unparse_lower(id, about->session_id);
    snprintf(about->title, sizeof about->title, "Simulated session: %s, seed %llu", truth->scenario,
             (unsigned long long)truth->seed);
}

static void describe(struct session_about *about, const struct simulation *simulation,
                     const struct options *options)
{
    const struct truth *truth = simulation_truth(simulation);
    *about = (struct session_about){.mat = *simulation_info(simulation), .calibrated = true};
    char length[32] = "", mat[64] = "";
    if (isfinite(options->for_s))
        snprintf(length, sizeof length, " --for %.9g", options->for_s);
    if (asked.rows)
        snprintf(mat, sizeof mat, " --mat %ux%ux%.9g@%.9g", asked.rows, asked.cols, asked.pitch_mm,
                 asked.rate_hz);
    snprintf(about->source, sizeof about->source,
             "rollscope simulate --scenario %s --seed %llu%s%s", truth->scenario,
             (unsigned long long)truth->seed, length, mat);
    snprintf(about->software, sizeof about->software, "rollscope %s", ROLLSCOPE_VERSION);
    snprintf(about->created, sizeof about->created, "2026-01-01T00:00:00Z");
    snprintf(about->notes, sizeof about->notes, "simulated; what is true stands in /truth");
    name_session(about, truth);
}

static int write_frames(struct recorder *recorder, struct simulation *simulation, uint64_t *count,
                        struct failure *failure)
{
    struct frame frame;
    int64_t start_us = 0;
    int status;
    while ((status = simulation_next(simulation, &frame)) > 0) {
        if (!frame.number)
            start_us = frame.time_us;
        int recorded = recorder_frame(recorder, &frame, failure);
        if (recorded < 0)
            return recorded;
        *count = frame.number + 1;
        if (frame.number % SHARE_FRAMES == 0)
            progress_show("simulating", (double)(frame.time_us - start_us) * 1e-6 /
                                            simulation_duration_s(simulation));
    }
    progress_end();
    return status == STATUS_END ? recorder_truth(recorder, simulation_truth(simulation), failure)
                                : status;
}

static int write_file(const struct options *options, struct simulation *simulation)
{
    struct session_about about;
    struct failure failure = {0}, closing = {0};
    struct recorder *recorder;
    describe(&about, simulation, options);
    if (recorder_open(&recorder, options->output, &about, NULL, NULL, &failure) < 0)
        return say_failure(&failure);
    uint64_t frames = 0;
    int status = write_frames(recorder, simulation, &frames, &failure);
    int closed = recorder_close(recorder, &closing);
    if (status < 0)
        return say_failure(&failure);
    if (closed < 0)
        return say_failure(&closing);
    const struct truth *truth = simulation_truth(simulation);
    say("%s: %llu frames, %zu strokes, %zu holds, %zu hot spots", options->output,
        (unsigned long long)frames, truth->stroke_count, truth->hold_count, truth->spot_count);
    return EXIT_DONE;
}

/* ---- On a pseudo-terminal, or on the network ---- */

static bool stopped(void *context)
{
    (void)context;
    return stopping_count() > 0;
}

static void say_ready(void *context, const char *link)
{
    const struct options *options = context;
    say("%s speaks %s; try: rollscope live --source '%s%s'; Ctrl-C ends it", link,
        *options->protocol ? options->protocol : DEFAULT_PROTOCOL, network ? "" : "pty:", link);
}

static int serve(const struct options *options, struct simulation *simulation)
{
    const char *protocol = *options->protocol ? options->protocol : DEFAULT_PROTOCOL;
    struct failure failure = {0};
    struct device *device = device_create(simulation, protocol, &failure);
    if (!device)
        return say_failure(&failure);
    const struct pty_serving serving = {.link = network ? network : options->pty,
                                        .speed = options->speed,
                                        .stopped = stopped,
                                        .ready = say_ready,
                                        .context = (void *)(uintptr_t)options};
    stopping_catch();
    int status =
        network ? tcp_serve(device, &serving, &failure) : pty_serve(device, &serving, &failure);
    device_destroy(device);
    return status < 0 ? say_failure(&failure) : EXIT_DONE;
}

static int run(const struct options *options)
{
    const char *scenario = *options->scenario ? options->scenario : DEFAULT_SCENARIO;
    if (!strcmp(scenario, "list"))
        return list_scenarios();
    if (!!*options->output + !!*options->pty + !!network != 1) {
        say_error("simulate wants one of --output FILE, --pty LINK, --tcp HOST:PORT");
        return EXIT_USAGE;
    }
    struct simulation_options drawn = asked;
    if (isfinite(options->for_s))
        drawn.duration_s = options->for_s;
    struct failure failure = {0};
    struct simulation *simulation = simulation_create(scenario, options->seed, &drawn, &failure);
    if (!simulation)
        return say_failure(&failure);
    if (*options->pty || network)
        return serve(options, simulation);
    int code = write_file(options, simulation);
    simulation_destroy(simulation);
    return code;
}

static int take(void *storage, int key, const char *value, struct failure *failure)
{
    if (key == KEY_TCP) {
        network = value;
        return STATUS_OK;
    }
    struct simulation_options *mat = storage;
    unsigned rows, cols;
    int end = 0;
    if (sscanf(value, "%ux%ux%lf@%lf%n", &rows, &cols, &mat->pitch_mm, &mat->rate_hz, &end) != 4 ||
        value[end] || rows > MAT_SIDE_MAX || cols > MAT_SIDE_MAX || !rows || !cols)
        return failure_set(failure, STATUS_ARGUMENT,
                           "--mat: '%s' is not ROWSxCOLSxPITCH@RATE, such as 32x32x10@100", value);
    mat->rows = (uint16_t)rows;
    mat->cols = (uint16_t)cols;
    return STATUS_OK;
}

static const struct argp_option own[] = {
    {"mat", KEY_MAT, "ROWSxCOLSxMM@HZ", 0, "the mat, instead of one that is drawn", 0},
    {"tcp", KEY_TCP, "HOST:PORT", 0, "serve on the network, as a Wi-Fi board; port 0: a free one",
     0},
    {0}};

const struct verb verb_simulate = {
    .name = "simulate",
    .arguments = "",
    .text = "make a session of which the truth is known",
    .options = {.shared = OPTION_SCENARIO | OPTION_SEED | OPTION_OUTPUT | OPTION_FOR | OPTION_PTY |
                          OPTION_PROTOCOL | OPTION_SPEED,
                .own = own,
                .take = take,
                .storage = &asked},
    .run = run,
};
