#include "analysis.h"
#include "calibrations.h"
#include "record/record.h"
#include "report.h"
#include "verbs.h"
#include "workers.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>

#define SHARE_FRAMES 64 /* frames between two reports of progress */
#define LEAST_WEIGHT 1.0

enum { KEY_CONTACTS = OPTION_OWN, KEY_SAVE };

static struct wanted {
    bool contacts;
    const char *save; /* name under /analysis; NULL: not saved */
} wanted;

/* One file on its way. */
struct job {
    const struct options *options;
    struct session *session;
    struct analysis *analysis;
    struct worker_share *share;
    struct findings findings;
    struct session_maps maps; /* where they are to be saved */
};

static int take_events(struct job *job)
{
    struct event event;
    int status = STATUS_OK;
    const struct wanted *here = job->options->own;
    while (status == STATUS_OK && analysis_next(job->analysis, &event))
        if (event.type != EVENT_CONTACT || here->contacts)
            status = findings_take(&job->findings, &event);
    return status;
}

static int push_frames(struct job *job, struct failure *failure)
{
    uint64_t count = session_frames(job->session);
    struct frame frame;
    int status;
    while ((status = session_read(job->session, &frame, failure)) > 0) {
        if (analysis_push(job->analysis, &frame) && take_events(job) < 0)
            return STATUS_MEMORY;
        if (frame.number % SHARE_FRAMES == 0)
            job->share->done = (double)frame.number / (double)count;
    }
    if (status != STATUS_END)
        return status;
    analysis_finish(job->analysis);
    return take_events(job);
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
    status = saved ? analysis_split(job->analysis) : STATUS_OK;
    if (status == STATUS_OK)
        status = push_frames(job, failure);
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

static int analyze_file(void *context, size_t index, FILE *output, struct worker_share *share,
                        struct failure *failure)
{
    const struct options *options = context;
    const char *file = options->files[index];
    struct job job = {.options = options, .share = share};
    int status = session_open(&job.session, file, failure);
    if (status < 0)
        return status;
    status = analyze_session(&job, failure);
    session_close(job.session);
    if (status == STATUS_OK && ((const struct wanted *)options->own)->save)
        status = save(&job, file, failure);
    if (status == STATUS_OK && options->json)
        status = report_json(output, file, &job.findings, &options->parameters, failure);
    else if (status == STATUS_OK)
        report_words(output, file, &job.findings);
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

static int run(const struct options *options)
{
    double *sizes = file_sizes(options);
    struct work work = {
        .context = (void *)options,
        .count = options->file_count,
        .jobs = options->jobs,
        .what = options->file_count == 1 ? "analysing" : "analysing the files",
        .names = options->files,
        .weights = sizes,
        .run = analyze_file,
    };
    size_t failed = sizes ? workers_run(&work) : options->file_count;
    free(sizes);
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
    .options = {.shared = OPTION_JSON | OPTION_SET | OPTION_JOBS,
                .files_least = 1,
                .files_most = UINT_MAX,
                .own = own,
                .take = take,
                .storage = &wanted},
    .run = run,
};
