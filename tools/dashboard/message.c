#include "control.h"
#include "dashboard.h"

#include "../recording/recording.h"
#include "record/record.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What a screen may ask for. */
struct wish {
    const char *name;
    /* @return NULL: done; why not */
    const char *(*grant)(struct dashboard *dashboard, struct screen *screen, const json_t *said);
};

static const char *pass_on(struct dashboard *dashboard, struct screen *screen, const json_t *said)
{
    (void)screen;
    if (dashboard->control < 0)
        return "nobody controls this session";
    control_say(dashboard->control, json_deep_copy(said));
    return NULL;
}

static const char *start(struct dashboard *dashboard, struct screen *screen, const json_t *said)
{
    json_t *texts = json_deep_copy(said);
    json_object_del(texts, "do");
    json_object_del(texts, "id");
    json_decref(dashboard->texts);
    dashboard->texts = texts;
    return pass_on(dashboard, screen, said);
}

static const char *watch(struct dashboard *dashboard, struct screen *screen, const json_t *said)
{
    (void)dashboard;
    server_watch(screen, json_number_value(json_object_get(said, "rate_hz")));
    return NULL;
}

/* Only what is over: of what goes on, the picture is live. */
static const char *replay(struct dashboard *dashboard, struct screen *screen, const json_t *said)
{
    struct failure failure;
    double time_s = json_number_value(json_object_get(said, "time_s"));
    if (strcmp(dashboard->phase, "over") != 0 || !*dashboard->file || !isfinite(time_s))
        return "there is no recording to look at";
    if (!dashboard->replay && replay_open(&dashboard->replay, dashboard->file, &failure))
        return "the recording cannot be read";
    const struct view *view = replay_at(dashboard->replay, time_s);
    uint8_t *bytes = view ? malloc(view_size(view)) : NULL;
    if (!bytes)
        return "the recording cannot be read";
    view_write(view, bytes, VIEW_RECORDED);
    server_picture_to(screen, bytes, view_size(view));
    free(bytes);
    return NULL;
}

/* The file; of a session in parts the last one. */
static void file_last(const char *file, char path[PATH_MAX])
{
    static const struct split parts = {.seconds = 1};
    char first[PATH_MAX];
    snprintf(path, PATH_MAX, "%s", file);
    if (access(path, F_OK))
        recording_files(first, path, file, &parts);
}

/* What is said once the file is closed goes into it at once. */
static const char *mark_afterwards(struct dashboard *dashboard, const json_t *said)
{
    static char reason[FAILURE_TEXT_SIZE];
    struct failure failure = {0};
    char path[PATH_MAX];
    struct event event = {.type = EVENT_MARKER, .frame = dashboard->mat.number};
    const char *why = notes_read(&event.marker, said);
    if (why || !dashboard->view)
        return why ? why : "there is no recording";
    event.marker.time_s = fmax(view_time_s(dashboard->view), story_duration_s(dashboard->story));
    event.published_s = event.marker.time_s;
    event.marker.id = story_marker_id(dashboard->story);
    replay_close(dashboard->replay);
    dashboard->replay = NULL;
    file_last(dashboard->file, path);
    const struct annotations annotations = {.markers = &event.marker, .marker_count = 1};
    if (session_annotate(path, &annotations, &failure)) {
        snprintf(reason, sizeof reason, "%s", failure.text);
        return reason;
    }
    story_event(dashboard->story, &event);
    dashboard_event(dashboard, &event);
    return NULL;
}

static const char *mark(struct dashboard *dashboard, struct screen *screen, const json_t *said)
{
    (void)screen;
    if (!strcmp(dashboard->phase, "over") && *dashboard->file)
        return mark_afterwards(dashboard, said);
    return notes_take(&dashboard->notes, said, dashboard->mat.number, dashboard_now_s(dashboard));
}

static const struct wish wishes[] = {
    {"start", start}, {"stop", pass_on}, {"next", pass_on},
    {"watch", watch}, {"mark", mark},    {"replay", replay},
};

static const char *grant(struct dashboard *dashboard, struct screen *screen, const json_t *said)
{
    const char *name = control_text(said, "do");
    for (size_t i = 0; i < sizeof wishes / sizeof wishes[0]; i++)
        if (!strcmp(wishes[i].name, name))
            return wishes[i].grant(dashboard, screen, said);
    return "not understood";
}

void dashboard_message(void *context, struct screen *screen, const char *text, size_t size)
{
    struct dashboard *dashboard = context;
    json_t *said = json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL);
    const char *why = json_is_object(said) ? grant(dashboard, screen, said) : "not understood";
    json_t *answer =
        json_pack("{s:s, s:s, s:O?, s:s?}", "type", "answer", "do", control_text(said, "do"), "id",
                  json_object_get(said, "id"), "why", why);
    char *bytes = answer ? json_dumps(answer, JSON_COMPACT) : NULL;
    if (bytes)
        server_answer(screen, bytes);
    free(bytes);
    json_decref(answer);
    json_decref(said);
}
