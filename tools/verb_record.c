#include "bus/bus.h"
#include "cli/own.h"
#include "cli/say.h"
#include "cli/session_name.h"
#include "cli/stopping.h"
#include "recording/past.h"
#include "recording/preflight.h"
#include "recording/recorded_health.h"
#include "recording/recording.h"
#include "sources/calibrations.h"
#include "verbs.h"

#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#define FRAME_MS   25 /* a live mat's frames are written so many at a time */
#define EVENT_MS   20
#define ASK_MS     1000
#define ASK_LEAST  2          /* so often a session is asked for, also when a stop came first */
#define DETECT_MS  3000       /* how long the end waits for a detector that was never there */
#define MISSING_MS 30000      /* and for one that was */
#define NOTES_MS   50         /* and for the last notes */
#define LATE_MS    1000       /* how long a stop waits for the events of the last frames */
#define GONE_MS    10000      /* how long a stop waits for frames that nobody may have any more */
#define TURN       64         /* frames before it is the events' turn */
#define ROOM_MS    200        /* between two looks at the disk */
#define ROOM_BYTES (1U << 20) /* so much is to be free before recording goes on */

struct recordist {
    const struct options *options;
    const struct own *own;
    char folder[BUS_FOLDER_SIZE], path[OPTION_TEXT_SIZE];
    struct bus_session session;
    struct bus_reader *frames;
    struct bus_reader *events;
    struct bus_reader *notes;
    struct recording recording;
    char *calibration; /* the mat's, as text; NULL: none */
    int64_t health_ms; /* when the counters were written last */
    struct preflight_watch watch;
    bool frames_over, events_over;
    int64_t fed_ms;  /* when the last frame came, or a stop was not said yet */
    bool begun;      /* a file was opened */
    bool unwritable; /* the file could not be written any more */
    bool paused;     /* nothing but room is missing */
};

/* A file that was begun and is not finished. */
static bool unfinished(const struct recordist *recordist)
{
    struct session *session;
    const char *path = *recordist->recording.path ? recordist->recording.path : recordist->path;
    if (!*path || session_open(&session, path, NULL))
        return false;
    const struct session_about *about = session_about(session);
    bool yes = !about->closed && !strcmp(about->session_id, recordist->own->session);
    session_close(session);
    return yes;
}

/* Registers with both streams, then waits for the session. @return STATUS_END: stopped before */
static int session_await(struct recordist *recordist, struct failure *failure)
{
    struct bus_reader_options reading = {.name = "record", .session = recordist->own->session};
    struct bus_reader_options frames = reading;
    frames.look_ms = FRAME_MS;
    int status =
        bus_reader_open(&recordist->frames, recordist->folder, BUS_FRAMES, &frames, failure);
    if (!status)
        status =
            bus_reader_open(&recordist->events, recordist->folder, BUS_EVENTS, &reading, failure);
    if (status)
        return status;
    const struct bus_session *session = NULL;
    for (unsigned asked = 0; !session && (asked < ASK_LEAST || !stopping_count()); asked++) {
        session = bus_reader_session(recordist->frames, ASK_MS);
        if (!session && !asked)
            say("waiting for frames on bus %s", recordist->folder);
    }
    bus_reader_session(recordist->events, 0);
    if (session) {
        recordist->session = *session;
        reading.session = recordist->session.id;
        return bus_reader_open(&recordist->notes, recordist->folder, BUS_NOTES, &reading, failure);
    }
    return unfinished(recordist)
               ? failure_set(failure, STATUS_LOST,
                             "%s: is not finished, and nobody has the rest of its session",
                             recordist->path)
               : STATUS_END;
}

static int calibration_take(struct recordist *recordist, struct failure *failure)
{
    struct calibration *calibration;
    int status =
        calibration_on_bus(&calibration, recordist->folder, &recordist->session.mat, failure);
    free(recordist->calibration);
    recordist->calibration = NULL;
    if (!status && calibration && !(recordist->calibration = calibration_text(calibration)))
        status = failure_set(failure, STATUS_MEMORY, "record: out of memory");
    calibration_destroy(calibration);
    return status;
}

/* The readers are registered already: what comes while an interrupted file is copied is kept. */
static int file_open(struct recordist *recordist, struct failure *failure)
{
    const struct options *options = recordist->options;
    const struct own *own = recordist->own;
    struct recording *recording = &recordist->recording;
    if (!*recordist->path)
        session_name(recordist->path, sizeof recordist->path);
    const char *id = recordist->session.id;
    *recording = (struct recording){.calibration_text = recordist->calibration,
                                    .sync_s = own->sync_s,
                                    .split = own->split,
                                    .texts = own->texts,
                                    .text_count = own->text_count};
    recording->ours = past_noted(recordist->folder, id, recordist->path);
    int status = past_note(recordist->folder, id, recordist->path, failure);
    const struct preflight_plan plan = {recordist->path, &recordist->session.mat.geometry,
                                        own->planned_s};
    if (!status && !recording->ours)
        preflight_check(&plan);
    if (!status)
        status = recording_open(recording, recordist->path, &recordist->session,
                                &options->parameters, failure);
    if (status)
        return status;
    recordist->begun = true;
    say("recording to %s", recording->path);
    return STATUS_OK;
}

static int record_begin(struct recordist *recordist, struct failure *failure)
{
    const struct options *options = recordist->options;
    struct recording *recording = &recordist->recording;
    recordist->frames_over = recordist->events_over = false;
    if (*options->output)
        snprintf(recordist->path, sizeof recordist->path, "%s", options->output);
    int status = bus_folder(recordist->folder, options->bus, failure);
    if (!status)
        status = session_await(recordist, failure);
    if (!status)
        status = calibration_take(recordist, failure);
    recording->calibration_text = recordist->calibration;
    if (!status && !recording->recorder)
        status = file_open(recordist, failure);
    if (status)
        return status;
    recordist->fed_ms = monotonic_ms();
    bus_reader_seek(recordist->frames, recording_next(recording));
    bus_reader_seek(recordist->events, recording_next_event(recording));
    return STATUS_OK;
}

static int frame_record(struct recordist *recordist, struct frame *frame, struct failure *failure)
{
    uint64_t first, last;
    uint64_t lost = bus_reader_lost(recordist->frames, &first, &last);
    if (lost)
        frame->flags |= FRAME_GAP_BEFORE;
    int status = recording_frame(&recordist->recording, frame, failure);
    if (status || !lost)
        return status;
    say_error("frames %llu to %llu were lost: the ring was overrun", (unsigned long long)first,
              (unsigned long long)last);
    return recording_lost(&recordist->recording, first, last, failure);
}

static void room_look(struct recordist *recordist)
{
    const struct recording *recording = &recordist->recording;
    struct stat file;
    if (recording->recorder && !stat(recording->path, &file))
        preflight_look(&recordist->watch, recording->bytes_before + (uint64_t)file.st_size,
                       recorder_room(recording->recorder));
}

static int frames_record(struct recordist *recordist, struct failure *failure)
{
    struct frame frame;
    int timeout_ms = recordist->frames_over ? 0 : FRAME_MS, status = 1;
    for (unsigned i = 0; i < TURN && status == 1; i++) {
        status = bus_read_frame(recordist->frames, &frame, timeout_ms, failure);
        if (status == 1 && frame_record(recordist, &frame, failure))
            return failure->status;
        if (status == 1 || !stopping_count())
            recordist->fed_ms = monotonic_ms();
        timeout_ms = 0;
    }
    recordist->frames_over = status == STATUS_END || status == STATUS_LOST ||
                             monotonic_ms() - recordist->fed_ms > GONE_MS;
    if (status < 0 && !recordist->frames_over)
        return status;
    if (recordist->frames_over)
        recordist->health_ms = 0; /* the last ones */
    return recorded_health_take(recordist->recording.recorder, recordist->frames,
                                &recordist->health_ms, failure);
}

static int events_record(struct recordist *recordist, struct failure *failure)
{
    struct event event;
    uint64_t first, last;
    int timeout_ms = recordist->frames_over ? EVENT_MS : 0, status;
    if (!recordist->recording.frames)
        return STATUS_OK;
    while ((status = bus_read_event(recordist->events, &event, timeout_ms, failure)) == 1) {
        status = recording_event(&recordist->recording, &event, failure);
        if (status)
            return status;
        if (bus_reader_lost(recordist->events, &first, &last))
            say_error("events %llu to %llu were lost; `rollscope analyze' finds them again",
                      (unsigned long long)first, (unsigned long long)last);
        timeout_ms = 0;
    }
    recordist->events_over = status == STATUS_END || status == STATUS_LOST;
    return recordist->events_over ? STATUS_OK : status;
}

/* What people said. Without a dashboard nobody says anything, and nothing is waited for. */
static int notes_record(struct recordist *recordist, int timeout_ms, struct failure *failure)
{
    struct event event;
    int status = STATUS_OK;
    while (!status && recordist->recording.frames &&
           bus_read_event(recordist->notes, &event, timeout_ms, NULL) == 1)
        status = recording_note(&recordist->recording, &event, failure);
    return status;
}

/* All frames are there: how long are events waited for? @return STATUS_OK or STATUS_LOST */
static int events_await(struct recordist *recordist, int64_t since_ms, struct failure *failure)
{
    int64_t waited_ms = monotonic_ms() - since_ms;
    bool known = bus_reader_session(recordist->events, 0) != NULL;
    if (stopping_count() && waited_ms > LATE_MS)
        bus_reader_finish(recordist->events);
    recordist->events_over |= !recordist->recording.frames;
    if (recordist->events_over || waited_ms < (known ? MISSING_MS : DETECT_MS))
        return STATUS_OK;
    recordist->events_over = true;
    return failure_set(failure, STATUS_LOST,
                       "%s: has all frames but not all events: detect %s; `rollscope analyze' "
                       "finds them",
                       recordist->path, known ? "went away" : "was never there");
}

static int record(struct recordist *recordist, struct failure *failure)
{
    int64_t since_ms = 0;
    int status = STATUS_OK;
    while (!status && !(recordist->frames_over && recordist->events_over)) {
        if (stopping_count())
            bus_reader_finish(recordist->frames);
        status = frames_record(recordist, failure);
        if (!status)
            status = events_record(recordist, failure);
        if (!status)
            status = notes_record(recordist, 0, failure);
        if (!recordist->frames_over) {
            room_look(recordist);
            continue;
        }
        since_ms = since_ms ? since_ms : monotonic_ms();
        if (!status)
            status = events_await(recordist, since_ms, failure);
    }
    return status ? status : notes_record(recordist, NOTES_MS, failure);
}

static void readers_close(struct recordist *recordist)
{
    bus_reader_close(recordist->frames);
    bus_reader_close(recordist->events);
    bus_reader_close(recordist->notes);
    recordist->frames = NULL;
    recordist->events = NULL;
    recordist->notes = NULL;
}

/* Until a stop, the end, or all is written or some of it cannot be. The file is then closed, unless
 * it only waits for room. */
static int record_once(struct recordist *recordist, struct failure *failure)
{
    struct failure closing = {0};
    int status = record_begin(recordist, failure);
    if (!status)
        status = record(recordist, failure);
    struct recorder *recorder = recordist->recording.recorder;
    recordist->unwritable = recordist->begun && (status == STATUS_FULL || status == STATUS_SYSTEM);
    recordist->paused = recorder && status == STATUS_FULL && !recorder_failed(recorder);
    int closed = recordist->paused ? STATUS_OK : recording_close(&recordist->recording, &closing);
    if (!status && closed) {
        status = closed;
        *failure = closing;
    }
    readers_close(recordist);
    return status;
}

/* A file that a failed write has spoilt goes on as a copy of itself. */
static bool has_room(const struct recordist *recordist)
{
    struct stat file;
    struct statvfs disk;
    struct rlimit limit;
    char folder[PATH_MAX];
    const char *path = recordist->recording.path;
    if (recordist->paused)
        return recorder_room(recordist->recording.recorder) > ROOM_BYTES;
    snprintf(folder, sizeof folder, "%s", path);
    if (statvfs(dirname(folder), &disk) || getrlimit(RLIMIT_FSIZE, &limit) ||
        disk.f_flag & ST_RDONLY)
        return false;
    uint64_t wanted = stat(path, &file) ? ROOM_BYTES : (uint64_t)file.st_size + ROOM_BYTES;
    return (uint64_t)disk.f_bavail * disk.f_frsize > wanted && limit.rlim_cur > wanted;
}

/* The ring keeps what comes meanwhile. @return whether there is room again before the end */
static bool room_await(struct recordist *recordist)
{
    struct bus_reader_options nothing = {.session = recordist->session.id, .from = INT64_MAX};
    struct bus_reader *watch;
    struct frame frame;
    bool room = false;
    if (bus_reader_open(&watch, recordist->folder, BUS_FRAMES, &nothing, NULL))
        return false;
    while (!room && !stopping_count() && bus_read_frame(watch, &frame, ROOM_MS, NULL) >= 0)
        room = has_room(recordist);
    bus_reader_close(watch);
    if (room)
        say_error("there is room again: recording goes on");
    return room;
}

static int run(const struct options *options)
{
    struct recordist recordist = {.options = options, .own = options->own};
    struct failure failure = {0};
    int status;
    bool again = false;
    stopping_catch();
    do {
        status = record_once(&recordist, &failure);
        if (recordist.unwritable)
            say_error("%s; waiting for room, the session goes on", failure.text);
        again = recordist.unwritable && room_await(&recordist);
    } while (again);
    recording_close(&recordist.recording, NULL);
    free(recordist.calibration);
    if (status && status != STATUS_END)
        return say_failure(&failure);
    const struct recording *recording = &recordist.recording;
    if (recording->frames)
        say("%s: %llu frames", recording->path,
            (unsigned long long)(recording->before + recording->frames));
    return EXIT_DONE;
}

static struct own own;

const struct verb verb_record = {
    .name = "record",
    .arguments = "",
    .text = "write what is on the bus to a session file",
    .options = {.shared = OPTION_OUTPUT | OPTION_SET | OPTION_BUS,
                .own = own_record,
                .take = own_take,
                .storage = &own},
    .run = run,
};
