#include "recording.h"

#include "recorded_health.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define BROKEN_SUFFIX ".broken"
#define GAP_KIND      "gap"
#define LOOK_FRAMES   16   /* between two looks at the size of the file */
#define OVERLAP       4096 /* events read again after a restart; the file knows which it has */

static void about_of(struct session_about *about, const struct bus_session *session)
{
    memset(about, 0, sizeof *about);
    memcpy(about->session_id, session->id, sizeof about->session_id);
    const char *device = session->mat.device;
    snprintf(about->title, sizeof about->title, "Session%s%.96s", *device ? " on " : "", device);
    snprintf(about->software, sizeof about->software, "rollscope %s", ROLLSCOPE_VERSION);
    snprintf(about->source, sizeof about->source, "%s", session->source);
    time_t now = time(NULL);
    struct tm utc;
    strftime(about->created, sizeof about->created, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
    about->mat = session->mat;
    about->calibrated = *session->mat.calibration != 0;
}

static void about_say(struct session_about *about, const struct annotation *text)
{
    const struct {
        const char *name;
        char *text;
    } places[] = {{"title", about->title},         {"subject", about->subject},
                  {"body_part", about->body_part}, {"side", about->side},
                  {"tool", about->tool},           {"operator", about->operator_name},
                  {"notes", about->notes}};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        if (!strcmp(places[i].name, text->name))
            snprintf(places[i].text, SESSION_TEXT_SIZE, "%s", text->value);
}

static void mark(struct recording *recording, const struct event *event)
{
    struct recording_mark *newest = &recording->newest[event->type];
    if (!newest->any || event->number > newest->number)
        newest->number = event->number;
    newest->any = true;
}

/* Number of the event after the newest that was recorded; markers have numbers of their own. */
static uint64_t events_end(const struct recording *recording)
{
    uint64_t end = 0;
    for (int type = 0; type < EVENT_TYPE_COUNT; type++)
        if (type != EVENT_MARKER && recording->newest[type].any &&
            recording->newest[type].number >= end)
            end = recording->newest[type].number + 1;
    return end;
}

static int events_look(struct recording *recording, struct session *from, enum event_type type,
                       struct failure *failure)
{
    struct event *events;
    int count = session_events(from, NULL, type, &events, failure);
    for (int i = 0; i < count; i++) {
        if (type == EVENT_MARKER && !strcmp(events[i].marker.kind, GAP_KIND))
            recording->lost += (uint64_t)events[i].marker.value;
        recording->markers += type == EVENT_MARKER;
        recording->notes += type == EVENT_MARKER && strcmp(events[i].marker.kind, GAP_KIND) != 0;
        mark(recording, &events[i]);
    }
    free(events);
    return count < 0 ? count : STATUS_OK;
}

static int frames_look(struct recording *recording, struct session *from, struct failure *failure)
{
    struct frame first, last;
    int status = 1;
    recording->frames = session_frames(from);
    if (!recording->frames)
        return STATUS_OK;
    session_skim(from);
    status = session_seek(from, 0, failure);
    if (status == STATUS_OK)
        status = session_read(from, &first, failure);
    if (status == 1)
        status = session_seek(from, recording->frames - 1, failure);
    if (status == STATUS_OK)
        status = session_read(from, &last, failure);
    if (status != 1)
        return status < 0 ? status : STATUS_FORMAT;
    recording->part_us = first.time_us;
    recording->last_us = last.time_us;
    if (recording->part <= 1)
        recording->origin_us = first.time_us;
    return STATUS_OK;
}

/* What is in a file that is gone on with, or in a part before it. */
static int recording_look(struct recording *recording, const char *path, struct failure *failure)
{
    struct session *from;
    int status = session_open(&from, path, failure);
    if (status)
        return status;
    recording->first_frame = session_about(from)->first_frame;
    recording->before += recording->frames;
    recording->lost = 0;
    if (recording->maps)
        status = recorded_maps_replay(recording->maps, from, failure);
    if (!status)
        status = frames_look(recording, from, failure);
    for (int type = 0; type < EVENT_TYPE_COUNT && !status; type++)
        status = events_look(recording, from, (enum event_type)type, failure);
    session_close(from);
    return status;
}

static int recording_begin(struct recording *recording, struct failure *failure)
{
    const struct recorder_options options = {.swmr = true, .sync_s = recording->sync_s};
    struct session_about about;
    about_of(&about, &recording->session);
    about.calibration_text = recording->calibration_text;
    for (size_t i = 0; i < recording->text_count; i++)
        about_say(&about, &recording->texts[i]);
    about.part = recording->part;
    about.first_frame = recording->first_frame;
    about.origin_us = recording->part > 1 ? recording->origin_us : 0;
    int status = recorder_open(&recording->recorder, recording->path, &about,
                               &recording->parameters, &options, failure);
    return status ? status : recorded_health_begin(recording->recorder, failure);
}

static int broken_put_aside(const char *path, struct failure *failure)
{
    char broken[PATH_MAX];
    if (snprintf(broken, sizeof broken, "%s" BROKEN_SUFFIX, path) >= (int)sizeof broken)
        return failure_system(failure, ENAMETOOLONG, "%s", path);
    return rename(path, broken) ? failure_system(failure, errno, "%s", broken) : STATUS_OK;
}

/* One that was finished, too, if its recorder was killed before it could say so. */
static bool goes_on(const struct recording *recording, const struct session *from)
{
    const struct session_about *about = session_about(from);
    return !strcmp(about->session_id, recording->session.id) && (!about->closed || recording->ours);
}

void recording_part(char *path, const char *output, uint32_t part)
{
    const char *name = strrchr(output, '/');
    const char *ending = strrchr(name ? name : output, '.');
    size_t stem = ending ? (size_t)(ending - output) : strlen(output);
    if (snprintf(path, PATH_MAX, "%.*s-%03u%s", (int)stem, output, part, ending ? ending : "") >=
        PATH_MAX)
        path[PATH_MAX - 1] = '\0';
}

unsigned recording_files(char *first, char *last, const char *output, const struct split *split)
{
    unsigned count = 0;
    snprintf(first, PATH_MAX, "%s", output);
    if (!split_is(split))
        return access(first, F_OK) ? 0 : 1;
    recording_part(first, output, 1);
    for (recording_part(last, output, 1); !access(last, F_OK);
         recording_part(last, output, count + 1))
        count++;
    recording_part(last, output, count);
    return count;
}

/* The newest part that is there becomes the path; what the parts before it hold is looked at. */
static int part_find(struct recording *recording, struct failure *failure)
{
    char next[PATH_MAX];
    int status = STATUS_OK;
    snprintf(recording->path, sizeof recording->path, "%s", recording->output);
    if (!split_is(&recording->split))
        return STATUS_OK;
    recording->part = 1;
    recording_part(recording->path, recording->output, 1);
    for (;;) {
        recording_part(next, recording->output, recording->part + 1);
        if (status || access(next, F_OK))
            return status;
        status = recording_look(recording, recording->path, failure);
        recording->first_frame = recording_next(recording);
        recording->first_event = events_end(recording);
        recording->part++;
        memcpy(recording->path, next, sizeof recording->path);
    }
}

static int part_continue(struct recording *recording, struct failure *failure)
{
    const struct recorder_options options = {.swmr = true, .sync_s = recording->sync_s};
    struct session *from;
    int status = session_open(&from, recording->path, failure);
    if (status) {
        if (recording->ours)
            status = broken_put_aside(recording->path, failure);
        return status ? status : recording_begin(recording, failure);
    }
    bool yes = goes_on(recording, from);
    session_close(from);
    if (!yes)
        return failure_set(failure, STATUS_BUSY, "%s: exists already; it is not overwritten",
                           recording->path);
    status = recorder_reopen(&recording->recorder, recording->path, &options, failure);
    if (status || !recorder_frames(recording->recorder))
        return status;
    return recording_look(recording, recording->path, failure);
}

/* Each file has maps of its own. */
static int maps_begin(struct recording *recording, struct failure *failure)
{
    return recorded_maps_create(&recording->maps, &recording->session.mat.geometry,
                                recording->calibration_text, &recording->parameters, failure);
}

int recording_open(struct recording *recording, const char *output,
                   const struct bus_session *session, const struct parameters *parameters,
                   struct failure *failure)
{
    *recording = (struct recording){.ours = recording->ours,
                                    .sync_s = recording->sync_s,
                                    .calibration_text = recording->calibration_text,
                                    .texts = recording->texts,
                                    .text_count = recording->text_count,
                                    .split = recording->split,
                                    .session = *session,
                                    .parameters = *parameters,
                                    .last_us = INT64_MIN};
    if (strlen(output) >= sizeof recording->output)
        return failure_system(failure, ENAMETOOLONG, "%s", output);
    strcpy(recording->output, output);
    int status = part_find(recording, failure);
    if (!status)
        status = maps_begin(recording, failure);
    if (status)
        return status;
    uint64_t before = recording->before + recording->frames;
    recording->frames = recording->lost = 0;
    recording->before = before;
    return access(recording->path, F_OK) ? recording_begin(recording, failure)
                                         : part_continue(recording, failure);
}

uint64_t recording_next(const struct recording *recording)
{
    return recording->first_frame + recording->frames + recording->lost;
}

uint64_t recording_next_event(const struct recording *recording)
{
    uint64_t end = events_end(recording);
    return end > OVERLAP ? end - OVERLAP : 0;
}

static bool part_is_full(const struct recording *recording, const struct frame *frame)
{
    struct stat file;
    if (!split_is(&recording->split) || !recording->frames)
        return false;
    bool look = recording->split.bytes && recording->frames % LOOK_FRAMES == 0 &&
                stat(recording->path, &file) == 0;
    return split_due(&recording->split, (double)(frame->time_us - recording->part_us) / 1e6,
                     look ? (uint64_t)file.st_size : 0);
}

int recording_close(struct recording *recording, struct failure *failure)
{
    if (recording->recorder && recording->frames) {
        recorded_maps_finish(recording->maps);
        recorder_maps(recording->recorder, recorded_maps_now(recording->maps), NULL);
    }
    recorded_maps_destroy(recording->maps);
    recording->maps = NULL;
    int status = recorder_close(recording->recorder, failure);
    recording->recorder = NULL;
    return status;
}

static int part_next(struct recording *recording, struct failure *failure)
{
    struct stat file;
    int status = recording_close(recording, failure);
    if (!status)
        status = maps_begin(recording, failure);
    if (status)
        return status;
    recording->bytes_before += stat(recording->path, &file) ? 0 : (uint64_t)file.st_size;
    recording->first_frame = recording_next(recording);
    recording->first_event = events_end(recording);
    recording->before += recording->frames;
    recording->frames = recording->lost = 0;
    recording_part(recording->path, recording->output, ++recording->part);
    return recording_begin(recording, failure);
}

static int gap_write(struct recording *recording, struct failure *failure)
{
    const struct recording_gap *gap = &recording->gap;
    struct event event = {.type = EVENT_MARKER, .frame = gap->first};
    struct marker *marker = &event.marker;
    event.published_s = marker->time_s = gap->time_s;
    marker->id = recording->markers + 1;
    marker->value = (double)(gap->last - gap->first + 1);
    snprintf(marker->kind, sizeof marker->kind, GAP_KIND);
    snprintf(marker->text, sizeof marker->text,
             "frames %llu to %llu were lost: recording was away for longer than the ring holds",
             (unsigned long long)gap->first, (unsigned long long)gap->last);
    int status = recorder_event(recording->recorder, &event, failure);
    if (status)
        return status;
    recording->markers++;
    recording->gap.waits = false;
    return STATUS_OK;
}

int recording_frame(struct recording *recording, const struct frame *frame, struct failure *failure)
{
    if (frame->time_us <= recording->last_us)
        return STATUS_OK;
    int status = recording->gap.waits ? gap_write(recording, failure) : STATUS_OK;
    if (!status && part_is_full(recording, frame))
        status = part_next(recording, failure);
    if (!status)
        status = recorder_frame(recording->recorder, frame, failure);
    if (status)
        return status;
    if (!recording->frames++) {
        recording->part_us = frame->time_us;
        recording->origin_us = recording->part > 1 ? recording->origin_us : frame->time_us;
    }
    recording->last_us = frame->time_us;
    if (!recorded_maps_push(recording->maps, frame))
        return STATUS_OK;
    return recorder_maps(recording->recorder, recorded_maps_now(recording->maps), failure);
}

int recording_event(struct recording *recording, const struct event *event, struct failure *failure)
{
    const struct recording_mark *newest = &recording->newest[event->type];
    bool taken = newest->any && event->number <= newest->number;
    if (event->number < recording->first_event || (taken && !event_is_said_again(event->type)))
        return STATUS_OK;
    int status = recorder_event(recording->recorder, event, failure);
    if (!status)
        mark(recording, event);
    return status;
}

int recording_note(struct recording *recording, const struct event *event, struct failure *failure)
{
    struct event note = *event;
    if (event->type != EVENT_MARKER || event->number < recording->notes)
        return STATUS_OK;
    note.marker.id = recording->markers + 1;
    int status = recorder_event(recording->recorder, &note, failure);
    if (status)
        return status;
    recording->markers++;
    recording->notes = event->number + 1;
    return STATUS_OK;
}

int recording_lost(struct recording *recording, uint64_t first, uint64_t last,
                   struct failure *failure)
{
    double time_s = (double)(recording->last_us - recording->origin_us) / 1e6;
    recording->gap = (struct recording_gap){true, first, last, time_s};
    recording->lost += last - first + 1;
    return gap_write(recording, failure);
}
