#include "analysis/gathering.h"
#include "cli/json_line.h"
#include "cli/report.h"
#include "cli/say.h"
#include "record/record.h"
#include "recording/follow.h"
#include "verbs.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#define SHARE_FRAMES 256 /* frames between two reports of progress */

/* What the frames themselves say. */
struct scan {
    uint64_t frames, gaps, lost, saturated, moved;
    double duration_s, rate_hz; /* rate: from the median spacing of neighbours; NaN: unknown */
};

struct view {
    const char *file;
    const struct session_about *about;
    struct scan scan;
    struct findings findings; /* as recorded */
    struct truth truth;
    struct session_maps maps;
    bool has_truth, has_maps;
    struct session_counter counters[SESSION_COUNTERS_MAX];
    int counter_count;
};

/* Where a map is highest. */
struct summit {
    double x_mm, y_mm, kpa;
};

static struct summit summit_of(const struct view *view, int which)
{
    const struct geometry *grid = &view->about->mat.geometry;
    const float *kpa = view->maps.kpa[which];
    uint32_t top = 0;
    for (uint32_t i = 1; i < geometry_cells(grid); i++)
        top = kpa[i] > kpa[top] ? i : top;
    return (struct summit){(top % grid->cols + 0.5) * grid->pitch_x_mm,
                           (top / grid->cols + 0.5) * grid->pitch_y_mm, kpa[top]};
}

static int ascending(const void *a, const void *b)
{
    const int64_t *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

static int scan_frames(struct session *session, struct scan *scan, int64_t *steps_us,
                       struct failure *failure)
{
    struct frame frame, before = {0};
    int status;
    while ((status = session_read(session, &frame, failure)) > 0) {
        scan->gaps += (frame.flags & FRAME_GAP_BEFORE) != 0;
        scan->saturated += (frame.flags & FRAME_SATURATED) != 0;
        if (scan->frames) {
            steps_us[scan->frames - 1] = frame.time_us - before.time_us;
            scan->lost +=
                frame.sequence > before.sequence + 1 ? frame.sequence - before.sequence - 1 : 0;
        }
        before = frame;
        if (++scan->frames % SHARE_FRAMES == 0)
            progress_show("reading", (double)scan->frames / (double)session_frames(session));
    }
    progress_end();
    scan->moved = session_moved(session);
    return status == STATUS_END ? STATUS_OK : status;
}

static int scan_session(struct session *session, struct scan *scan, struct failure *failure)
{
    scan->duration_s = session_duration_s(session);
    scan->rate_hz = NAN;
    session_skim(session);
    int64_t *steps_us = calloc(session_frames(session) + 1, sizeof *steps_us);
    if (!steps_us)
        return failure_set(failure, STATUS_MEMORY, "out of memory");
    int status = scan_frames(session, scan, steps_us, failure);
    if (status == STATUS_OK && scan->frames > 1) {
        qsort(steps_us, scan->frames - 1, sizeof *steps_us, ascending);
        size_t middle = (scan->frames - 1) / 2;
        scan->rate_hz = 1e6 / (double)steps_us[middle];
    }
    free(steps_us);
    return status;
}

static void line(const char *name, const char *value)
{
    if (*value)
        printf("  %-10s %s\n", name, value);
}

static void print_mat(const struct session_about *about)
{
    const struct mat_info *mat = &about->mat;
    const struct geometry *grid = &mat->geometry;
    printf("  %-10s %s%s%s%s%u x %u cells of %g x %g mm, full scale %g kPa\n", "mat", mat->device,
           *mat->serial ? ", serial " : "", mat->serial, *mat->device || *mat->serial ? ", " : "",
           grid->rows, grid->cols, grid->pitch_y_mm, grid->pitch_x_mm,
           grid->full_scale * grid->scale_kpa + grid->offset_kpa);
    line("", about->calibrated ? "" : "not calibrated: kPa are counts times a nominal scale");
    line("protocol", mat->protocol);
    line("calibrated", about->calibrated ? mat->calibration : "");
}

static void print_frames(const struct scan *scan)
{
    char clock[CLOCK_SIZE];
    printf("  %-10s %llu in %s", "frames", (unsigned long long)scan->frames,
           report_clock(clock, scan->duration_s));
    if (!isnan(scan->rate_hz))
        printf(", %.4g Hz", scan->rate_hz);
    printf(", %llu gaps, %llu lost, %llu saturated", (unsigned long long)scan->gaps,
           (unsigned long long)scan->lost, (unsigned long long)scan->saturated);
    if (scan->moved)
        printf(", %llu stamped before the one before", (unsigned long long)scan->moved);
    putchar('\n');
}

static double hold_total_s(const struct findings_list *holds)
{
    double total_s = 0;
    for (size_t i = 0; i < holds->count; i++)
        total_s += holds->events[i].hold.end_s - holds->events[i].hold.start_s;
    return total_s;
}

static void print_found(const struct view *view)
{
    char clock[CLOCK_SIZE];
    const struct findings_list *strokes = &view->findings.lists[EVENT_STROKE];
    const struct findings_list *holds = &view->findings.lists[EVENT_HOLD];
    const struct findings_list *spots = &view->findings.lists[EVENT_SPOT];
    const struct summary *summary = findings_summary(&view->findings);
    if (!summary && !strokes->count && !holds->count)
        printf("  %-10s none recorded; try %s analyze %s\n", "results", program_invocation_name,
               view->file);
    else if (summary)
        printf("  %-10s %u one way, %u cycles, %u slow and deep\n", "strokes", summary->one_way,
               summary->cycles, summary->slow_deep);
    else
        printf("  %-10s %zu one way\n", "strokes", strokes->count);
    if (holds->count)
        printf("  %-10s %zu, %s together\n", "holds", holds->count,
               report_clock(clock, hold_total_s(holds)));
    if (spots->count)
        printf("  %-10s %zu\n", "hot spots", spots->count);
    for (size_t i = 0; i < spots->count; i++) {
        printf("    ");
        report_event(stdout, &spots->events[i]);
    }
    if (view->has_truth)
        printf("  %-10s %zu strokes, %zu holds, %zu hot spots; try %s score %s\n", "truth",
               view->truth.stroke_count, view->truth.hold_count, view->truth.spot_count,
               program_invocation_name, view->file);
}

static void print_maps(const struct view *view)
{
    static const char *const words[SESSION_MAP_COUNT] = {"pressed", "stroked", "trembled"};
    for (int b = 0; view->has_maps && b < SESSION_MAP_COUNT; b++) {
        struct summit summit = summit_of(view, b);
        printf("  %-10s most at %.0f, %.0f mm: %.3g kPa\n", words[b], summit.x_mm, summit.y_mm,
               summit.kpa);
    }
}

static void print_words(const struct view *view)
{
    const struct session_about *about = view->about;
    printf("%s\n", view->file);
    line("title", about->title);
    line("session", about->session_id);
    line("created", about->created);
    line("by", about->software);
    line("source", about->source);
    line("", about->closed ? "" : "not closed: still being recorded, or left by a kill");
    print_mat(about);
    line("subject", about->subject);
    line("body part", about->body_part);
    line("side", about->side);
    line("tool", about->tool);
    line("operator", about->operator_name);
    line("notes", about->notes);
    print_frames(&view->scan);
    print_found(view);
    print_maps(view);
}

static json_t *mat_object(const struct mat_info *mat)
{
    const struct geometry *grid = &mat->geometry;
    return json_pack("{s:s, s:s, s:s, s:s, s:i, s:i, s:f, s:f, s:f, s:f, s:f, s:i}", "device",
                     mat->device, "serial", mat->serial, "protocol", mat->protocol, "calibration",
                     mat->calibration, "rows", grid->rows, "cols", grid->cols, "pitch_x_mm",
                     grid->pitch_x_mm, "pitch_y_mm", grid->pitch_y_mm, "rate_hz", grid->rate_hz,
                     "scale_kpa", grid->scale_kpa, "offset_kpa", grid->offset_kpa, "full_scale",
                     grid->full_scale);
}

static json_t *about_object(const struct session_about *about)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:b, s:b, s:s, s:s, s:s, s:s, s:s, s:s}", "title",
                     about->title, "session_id", about->session_id, "created", about->created,
                     "software", about->software, "source", about->source, "closed", about->closed,
                     "calibrated", about->calibrated, "subject", about->subject, "body_part",
                     about->body_part, "side", about->side, "tool", about->tool, "operator",
                     about->operator_name, "notes", about->notes);
}

static json_t *counts_object(const struct view *view)
{
    json_t *counts = json_object();
    for (int type = EVENT_STROKE; type < EVENT_SUMMARY; type++)
        json_object_set_new(counts, event_kind((enum event_type)type)->group,
                            json_integer((json_int_t)view->findings.lists[type].count));
    return counts;
}

static json_t *health_object(const struct view *view)
{
    json_t *health = json_object();
    for (int i = 0; i < view->counter_count; i++) {
        const struct session_counter *counter = &view->counters[i];
        json_object_set_new(health, counter->name,
                            json_pack("{s:f, s:s, s:s}", "value", counter->value, "unit",
                                      counter->unit, "text", counter->text));
    }
    return health;
}

static json_t *maps_object(const struct view *view)
{
    static const char *const names[SESSION_MAP_COUNT] = {"static", "moving", "fast"};
    if (!view->has_maps)
        return json_null();
    json_t *maps = json_pack("{s:f}", "duration_s", view->maps.duration_s);
    for (int b = 0; b < SESSION_MAP_COUNT; b++) {
        struct summit summit = summit_of(view, b);
        json_object_set_new(maps, names[b],
                            json_pack("{s:f, s:f, s:f}", "x_mm", summit.x_mm, "y_mm", summit.y_mm,
                                      "kpa", summit.kpa));
    }
    return maps;
}

static int print_json(const struct view *view, FILE *stream, struct failure *failure)
{
    const struct scan *scan = &view->scan;
    json_t *object = json_pack(
        "{s:s, s:o, s:o, s:I, s:f, s:o, s:I, s:I, s:I, s:I, s:o, s:b, s:o, s:o}", "file",
        view->file, "about", about_object(view->about), "mat", mat_object(&view->about->mat),
        "frames", (json_int_t)scan->frames, "duration_s", scan->duration_s, "rate_hz",
        json_number(scan->rate_hz), "gaps", (json_int_t)scan->gaps, "lost", (json_int_t)scan->lost,
        "saturated", (json_int_t)scan->saturated, "moved", (json_int_t)scan->moved, "events",
        counts_object(view), "truth", view->has_truth, "maps", maps_object(view), "health",
        health_object(view));
    return json_line(stream, object, view->file, failure);
}

static int read_view(struct session *session, struct view *view, struct failure *failure)
{
    view->about = session_about(session);
    int status = scan_session(session, &view->scan, failure);
    if (status == STATUS_OK)
        status = gather_recorded(&view->findings, session, NULL, false, failure);
    if (status == STATUS_OK)
        status = session_truth(session, &view->truth, failure);
    view->has_truth = status > 0;
    if (status >= 0)
        status = session_maps(session, NULL, &view->maps, failure);
    view->has_maps = status > 0;
    if (status >= 0)
        status = view->counter_count = session_counters(session, view->counters, failure);
    return status < 0 ? status : STATUS_OK;
}

/* What is in the file: in words, or as JSON. */
static int about_print(const struct options *options, FILE *json, struct failure *failure)
{
    struct view view = {.file = options->files[0]};
    struct session *session;
    if (session_open(&session, view.file, failure) < 0)
        return failure->status;
    int status = read_view(session, &view, failure);
    if (status == STATUS_OK && json)
        status = print_json(&view, json, failure);
    else if (status == STATUS_OK)
        print_words(&view);
    truth_free(&view.truth);
    session_maps_free(&view.maps);
    findings_clear(&view.findings);
    session_close(session);
    return status;
}

/* With --follow every form is of events; without it JSON says what is in the file. */
static int print(const struct options *options, const struct output *output,
                 struct failure *failure)
{
    struct output events = *output;
    if (options->follow)
        return follow_session(options, output, failure);
    events.streams[FORM_JSON] = NULL;
    bool rows = events.streams[FORM_CSV] || events.streams[FORM_KV];
    int status = STATUS_OK;
    if (!rows || output->streams[FORM_JSON])
        status = about_print(options, output->streams[FORM_JSON], failure);
    return status || !rows ? status : follow_session(options, &events, failure);
}

static int run(const struct options *options)
{
    struct failure failure = {0};
    struct output output;
    if (options->metrics) {
        say_error("a session file holds no metrics: `rollscope analyze --metrics' finds them");
        return EXIT_USAGE;
    }
    int status = output_open(&output, options, ROWS_USUAL, NULL, &failure);
    if (status) {
        int code = say_failure(&failure);
        return status == STATUS_ARGUMENT ? EXIT_USAGE : code;
    }
    status = print(options, &output, &failure);
    if (output_close(&output, status ? NULL : &failure) && !status)
        status = failure.status;
    return status ? say_failure(&failure) : EXIT_DONE;
}

const struct verb verb_info = {
    .name = "info",
    .arguments = "FILE",
    .text = "say what is in a session file",
    .options = {.shared = OPTION_FORMS | OPTION_FOLLOW, .files_least = 1, .files_most = 1},
    .run = run,
};
