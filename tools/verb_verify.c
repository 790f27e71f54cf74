#include "analysis.h"
#include "calibrations.h"
#include "findings.h"
#include "json_line.h"
#include "record/record.h"
#include "say.h"
#include "verbs.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHARE_FRAMES 64 /* frames between two reports of progress */

static const char software[] = "rollscope " ROLLSCOPE_VERSION;

struct proof {
    const char *file;
    struct session *session;
    struct parameters parameters;
    struct findings recorded, computed;
    uint64_t frames, gaps, lost;
    bool checksums, has_parameters;
    const char *events; /* what comparing them came to */
};

static int take_events(struct analysis *analysis, struct findings *findings)
{
    struct event event;
    int status = STATUS_OK;
    while (status == STATUS_OK && analysis_next(analysis, &event))
        status = findings_take(findings, &event);
    return status;
}

static int read_frames(struct proof *proof, struct analysis *analysis, struct failure *failure)
{
    double count = (double)session_frames(proof->session);
    uint64_t sequence = 0;
    struct frame frame;
    int status;
    while ((status = session_read(proof->session, &frame, failure)) == 1) {
        proof->gaps += (frame.flags & FRAME_GAP_BEFORE) != 0;
        if (proof->frames && frame.sequence > sequence)
            proof->lost += frame.sequence - sequence - 1;
        sequence = frame.sequence;
        proof->frames++;
        if (analysis_push(analysis, &frame) && take_events(analysis, &proof->computed) < 0)
            return failure_set(failure, STATUS_MEMORY, "%s: out of memory", proof->file);
        if (proof->frames % SHARE_FRAMES == 0)
            progress_show("verifying", (double)proof->frames / count);
    }
    progress_end();
    if (status != STATUS_END)
        return status;
    analysis_finish(analysis);
    if (take_events(analysis, &proof->computed) < 0)
        return failure_set(failure, STATUS_MEMORY, "%s: out of memory", proof->file);
    return STATUS_OK;
}

static int read_recorded(struct proof *proof, struct failure *failure)
{
    for (int type = 0; type < EVENT_TYPE_COUNT; type++) {
        struct event *events;
        int count = session_events(proof->session, NULL, (enum event_type)type, &events, failure);
        int status = count < 0 ? count : STATUS_OK;
        for (int i = 0; i < count && status == STATUS_OK; i++)
            status = findings_take(&proof->recorded, &events[i]);
        free(events);
        if (status < 0)
            return status;
    }
    return STATUS_OK;
}

static bool same_value(const struct event *one, const struct event *other,
                       const struct column *column)
{
    const void *left = (const char *)one + column->offset;
    const void *right = (const char *)other + column->offset;
    bool number = column->type == COLUMN_TIME || column->type == COLUMN_F64;
    return memcmp(left, right, column->size) == 0 ||
           (number && isnan(column_number(one, column)) && isnan(column_number(other, column)));
}

static bool same_event(const struct event *one, const struct event *other)
{
    const struct event_kind *kind = event_kind(one->type);
    if (one->number != other->number || one->frame != other->frame ||
        memcmp(&one->published_s, &other->published_s, sizeof one->published_s) != 0)
        return false;
    for (size_t i = 0; i < kind->column_count; i++)
        if (!same_value(one, other, &kind->columns[i]))
            return false;
    return true;
}

static int compare_kind(const struct proof *proof, enum event_type type, bool whole,
                        struct failure *failure)
{
    const struct findings_list *recorded = &proof->recorded.lists[type];
    const struct findings_list *computed = &proof->computed.lists[type];
    const char *group = event_kind(type)->group;
    if (recorded->count > computed->count || (whole && recorded->count < computed->count))
        return failure_set(failure, STATUS_FORMAT, "%s: /%s has %zu rows, its frames give %zu",
                           proof->file, group, recorded->count, computed->count);
    bool final = type == EVENT_CONTACT || type == EVENT_STROKE || type == EVENT_HOLD;
    for (size_t i = 0; (whole || final) && i < recorded->count; i++)
        if (!same_event(&recorded->events[i], &computed->events[i]))
            return failure_set(failure, STATUS_FORMAT,
                               "%s: row %zu of /%s is not what its frames give", proof->file, i,
                               group);
    return STATUS_OK;
}

static int compare_events(struct proof *proof, struct failure *failure)
{
    const struct session_about *about = session_about(proof->session);
    size_t count = 0;
    for (int type = 0; type < EVENT_TYPE_COUNT; type++)
        count += type == EVENT_MARKER ? 0 : proof->recorded.lists[type].count;
    proof->events = "none";
    if (count == 0)
        return STATUS_OK;
    proof->events = "not compared: made by another version";
    if (!proof->has_parameters || strcmp(about->software, software) != 0)
        return STATUS_OK;
    bool whole = findings_summary(&proof->recorded) != NULL;
    for (int type = 0; type < EVENT_TYPE_COUNT; type++)
        if (type != EVENT_MARKER && compare_kind(proof, (enum event_type)type, whole, failure) < 0)
            return failure->status;
    proof->events = whole ? "as the frames give them" : "unfinished";
    return STATUS_OK;
}

static int prove(struct proof *proof, struct failure *failure)
{
    const struct session_about *about = session_about(proof->session);
    int known = session_parameters(proof->session, NULL, &proof->parameters, failure);
    if (known < 0)
        return known;
    proof->has_parameters = known > 0;
    proof->checksums = session_check(proof->session);
    struct calibration *calibration;
    int status = calibration_of_session(&calibration, proof->session, failure);
    if (status)
        return status;
    struct analysis *analysis =
        analysis_create_calibrated(&about->mat.geometry, calibration, &proof->parameters);
    if (!analysis)
        return failure_set(failure, STATUS_MEMORY, "%s: out of memory", proof->file);
    status = read_frames(proof, analysis, failure);
    analysis_destroy(analysis);
    if (status == STATUS_OK)
        status = read_recorded(proof, failure);
    if (status == STATUS_OK)
        status = compare_events(proof, failure);
    if (status == STATUS_OK && !about->closed)
        status = failure_set(failure, STATUS_FORMAT,
                             "%s: is being recorded, or was left by a kill: rollscope recover",
                             proof->file);
    return status;
}

static int print_json(const struct proof *proof, int status, struct failure *failure)
{
    json_t *object = json_pack("{s:s, s:b, s:I, s:b, s:I, s:I, s:s}", "file", proof->file, "sound",
                               status == STATUS_OK, "frames", (json_int_t)proof->frames,
                               "checksums", proof->checksums, "gaps", (json_int_t)proof->gaps,
                               "lost", (json_int_t)proof->lost, "events",
                               proof->events ? proof->events : "not compared");
    if (object && status < 0)
        json_object_set_new(object, "error", json_string(failure->text));
    return json_line(stdout, object, proof->file, failure);
}

static void print_words(const struct proof *proof)
{
    printf("%s: sound: %llu frames%s, %llu gaps, %llu lost; events: %s\n", proof->file,
           (unsigned long long)proof->frames,
           proof->checksums ? ", each with its checksum" : " without checksums",
           (unsigned long long)proof->gaps, (unsigned long long)proof->lost, proof->events);
}

static int verify(const char *file, bool json)
{
    struct proof proof = {.file = file};
    struct failure failure = {0}, unprinted = {0};
    int status = session_open(&proof.session, file, &failure);
    if (status == STATUS_OK)
        status = prove(&proof, &failure);
    if (json && print_json(&proof, status, status < 0 ? &failure : &unprinted) < 0)
        status = say_failure(&unprinted);
    else if (status < 0)
        say_failure(&failure);
    else if (!json)
        print_words(&proof);
    session_close(proof.session);
    findings_clear(&proof.recorded);
    findings_clear(&proof.computed);
    return status == STATUS_OK ? EXIT_DONE : EXIT_FAILED;
}

static int run(const struct options *options)
{
    int code = EXIT_DONE;
    for (size_t i = 0; i < options->file_count; i++)
        if (verify(options->files[i], options->json) != EXIT_DONE)
            code = EXIT_FAILED;
    return code;
}

const struct verb verb_verify = {
    .name = "verify",
    .arguments = "FILE...",
    .text = "prove what is in session files: structure, order, checksums, events",
    .options = {.shared = OPTION_JSON, .files_least = 1, .files_most = UINT_MAX},
    .run = run,
};
