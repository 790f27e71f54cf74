#include "analysis/gathering.h"
#include "cli/output.h"
#include "cli/report.h"
#include "cli/say.h"
#include "cli/workers.h"
#include "record/record.h"
#include "sources/calibrations.h"
#include "sources/frames_ahead.h"
#include "verbs.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>

#define SHARE_FRAMES 64 /* frames between two reports of progress */
#define LEAST_WEIGHT 1.0
#define STREAM_WORDS OPTION_FORM_COUNT /* of the streams of work; the forms come before it */

_Static_assert(STREAM_WORDS < WORK_STREAMS, "each form and the words have a stream");

enum { KEY_CONTACTS = OPTION_OWN, KEY_SAVE };

static struct wanted {
    bool contacts;
    const char *save; /* name under /analysis; NULL: not saved */
} wanted;

struct analyzing {
    const struct options *options;
    struct output printed;
};

/* One file on its way. */
struct job {
    const struct options *options;
    struct session *session;
    struct analysis *analysis;
    struct worker_share *share;
    struct findings findings;
    struct session_maps maps; /* where they are to be saved */
    struct output printed;    /* its rows */
};

static bool wants(const struct job *job, unsigned kind)
{
    return job->printed.rows.kinds >> kind & 1;
}

static int take_events(struct job *job)
{
    const struct wanted *here = job->options->own;
    const bool contacts = here->contacts || wants(job, EVENT_CONTACT);
    return gather_found(&job->findings, job->analysis, contacts);
}

static int take_metrics(struct job *job, struct failure *failure)
{
    struct metrics metrics;
    if (!wants(job, ROW_METRICS) || !analysis_metrics(job->analysis, &metrics))
        return STATUS_OK;
    return output_metrics(&job->printed, &metrics, failure);
}

static int push_frames(struct job *job, struct frames_ahead *ahead, struct failure *failure)
{
    uint64_t count = session_frames(job->session);
    struct frame frame;
    int status;
    while ((status = frames_ahead_next(ahead, 0, &frame, failure)) > 0) {
        if (analysis_push(job->analysis, &frame) && take_events(job) < 0)
            return STATUS_MEMORY;
        if (take_metrics(job, failure) < 0)
            return STATUS_SYSTEM;
        if (frame.number % SHARE_FRAMES == 0)
            job->share->done = (double)frame.number / (double)count;
    }
    if (status != STATUS_END)
        return status;
    analysis_finish(job->analysis);
    status = take_metrics(job, failure);
    return status ? status : take_events(job);
}

static int read_frames(struct job *job, struct failure *failure)
{
    struct frames_ahead *ahead;
    int status = frames_ahead_open(&ahead, job->session, 1, failure);
    if (status == STATUS_OK)
        status = push_frames(job, ahead, failure);
    frames_ahead_close(ahead);
    return status;
}

static int take_maps(struct job *job, const struct geometry *geometry)
{
    const size_t cells = geometry_cells(geometry);
    float *kpa = calloc(SESSION_MAP_COUNT * cells, sizeof *kpa);
    if (!kpa)
        return STATUS_MEMORY;
    for (int b = 0; b < SESSION_MAP_COUNT; b++) {
        job->maps.kpa[b] = kpa + (size_t)b * cells;
        job->maps.duration_s = analysis_map(job->analysis, (enum split_band)b, job->maps.kpa[b]);
    }
    return STATUS_OK;
}

static int analyze_session(struct job *job, struct failure *failure)
{
    const bool saved = ((const struct wanted *)job->options->own)->save != NULL;
    const struct geometry *geometry = &session_about(job->session)->mat.geometry;
    struct calibration *calibration;
    int status = calibration_of_session(&calibration, job->session, failure);
    if (status)
        return status;
    job->analysis = analysis_create_calibrated(geometry, calibration, &job->options->parameters);
    if (!job->analysis)
        return STATUS_MEMORY;
    status = saved || wants(job, ROW_METRICS) ? analysis_split(job->analysis) : STATUS_OK;
    if (status == STATUS_OK)
        status = read_frames(job, failure);
    if (status == STATUS_OK && saved)
        status = take_maps(job, geometry);
    analysis_destroy(job->analysis);
    return status;
}

static int save(const struct job *job, const char *file, struct failure *failure)
{
    const struct wanted *here = job->options->own;
    size_t count = 0;
    for (int type = 0; type < EVENT_TYPE_COUNT; type++)
        count += job->findings.lists[type].count;
    struct event *events = calloc(count + 1, sizeof *events);
    if (!events)
        return STATUS_MEMORY;
    const struct session_analysis analysis = {.name = here->save,
                                              .software = "rollscope " ROLLSCOPE_VERSION,
                                              .parameters = &job->options->parameters,
                                              .events = events,
                                              .event_count = count,
                                              .maps = &job->maps};
    count = 0;
    for (int type = 0; type < EVENT_TYPE_COUNT; type++)
        for (size_t i = 0; i < job->findings.lists[type].count; i++)
            events[count++] = job->findings.lists[type].events[i];
    int status = session_add_analysis(file, &analysis, failure);
    free(events);
    return status;
}

static int print_rows(const struct job *job, struct failure *failure)
{
    int status = STATUS_OK;
    for (int type = 0; type < EVENT_TYPE_COUNT; type++) {
        const struct findings_list *list = &job->findings.lists[type];
        for (size_t i = 0; i < list->count && !status; i++)
            status = output_event(&job->printed, &list->events[i], failure);
    }
    return status;
}

static int print(const struct job *job, const char *file, FILE *const outputs[WORK_STREAMS],
                 struct failure *failure)
{
    int status = STATUS_OK;
    if (outputs[STREAM_WORDS])
        report_words(outputs[STREAM_WORDS], file, &job->findings);
    if (outputs[FORM_JSON])
        status = report_json(outputs[FORM_JSON], file, &job->findings, &job->options->parameters,
                             failure);
    return status ? status : print_rows(job, failure);
}

static int analyze_file(void *context, size_t index, FILE *const outputs[WORK_STREAMS],
                        struct worker_share *share, struct failure *failure)
{
    const struct analyzing *all = context;
    const struct options *options = all->options;
    const char *file = options->files[index];
    struct job job = {.options = options, .share = share, .printed = all->printed};
    job.printed.label = file;
    for (int form = 0; form < OPTION_FORM_COUNT; form++)
        job.printed.streams[form] = form == FORM_JSON ? NULL : outputs[form];
    int status = session_open(&job.session, file, failure);
    if (status < 0)
        return status;
    if (session_moved(job.session))
        say("%s: %llu frames are stamped before the one before; taken as 1 us later", file,
            (unsigned long long)session_moved(job.session));
    status = analyze_session(&job, failure);
    session_close(job.session);
    if (status == STATUS_OK && ((const struct wanted *)options->own)->save)
        status = save(&job, file, failure);
    if (status == STATUS_OK)
        status = print(&job, file, outputs, failure);
    findings_clear(&job.findings);
    session_maps_free(&job.maps);
    if (status == STATUS_MEMORY)
        failure_set(failure, status, "%s: out of memory", file);
    return status;
}

static double *file_sizes(const struct options *options)
{
    double *sizes = calloc(options->file_count, sizeof *sizes);
    struct stat about;
    for (size_t i = 0; sizes && i < options->file_count; i++)
        sizes[i] = stat(options->files[i], &about) == 0 ? LEAST_WEIGHT + (double)about.st_size
                                                        : LEAST_WEIGHT;
    return sizes;
}

static size_t analyze(struct analyzing *all)
{
    const struct options *options = all->options;
    double *sizes = file_sizes(options);
    struct work work = {
        .context = all,
        .count = options->file_count,
        .jobs = options->jobs,
        .what = options->file_count == 1 ? "analysing" : "analysing the files",
        .names = options->files,
        .weights = sizes,
        .run = analyze_file,
    };
    for (int form = 0; form < OPTION_FORM_COUNT; form++)
        work.streams[form] = all->printed.streams[form];
    work.streams[STREAM_WORDS] = output_takes_stdout(options) ? NULL : stdout;
    size_t failed = sizes ? workers_run(&work) : options->file_count;
    free(sizes);
    return failed;
}

static int run(const struct options *options)
{
    const struct wanted *here = options->own;
    const unsigned kinds = here->contacts ? ROWS_ALL : ROWS_USUAL;
    struct analyzing all = {.options = options};
    struct failure failure = {0};
    if (output_open(&all.printed, options, kinds, "file", &failure)) {
        int code = say_failure(&failure);
        return failure.status == STATUS_ARGUMENT ? EXIT_USAGE : code;
    }
    size_t failed = analyze(&all);
    if (output_close(&all.printed, &failure))
        return say_failure(&failure);
    return failed ? EXIT_FAILED : EXIT_DONE;
}

static int take(void *storage, int key, const char *value, struct failure *failure)
{
    struct wanted *here = storage;
    (void)failure;
    if (key == KEY_SAVE)
        here->save = value;
    else
        here->contacts = true;
    return STATUS_OK;
}

static const struct argp_option own[] = {
    {"contacts", KEY_CONTACTS, NULL, 0, "the contacts' tracks too", 0},
    {"save", KEY_SAVE, "NAME", 0, "into the files as /analysis/NAME, beside what is there", 0},
    {0}};

const struct verb verb_analyze = {
    .name = "analyze",
    .arguments = "FILE...",
    .text = "find strokes, holds and hot spots in session files",
    .options = {.shared = OPTION_FORMS | OPTION_SET | OPTION_JOBS,
                .files_least = 1,
                .files_most = UINT_MAX,
                .own = own,
                .take = take,
                .storage = &wanted},
    .run = run,
};
