#include "recording.h"

#include "recorded_health.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define BROKEN_SUFFIX ".broken"
#define GAP_KIND      "gap"

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

static int events_look(struct recording *recording, struct session *from, enum event_type type,
                       struct failure *failure)
{
    struct event *events;
    struct recording_mark *newest = &recording->newest[type];
    int count = session_events(from, NULL, type, &events, failure);
    for (int i = 0; i < count; i++) {
        if (type == EVENT_MARKER && !strcmp(events[i].marker.kind, GAP_KIND))
            recording->lost += (uint64_t)events[i].marker.value;
        recording->markers += type == EVENT_MARKER;
        recording->notes += type == EVENT_MARKER && strcmp(events[i].marker.kind, GAP_KIND) != 0;
        if (!newest->any || events[i].number > newest->number)
            newest->number = events[i].number;
        newest->any = true;
    }
    free(events);
    return count < 0 ? count : STATUS_OK;
}

/* What is in the file that is gone on with. */
static int recording_look(struct recording *recording, const char *path, struct failure *failure)
{
    struct session *from;
    struct frame frame;
    int status = session_open(&from, path, failure);
    if (status)
        return status;
    recording->frames = session_frames(from);
    if (recording->frames) {
        status = session_seek(from, recording->frames - 1, failure);
        if (!status && (status = session_read(from, &frame, failure)) == 1) {
            recording->last_us = frame.time_us;
            status = STATUS_OK;
        }
    }
    for (int type = 0; type < EVENT_TYPE_COUNT && !status; type++)
        status = events_look(recording, from, (enum event_type)type, failure);
    if (!status)
        status = recorded_maps_replay(recording->maps, from, failure);
    session_close(from);
    return status;
}

static int recording_begin(struct recording *recording, const char *path,
                           const struct bus_session *session, const struct parameters *parameters,
                           struct failure *failure)
{
    const struct recorder_options options = {.swmr = true, .sync_s = recording->sync_s};
    struct session_about about;
    about_of(&about, session);
    about.calibration_text = recording->calibration_text;
    for (size_t i = 0; i < recording->text_count; i++)
        about_say(&about, &recording->texts[i]);
    int status = recorder_open(&recording->recorder, path, &about, parameters, &options, failure);
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
static bool goes_on(const struct recording *recording, const struct session *from,
                    const struct bus_session *session)
{
    const struct session_about *about = session_about(from);
    return !strcmp(about->session_id, session->id) && (!about->closed || recording->ours);
}

int recording_open(struct recording *recording, const char *path, const struct bus_session *session,
                   const struct parameters *parameters, struct failure *failure)
{
    struct session *from;
    const struct recorder_options options = {.swmr = true, .sync_s = recording->sync_s};
    *recording = (struct recording){.ours = recording->ours,
                                    .sync_s = recording->sync_s,
                                    .calibration_text = recording->calibration_text,
                                    .texts = recording->texts,
                                    .text_count = recording->text_count,
                                    .last_us = INT64_MIN};
    int status = recorded_maps_create(&recording->maps, &session->mat.geometry,
                                      recording->calibration_text, parameters, failure);
    if (status)
        return status;
    if (access(path, F_OK))
        return recording_begin(recording, path, session, parameters, failure);
    status = session_open(&from, path, failure);
    if (status) {
        if (recording->ours)
            status = broken_put_aside(path, failure);
        return status ? status : recording_begin(recording, path, session, parameters, failure);
    }
    bool yes = goes_on(recording, from, session);
    session_close(from);
    if (!yes)
        return failure_set(failure, STATUS_BUSY, "%s: exists already; it is not overwritten", path);
    status = recorder_reopen(&recording->recorder, path, &options, failure);
    if (status || !recorder_frames(recording->recorder))
        return status;
    return recording_look(recording, path, failure);
}

int recording_frame(struct recording *recording, const struct frame *frame, struct failure *failure)
{
    if (frame->time_us <= recording->last_us)
        return STATUS_OK;
    int status = recorder_frame(recording->recorder, frame, failure);
    if (status)
        return status;
    recording->frames++;
    recording->last_us = frame->time_us;
    if (!recorded_maps_push(recording->maps, frame))
        return STATUS_OK;
    return recorder_maps(recording->recorder, recorded_maps_now(recording->maps), failure);
}

int recording_event(struct recording *recording, const struct event *event, struct failure *failure)
{
    const struct recording_mark *newest = &recording->newest[event->type];
    if (newest->any && event->number <= newest->number)
        return STATUS_OK;
    return recorder_event(recording->recorder, event, failure);
}

int recording_note(struct recording *recording, const struct event *event, struct failure *failure)
{
    struct event note = *event;
    if (event->type != EVENT_MARKER || event->number < recording->notes)
        return STATUS_OK;
    note.marker.id = ++recording->markers;
    recording->notes = event->number + 1;
    return recorder_event(recording->recorder, &note, failure);
}

int recording_lost(struct recording *recording, uint64_t first, uint64_t last,
                   struct failure *failure)
{
    struct event event = {.type = EVENT_MARKER, .frame = first};
    struct marker *marker = &event.marker;
    marker->id = ++recording->markers;
    marker->value = (double)(last - first + 1);
    snprintf(marker->kind, sizeof marker->kind, GAP_KIND);
    snprintf(marker->text, sizeof marker->text,
             "frames %llu to %llu were lost: recording was away for longer than the ring holds",
             (unsigned long long)first, (unsigned long long)last);
    recording->lost += last - first + 1;
    return recorder_event(recording->recorder, &event, failure);
}

int recording_close(struct recording *recording, struct failure *failure)
{
    if (recording->recorder && recording->frames) {
        recorded_maps_finish(recording->maps);
        recorder_maps(recording->recorder, recorded_maps_now(recording->maps), NULL);
    }
    recorded_maps_destroy(recording->maps);
    recording->maps = NULL;
    return recorder_close(recording->recorder, failure);
}
