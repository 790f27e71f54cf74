#include "control.h"
#include "dashboard.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

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

static const char *mark(struct dashboard *dashboard, struct screen *screen, const json_t *said)
{
    (void)screen;
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
