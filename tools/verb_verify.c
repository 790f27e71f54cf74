#include "analysis/comparison.h"
#include "analysis/gathering.h"
#include "cli/json_line.h"
#include "cli/say.h"
#include "record/record.h"
#include "recording/proven_analyses.h"
#include "recording/proven_maps.h"
#include "sources/calibrations.h"
#include "sources/frames_ahead.h"
#include "verbs.h"

#include <limits.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHARE_FRAMES  64 /* frames between two reports of progress */
#define OTHER_VERSION "not compared: made by another version"

static const char software[] = "rollscope " ROLLSCOPE_VERSION;

/* One file. */
struct proof {
    const char *file;
    struct session *session;
    uint64_t frames, gaps, lost;
    bool checksums;
    int counters;       /* of the mat's reader */
    const char *events; /* what comparing them came to */
    const char *maps;   /* likewise */
    struct proven_analyses analyses;
};

/* A session: one file, or the parts that it was split into. */
struct whole {
    struct parameters parameters;
    struct findings recorded, computed;
    struct analysis *analysis;
    uint64_t frames; /* of the parts read so far */
    uint32_t part;   /* of the last one, 0: none yet */
    bool has_parameters, from_start, finished;
};

static int read_frames(struct whole *whole, struct proof *proof, struct frames_ahead *ahead,
                       struct failure *failure)
{
    double count = (double)session_frames(proof->session);
    uint64_t sequence = 0;
    struct frame frame;
    int status;
    while ((status = frames_ahead_next(ahead, 0, &frame, failure)) == 1) {
        proof->gaps += (frame.flags & FRAME_GAP_BEFORE) != 0;
        if (proof->frames && frame.sequence > sequence)
            proof->lost += frame.sequence - sequence - 1;
        sequence = frame.sequence;
        proof->frames++;
        frame.number = whole->frames++;
        if (analysis_push(whole->analysis, &frame) &&
            gather_found(&whole->computed, whole->analysis, true) < 0)
            return failure_set(failure, STATUS_MEMORY, "%s: out of memory", proof->file);
        if (proof->frames % SHARE_FRAMES == 0)
            progress_show("verifying", (double)proof->frames / count);
    }
    progress_end();
    return status == STATUS_END ? STATUS_OK : status;
}

static bool comparable(const struct whole *whole, const struct proof *proof)
{
    return whole->has_parameters && !strcmp(session_about(proof->session)->software, software);
}

static int compare_recorded(struct whole *whole, struct proof *proof, struct failure *failure)
{
    const struct session_about *about = session_about(proof->session);
    size_t count = 0;
    analysis_finish(whole->analysis);
    if (gather_found(&whole->computed, whole->analysis, true) < 0)
        return failure_set(failure, STATUS_MEMORY, "%s: out of memory", proof->file);
    for (int type = 0; type < EVENT_TYPE_COUNT; type++)
        count += type == EVENT_MARKER ? 0 : whole->recorded.lists[type].count;
    proof->events = "none";
    if (count == 0)
        return STATUS_OK;
    proof->events = OTHER_VERSION;
    if (!comparable(whole, proof))
        return STATUS_OK;
    proof->events = "not compared: the parts before are missing";
    if (!whole->from_start)
        return STATUS_OK;
    whole->finished = findings_summary(&whole->recorded) != NULL;
    proof->events = "not compared: the parts after are missing";
    if (about->part && !whole->finished)
        return STATUS_OK;
    const struct comparison comparison = {proof->file, "", whole->finished};
    for (int type = 0; type < EVENT_TYPE_COUNT; type++)
        if (type != EVENT_MARKER && compare_events(&whole->recorded, &whole->computed,
                                                   (enum event_type)type, &comparison, failure) < 0)
            return failure->status;
    proof->events = whole->finished ? "as the frames give them" : "unfinished";
    return STATUS_OK;
}

static int begin(struct whole *whole, const struct proof *proof, struct failure *failure)
{
    const struct session_about *about = session_about(proof->session);
    struct calibration *calibration;
    int known = session_parameters(proof->session, NULL, &whole->parameters, failure);
    if (known < 0)
        return known;
    whole->has_parameters = known > 0;
    whole->from_start = about->part <= 1;
    whole->frames = about->first_frame;
    known = calibration_of_session(&calibration, proof->session, failure);
    if (known < 0)
        return known;
    whole->analysis =
        analysis_create_calibrated(&about->mat.geometry, calibration, &whole->parameters);
    return whole->analysis ? STATUS_OK
                           : failure_set(failure, STATUS_MEMORY, "%s: out of memory", proof->file);
}

/* The end of one part is the beginning of the next; frames that are lost are named between them. */
static int check_join(const struct whole *whole, const struct proof *proof, struct failure *failure)
{
    const struct session_about *about = session_about(proof->session);
    uint64_t lost = 0;
    for (size_t i = 0; i < whole->recorded.lists[EVENT_MARKER].count; i++) {
        const struct marker *marker = &whole->recorded.lists[EVENT_MARKER].events[i].marker;
        if (!strcmp(marker->kind, "gap"))
            lost += (uint64_t)marker->value;
    }
    if (!whole->part || !whole->from_start || about->first_frame == whole->frames + lost)
        return STATUS_OK;
    return failure_set(failure, STATUS_FORMAT,
                       "%s: begins at frame %llu, the part before it ends at %llu", proof->file,
                       (unsigned long long)about->first_frame,
                       (unsigned long long)(whole->frames + lost));
}

/* The maps are made again beside the events, on a thread of their own. */
struct mapping {
    struct frames_ahead *ahead;
    struct proven_maps *maps;
};

static void *map_frames(void *context)
{
    const struct mapping *mapping = context;
    struct frame frame;
    while (frames_ahead_next(mapping->ahead, 1, &frame, NULL) == 1)
        proven_maps_push(mapping->maps, &frame);
    return NULL;
}

static int read_and_map(struct whole *whole, struct proof *proof, struct proven_maps *maps,
                        struct failure *failure)
{
    struct mapping mapping = {.maps = maps};
    pthread_t thread;
    int status = frames_ahead_open(&mapping.ahead, proof->session, maps ? 2 : 1, failure);
    if (status < 0)
        return status;
    bool begun = maps && pthread_create(&thread, NULL, map_frames, &mapping) == 0;
    if (maps && !begun)
        status = failure_set(failure, STATUS_SYSTEM, "%s: no thread for its maps", proof->file);
    else
        status = read_frames(whole, proof, mapping.ahead, failure);
    if (status < 0)
        frames_ahead_stop(mapping.ahead);
    if (begun)
        pthread_join(thread, NULL);
    frames_ahead_close(mapping.ahead);
    return status;
}

static int read_frames_and_maps(struct whole *whole, struct proof *proof, struct failure *failure)
{
    struct proven_maps *maps;
    int status = proven_maps_begin(&maps, proof->session, &whole->parameters, failure);
    proof->maps = maps ? "as the frames give them" : "none";
    if (maps && !comparable(whole, proof)) {
        proof->maps = proven_maps_checksum(maps) ? OTHER_VERSION : OTHER_VERSION ", no checksum";
        proven_maps_destroy(maps);
        maps = NULL;
    }
    if (status == STATUS_OK)
        status = read_and_map(whole, proof, maps, failure);
    if (status == STATUS_OK && !proven_maps_end(maps))
        status = failure_set(failure, STATUS_FORMAT, "%s: /maps are not what its frames give",
                             proof->file);
    proven_maps_destroy(maps);
    return status;
}

/* The counters are those that this version knows, each a number. */
static int check_counters(struct proof *proof, struct failure *failure)
{
    struct session_counter counters[SESSION_COUNTERS_MAX];
    size_t known;
    const struct health_quantity *table = health_table(&known);
    proof->counters = session_counters(proof->session, counters, failure);
    if (proof->counters <= 0 || strcmp(session_about(proof->session)->software, software) != 0)
        return proof->counters < 0 ? proof->counters : STATUS_OK;
    size_t count = (size_t)proof->counters;
    for (size_t i = 0; i < count || i < known; i++)
        if (i >= count || i >= known || strcmp(counters[i].name, table[i].name) != 0 ||
            strcmp(counters[i].unit, table[i].unit) != 0 || !isfinite(counters[i].value))
            return failure_set(failure, STATUS_FORMAT, "%s: /health/%s is not as it was written",
                               proof->file, i < known ? table[i].name : counters[i].name);
    return STATUS_OK;
}

static int check_truth(const struct proof *proof, struct failure *failure)
{
    struct truth truth = {0};
    int status = session_truth(proof->session, &truth, failure);
    truth_free(&truth);
    return status < 0 ? status : STATUS_OK;
}

/* Its content was compared with its id in reading it; the file names it by that id. */
static int check_calibration(const struct proof *proof, struct failure *failure)
{
    const struct session_about *about = session_about(proof->session);
    struct calibration *calibration;
    struct failure why = {0};
    int status = calibration_of_session(&calibration, proof->session, &why);
    if (status < 0)
        return failure_set(failure, status, "%s: /calibration: %s", proof->file, why.text);
    bool named =
        !calibration || !strcmp(calibration_about(calibration)->id, about->mat.calibration);
    calibration_destroy(calibration);
    return named ? STATUS_OK
                 : failure_set(failure, STATUS_FORMAT,
                               "%s: /calibration is another one than '%s', which the file names",
                               proof->file, about->mat.calibration);
}

static int prove(struct whole *whole, struct proof *proof, bool last, struct failure *failure)
{
    const struct session_about *about = session_about(proof->session);
    int status = check_calibration(proof, failure);
    if (status == STATUS_OK)
        status = check_counters(proof, failure);
    if (status == STATUS_OK)
        status = check_truth(proof, failure);
    if (status == STATUS_OK && !whole->analysis)
        status = begin(whole, proof, failure);
    proof->checksums = session_check(proof->session);
    if (status == STATUS_OK)
        status = check_join(whole, proof, failure);
    if (status == STATUS_OK)
        status = read_frames_and_maps(whole, proof, failure);
    session_count_from_start(proof->session);
    if (status == STATUS_OK)
        status = gather_recorded(&whole->recorded, proof->session, NULL, true, failure);
    whole->part = about->part;
    proof->events = "compared with those of the next part";
    if (status == STATUS_OK && last)
        status = compare_recorded(whole, proof, failure);
    if (status == STATUS_OK)
        status = prove_analyses(proof->file, software, &proof->analyses, failure);
    if (status == STATUS_OK && !about->closed)
        status = failure_set(failure, STATUS_FORMAT,
                             "%s: is being recorded, or was left by a kill: rollscope recover",
                             proof->file);
    return status;
}

static int print_json(const struct proof *proof, int status, struct failure *failure)
{
    json_t *object =
        json_pack("{s:s, s:b, s:I, s:b, s:I, s:I, s:s, s:s, s:i, s:i, s:i}", "file", proof->file,
                  "sound", status == STATUS_OK, "frames", (json_int_t)proof->frames, "checksums",
                  proof->checksums, "gaps", (json_int_t)proof->gaps, "lost",
                  (json_int_t)proof->lost, "events", proof->events ? proof->events : "not compared",
                  "maps", proof->maps ? proof->maps : "not compared", "counters",
                  proof->counters < 0 ? 0 : proof->counters, "analyses",
                  (int)proof->analyses.proven, "other_analyses", (int)proof->analyses.others);
    if (object && status < 0)
        json_object_set_new(object, "error", json_string(failure->text));
    return json_line(stdout, object, proof->file, failure);
}

static void print_words(const struct proof *proof)
{
    printf("%s: sound: %llu frames%s, %llu gaps, %llu lost; events: %s; maps: %s", proof->file,
           (unsigned long long)proof->frames,
           proof->checksums ? ", each with its checksum" : " without checksums",
           (unsigned long long)proof->gaps, (unsigned long long)proof->lost, proof->events,
           proof->maps);
    if (proof->analyses.proven)
        printf("; %zu analyses: as the frames give them", proof->analyses.proven);
    if (proof->analyses.others)
        printf("; %zu analyses: " OTHER_VERSION, proof->analyses.others);
    putchar('\n');
}

/* Whether a file is the part after another one. */
static bool follows(const struct session_about *one, const char *file)
{
    struct session *session;
    if (!one->part || session_open(&session, file, NULL) < 0)
        return false;
    const struct session_about *other = session_about(session);
    bool yes = other->part == one->part + 1 && !strcmp(one->session_id, other->session_id);
    session_close(session);
    return yes;
}

static int report(const struct proof *proof, bool json, int status, struct failure *failure)
{
    struct failure unprinted = {0};
    if (json && print_json(proof, status, status < 0 ? failure : &unprinted) < 0)
        return say_failure(&unprinted);
    if (!json && status < 0)
        say_failure(failure);
    else if (!json)
        print_words(proof);
    return status == STATUS_OK ? EXIT_DONE : EXIT_FAILED;
}

static void forget(struct whole *whole)
{
    analysis_destroy(whole->analysis);
    findings_clear(&whole->recorded);
    findings_clear(&whole->computed);
    memset(whole, 0, sizeof *whole);
}

/* @param next the file after it, or NULL. A part whose follower comes next leaves the whole open.
 */
static int verify(struct whole *whole, const char *file, const char *next, bool json)
{
    struct proof proof = {.file = file};
    struct failure failure = {0};
    bool last = true;
    int status = session_open(&proof.session, file, &failure);
    if (status == STATUS_OK) {
        last = !next || !follows(session_about(proof.session), next);
        status = prove(whole, &proof, last, &failure);
    }
    int code = report(&proof, json, status, &failure);
    session_close(proof.session);
    if (last || status < 0)
        forget(whole);
    return code;
}

static int run(const struct options *options)
{
    struct whole whole = {.part = 0};
    int code = EXIT_DONE;
    for (size_t i = 0; i < options->file_count; i++) {
        const char *next = i + 1 < options->file_count ? options->files[i + 1] : NULL;
        if (verify(&whole, options->files[i], next, options->json) != EXIT_DONE)
            code = EXIT_FAILED;
    }
    return code;
}

const struct verb verb_verify = {
    .name = "verify",
    .arguments = "FILE...",
    .text = "prove what is in session files: structure, order, checksums, events, maps",
    .options = {.shared = OPTION_JSON, .files_least = 1, .files_most = UINT_MAX},
    .run = run,
};
