#include "control.h"
#include "dashboard.h"

#include "../cli/stopping.h"
#include "../sources/session_json.h"

#include <string.h>

#define SILENT_MS 1500 /* of a mat that is there */

json_t *mat_tell(const struct dashboard *dashboard)
{
    const struct mat_watch *mat = &dashboard->mat;
    double age_s = mat->heard_ms ? 1e-3 * (double)(monotonic_ms() - mat->heard_ms) : -1;
    uint32_t cells = dashboard->has_session ? geometry_cells(&dashboard->session.mat.geometry) : 0;
    return json_pack("{s:s, s:b, s:f, s:i, s:i, s:f, s:I, s:I}", "type", "mat", "present",
                     mat->heard_ms && 1e3 * age_s < SILENT_MS, "age_s", age_s, "cells", (int)cells,
                     "cells_good", dashboard->view ? (int)view_cells_good(dashboard->view) : 0,
                     "rate_hz", mat->rate_hz, "lost_frames", (json_int_t)mat->lost, "gaps",
                     (json_int_t)mat->gaps);
}

static json_t *session_tell(const struct dashboard *dashboard)
{
    if (!dashboard->has_session)
        return json_null();
    json_t *session = session_json(&dashboard->session);
    json_object_set_new(session, "begun_s", json_real(1e-6 * (double)dashboard->mat.first_us));
    return session;
}

static json_t *settings_tell(const struct parameters *parameters)
{
    return json_pack("{s:f, s:f, s:f}", "slow_mm_s", parameters->slow_mm_s, "deep_share",
                     parameters->deep_share, "dose_strokes", parameters->dose_strokes);
}

char *dashboard_state(void *context)
{
    const struct dashboard *dashboard = context;
    const char *name = strrchr(dashboard->file, '/');
    json_t *state =
        json_pack("{s:s, s:s, s:s, s:s, s:b, s:O?, s:o, s:o, s:o}", "type", "state", "software",
                  "rollscope " ROLLSCOPE_VERSION, "phase", dashboard->phase, "file",
                  name ? name + 1 : dashboard->file, "stays", dashboard->stays, "texts",
                  dashboard->texts, "session", session_tell(dashboard), "mat", mat_tell(dashboard),
                  "settings", settings_tell(dashboard->parameters));
    json_t *story = story_tell(dashboard->story);
    if (state && story)
        json_object_update(state, story);
    char *text = state ? json_dumps(state, JSON_COMPACT) : NULL;
    json_decref(state);
    json_decref(story);
    return text;
}
